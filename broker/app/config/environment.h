// SPDX-License-Identifier: Apache-2.0
// MESHBROKER_SECTION__KEY=VALUE: every setting as an environment variable, for containers.
#pragma once
#include <string>
#include <vector>

#include "broker/app/config/text.h"
#include "broker/base/expected.h"

namespace app {

/// The whole content of a file of at most `max_file_bytes`, or why it cannot be had.
[[nodiscard]] base::Expected<std::string, std::string> read_file(const std::string& path);

inline constexpr std::size_t max_file_bytes = 16 << 20;

struct EnvironmentSettings {
  std::vector<Override> overrides;  // in an order that lets lists grow: by number
  std::vector<Problem> problems;
};

/// `environment` holds "NAME=VALUE". Ours start with MESHBROKER_ and contain two underscores in a row: a
/// variable such as MESHBROKER_PORT comes from elsewhere (Kubernetes names services so). NAME__FILE: the
/// value is the content of that file without its last line break.
EnvironmentSettings environment_settings(const std::vector<std::string>& environment);

}  // namespace app
