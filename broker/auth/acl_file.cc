// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/acl_file.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "broker/auth/line_reader.h"
#include "broker/mqtt/topic.h"

namespace auth {
namespace {

struct AccessWord {
  std::string_view word;
  Findings says;
};

constexpr std::array<AccessWord, 4> access_words = {{
    {"read", {Findings::read, false}},
    {"write", {Findings::write, false}},
    {"readwrite", {Findings::read | Findings::write, false}},
    {"deny", {0, true}},
}};

/// Cuts the first word off; what is left begins with none of the spaces behind it. Only spaces separate: a
/// tab may be part of a topic.
std::string_view cut_word(std::string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(' '), text.size());
  const std::size_t end = std::min(text.find(' ', begin), text.size());
  const std::string_view word = text.substr(begin, end - begin);
  text.remove_prefix(end);
  text = trimmed(text);
  return word;
}

/// What follows `topic` or `pattern`. One word is a topic for reading and writing, whatever it is called.
base::Expected<Rules::Rule, std::string> parse_rule(std::string_view text) {
  const std::string_view first = cut_word(text);
  if (first.empty()) return base::make_unexpected(std::string("there is no topic"));
  Rules::Rule rule{first, {Findings::read | Findings::write, false}};
  if (!text.empty()) {
    const auto word = std::ranges::find(access_words, first, &AccessWord::word);
    if (word == access_words.end()) {
      return base::make_unexpected(
          std::string("the first of several words must be read, write, readwrite or deny"));
    }
    rule = {text, word->says};
  }
  if (!mqtt::is_valid_filter(rule.filter)) {
    return base::make_unexpected(
        std::string("no valid topic: + and # must be alone in a level, # in the last"));
  }
  return rule;
}

/// The lines of one file, one after the other.
class AclParser {
 public:
  /// What is wrong with it; empty: nothing.
  std::string take(std::string_view line) {
    const std::string_view keyword = cut_word(line);
    if (keyword == "user") return take_user(line);
    const bool is_pattern = keyword == "pattern";
    if (!is_pattern && keyword != "topic") return "a line begins with user, topic, pattern or #";
    const auto rule = parse_rule(line);
    if (!rule) return rule.error();
    if (++rules_taken_ > max_acl_rules) return fmt::format("more than {} rules", max_acl_rules);
    if (is_pattern) {
      rules_.add_pattern(*rule);
      if (rules_.personal_patterns() > max_personal_patterns)
        return fmt::format("more than {} patterns with %u or %c", max_personal_patterns);
    } else {
      rules_.add(user_, *rule);
    }
    return {};
  }
  Rules take_rules() { return std::move(rules_); }

 private:
  std::string take_user(std::string_view name) {
    if (name.empty()) return "there is no user's name";
    user_ = name;
    return {};
  }

  Rules rules_;
  std::string user_;  // empty: anonymous clients
  std::size_t rules_taken_ = 0;
};

}  // namespace

base::Expected<Rules, Problems> parse_acl(std::string_view text, std::string_view name) {
  AclParser parser;
  LineReader reader(text, name);
  while (const auto line = reader.next()) {
    if (line->starts_with('#') || trimmed(*line).empty()) continue;
    std::string fault = parser.take(*line);
    if (!fault.empty()) reader.object(std::move(fault));
  }
  if (!reader.is_faultless()) return base::make_unexpected(reader.take_problems());
  return parser.take_rules();
}

}  // namespace auth
