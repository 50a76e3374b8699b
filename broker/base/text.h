// SPDX-License-Identifier: Apache-2.0
// What is asked of a text everywhere. Pure.
#pragma once
#include <string>
#include <string_view>

namespace base {

/// Of the letters of ASCII alone: whatever the locale, names in protocols and files compare so.
inline char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

inline std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = lower_case(c);
  return lower;
}

}  // namespace base
