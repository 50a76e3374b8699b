// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_object.h"

#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "mesh/envelope.h"
#include "mesh/utf8.h"

namespace mesh {
namespace {

constexpr std::string_view replacement_character = "\xef\xbf\xbd";

/// The text itself, or what is made of it in `scratch`.
std::string_view as_utf8(std::string_view text, std::string& scratch) {
  std::size_t good = 0;
  while (good < text.size()) {
    const std::size_t length = utf8_sequence(text.substr(good));
    if (length == 0) break;
    good += length;
  }
  if (good == text.size()) return text;
  scratch.assign(text.substr(0, good));
  for (text.remove_prefix(good); !text.empty();) {
    const std::size_t length = utf8_sequence(text);
    scratch += length == 0 ? replacement_character : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return scratch;
}

}  // namespace

void JsonObject::clear() {
  buffer_.Clear();
  writer_.Reset(buffer_);
}

void JsonObject::key(std::string_view name) {
  writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
}

void JsonObject::string(std::string_view text) {
  std::string scratch;
  const std::string_view utf8 = as_utf8(text, scratch);
  writer_.String(utf8.data(), static_cast<rapidjson::SizeType>(utf8.size()));
}

template <class Real>
bool JsonObject::real(Real value) {
  if (!std::isfinite(value)) return false;
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return writer_.RawValue(digits.data(), static_cast<std::size_t>(end - digits.data()),
                          rapidjson::kNumberType);
}

void JsonObject::open(std::string_view key) {
  this->key(key);
  writer_.StartObject();
}

void JsonObject::open_list(std::string_view key) {
  this->key(key);
  writer_.StartArray();
}

void JsonObject::text(std::string_view key, std::string_view value) {
  this->key(key);
  string(value);
}

void JsonObject::node(std::string_view key, std::uint32_t number) {
  this->key(key);
  node(number);
}

void JsonObject::truth(std::string_view key, bool value) {
  this->key(key);
  writer_.Bool(value);
}

void JsonObject::null(std::string_view key) {
  this->key(key);
  writer_.Null();
}

void JsonObject::number(std::string_view key, float value) {
  if (!std::isfinite(value)) return;
  this->key(key);
  real(value);
}

void JsonObject::number(std::string_view key, double value) {
  if (!std::isfinite(value)) return;
  this->key(key);
  real(value);
}

void JsonObject::node(std::uint32_t number) {
  const std::string id = node_id(number);
  writer_.String(id.data(), static_cast<rapidjson::SizeType>(id.size()));
}

void JsonObject::number(float value) {
  if (!real(value)) writer_.Null();
}

void JsonObject::number(double value) {
  if (!real(value)) writer_.Null();
}

}  // namespace mesh
