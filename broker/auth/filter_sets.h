// SPDX-License-Identifier: Apache-2.0
// Filters as sets of topics: by the letter of MQTT 4.7, where a leading wildcard matches no topic that begins
// with `$`. Arguments are valid filters.
#pragma once
#include <string_view>

namespace auth {

/// Whether some topic matches both. (True also of `+` and `/#`, which share the empty text only.)
[[nodiscard]] bool overlap(std::string_view a, std::string_view b);

/// Whether every topic that matches `narrow` matches `wide`. False may also mean that it takes more than one
/// look to see: `#` and `+/#` are the same set.
[[nodiscard]] bool covers(std::string_view wide, std::string_view narrow);

}  // namespace auth
