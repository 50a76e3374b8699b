// SPDX-License-Identifier: Apache-2.0
// From TOML text and overrides to a Config, or to everything that is wrong with them. Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/config/config.h"
#include "broker/base/expected.h"

namespace app {

/// `where` is "FILE:LINE", "environment NAME" or "--set KEY"; `what` says what is wrong and what to write
/// instead. Never a key or a password.
struct Problem {
  std::string where;
  std::string what;
};

/// The line that users see: "WHERE: WHAT".
std::string to_text(const Problem& problem);
/// One such line for each, without a break at the end.
std::string to_text(const std::vector<Problem>& problems);

/// One setting from outside the file.
struct Override {
  std::string where;
  std::string key;    // dotted, lists by number: listener.0.bind
  std::string value;  // TOML, or else a bare string
};

/// Where each setting was given, by its key with the number of the list's element: "listener.0.bind".
using ConfigPlaces = std::map<std::string, std::string>;
/// "configuration" for a setting that nobody gave.
std::string place_of(const ConfigPlaces& places, const std::string& key);

/// No file is opened, no environment read. `name` stands in the problems. Overrides are applied in order,
/// after the text; a list grows by one at a time. `places`, if wanted, are those of the file and the
/// overrides.
[[nodiscard]] base::Expected<Config, std::vector<Problem>> parse_config(
    std::string_view text, std::string_view name, const std::vector<Override>& overrides = {},
    ConfigPlaces* places = nullptr);

}  // namespace app
