// SPDX-License-Identifier: Apache-2.0
// Section 4.7 once more, written to be obvious rather than fast: the oracle for mqtt::matches.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace support {

using Levels = std::vector<std::string>;

inline Levels split_levels(std::string_view text) {
  Levels levels(1);
  for (const char c : text) {
    if (c == '/') {
      levels.emplace_back();
    } else {
      levels.back().push_back(c);
    }
  }
  return levels;
}

inline bool match_levels(std::span<const std::string> filter, std::span<const std::string> topic) {
  if (filter.empty()) return topic.empty();
  if (filter.front() == "#") return true;
  if (topic.empty()) return false;
  const bool is_same = filter.front() == "+" || filter.front() == topic.front();
  return is_same && match_levels(filter.subspan(1), topic.subspan(1));
}

/// Both valid. Recursive: for short texts only.
inline bool naive_match(std::string_view filter, std::string_view topic) {
  const Levels filter_levels = split_levels(filter);
  const bool is_wild_first = filter_levels.front() == "#" || filter_levels.front() == "+";
  if (is_wild_first && topic.starts_with('$')) return false;
  return match_levels(filter_levels, split_levels(topic));
}

}  // namespace support
