// SPDX-License-Identifier: Apache-2.0
// From text to Config: TOML, then the environment, then --set, the later winning. Every problem is found at
// once.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/config/config.h"
#include "broker/app/config/text.h"
#include "broker/base/expected.h"

namespace app {

/// Read when no file is named and this one exists.
inline constexpr std::string_view system_config_file = "/etc/meshbroker/meshbroker.toml";

/// Where a configuration comes from.
struct ConfigSources {
  std::optional<std::string> file;       // none: system_config_file if it exists, else the defaults
  std::vector<std::string> environment;  // "NAME=VALUE"; those that do not start with MESHBROKER_ are ignored
  std::vector<std::string> settings;     // "KEY=VALUE" of each --set
};

struct LoadedConfig {
  Config config;
  std::string file;     // the one that was read; empty: none, the defaults hold
  ConfigPlaces places;  // where its settings were given
};

/// Reads the file and those that NAME__FILE variables point to. Before anything starts, in main's thread.
[[nodiscard]] base::Expected<LoadedConfig, std::vector<Problem>> load_config(const ConfigSources& sources);

/// `path` as it is meant in `file`: a relative one is relative to the file's folder (without a file, to the
/// working directory). Empty stays empty.
std::string path_beside(std::string_view file, std::string_view path);

/// The configuration with every path made absolute or relative to the working directory.
Config with_paths_resolved(const LoadedConfig& loaded);

}  // namespace app
