// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_text.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "mesh/json_number.h"
#include "mesh/json_string.h"

namespace mesh {
namespace {

namespace ondemand = simdjson::ondemand;

struct Member {
  std::string key;
  TextBuffer value;  // already rewritten
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && is_digit(text[at + count])) ++count;
  return count;
}

/// RFC 8259 section 6: -? int frac? exp?, nothing behind it.
bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = digits_at(text, at);
  if (whole == 0 || (whole > 1 && text[at] == '0')) return false;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = digits_at(text, at + 1);
    if (fraction == 0) return false;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = digits_at(text, at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return at == text.size();
}

/// Numbers beyond a double are infinite or zero, as the devices compute them; simdjson would refuse the text.
double value_of(std::string_view number) {
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error == std::errc::result_out_of_range) value = std::strtod(std::string(number).c_str(), nullptr);
  return value;
}

/// A number with white space around it. simdjson says where a number is, but not what it is when it is no
/// double.
bool append_json_number(std::string_view text, TextBuffer& out) {
  constexpr std::string_view white_space = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
  text = text.substr(0, text.find_last_not_of(white_space) + 1);
  if (!is_json_number(text)) return false;
  append_number(value_of(text), out);
  return true;
}

template <class Value>
bool append_value(Value& value, TextBuffer& out);

bool append_array(ondemand::array array, TextBuffer& out) {
  out.append('[');
  bool is_first = true;
  for (auto item : array) {
    ondemand::value value;
    if (item.get(value) != simdjson::SUCCESS) return false;
    if (!std::exchange(is_first, false)) out.append(',');
    if (!append_value(value, out)) return false;
  }
  out.append(']');
  return true;
}

bool read_members(ondemand::object object, std::vector<Member>& members) {
  for (auto item : object) {
    ondemand::field field;
    std::string_view key;
    if (std::move(item).get(field) != simdjson::SUCCESS ||
        field.unescaped_key().get(key) != simdjson::SUCCESS)
      return false;
    Member& member = members.emplace_back(Member{std::string(key), {}});
    ondemand::value value = field.value();
    if (!append_value(value, member.value)) return false;
  }
  return true;
}

bool append_object(ondemand::object object, TextBuffer& out) {
  std::vector<Member> members;
  if (!read_members(object, members)) return false;
  std::ranges::stable_sort(members, {}, &Member::key);
  out.append('{');
  bool is_first = true;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i + 1 < members.size() && members[i + 1].key == members[i].key) continue;
    if (!std::exchange(is_first, false)) out.append(',');
    append_string(members[i].key, out);
    out.append(':');
    out.append(members[i].value.view());
  }
  out.append('}');
  return true;
}

/// A text that is nothing but true, false or null. Read here, because simdjson 3.0 takes too much or too
/// little at the end of a document that is one of them: `nulls` for null, `false` with two blanks for none.
bool append_lone_literal(std::string_view text, TextBuffer& out) {
  constexpr std::string_view white_space = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
  text = text.substr(0, text.find_last_not_of(white_space) + 1);
  if (text != "true" && text != "false" && text != "null") return false;
  out.append(text);
  return true;
}

/// What a document of more than one literal or number begins with.
bool begins_document(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos &&
         std::string_view("{[\"").find(text[first]) != std::string_view::npos;
}

template <class Value>
bool append_literal(Value& value, ondemand::json_type type, TextBuffer& out) {
  bool flag = false;
  if (type == ondemand::json_type::boolean) {
    if (value.get_bool().get(flag) != simdjson::SUCCESS) return false;
    out.append(std::string_view(flag ? "true" : "false"));
    return true;
  }
  if (value.is_null().get(flag) != simdjson::SUCCESS || !flag) return false;
  out.append(std::string_view("null"));
  return true;
}

/// `Value` is a value inside a document or the document itself, which simdjson has as two types.
template <class Value>
bool append_value(Value& value, TextBuffer& out) {
  ondemand::json_type type{};
  if (value.type().get(type) != simdjson::SUCCESS) return false;
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    return value.get_array().get(array) == simdjson::SUCCESS && append_array(array, out);
  }
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    return value.get_object().get(object) == simdjson::SUCCESS && append_object(object, out);
  }
  if (type == ondemand::json_type::number) {
    std::string_view token;
    return simdjson::simdjson_result<std::string_view>(value.raw_json_token()).get(token) ==
               simdjson::SUCCESS &&
           append_json_number(token, out);
  }
  if (type == ondemand::json_type::string) {
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) return false;
    append_string(text, out);
    return true;
  }
  return append_literal(value, type, out);
}

}  // namespace

struct JsonText::Parser {
  ondemand::parser parser;
  std::string padded;
};

JsonText::JsonText() : parser_(std::make_unique<Parser>()) {}
JsonText::~JsonText() = default;

bool JsonText::append_if_json(std::string_view text, TextBuffer& out) {
  if (append_json_number(text, out) || append_lone_literal(text, out)) return true;
  if (!begins_document(text)) return false;
  std::string& padded = parser_->padded;
  padded.assign(text).append(simdjson::SIMDJSON_PADDING, ' ');
  ondemand::document document;
  const simdjson::padded_string_view view(padded.data(), text.size(), padded.size());
  if (parser_->parser.iterate(view).get(document) != simdjson::SUCCESS) return false;
  const std::size_t before = out.size();
  const bool is_whole =
      append_value(document, out) && document.current_location().error() != simdjson::SUCCESS;
  if (!is_whole) out.shrink_to(before);
  return is_whole;
}

}  // namespace mesh
