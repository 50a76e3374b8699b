// SPDX-License-Identifier: Apache-2.0
// The private keys of the operator's own nodes, from the configuration and the files that it names. Read
// before anything starts, in main's thread. No text from here contains a key.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/config/file.h"
#include "broker/base/expected.h"
#include "mesh/mesh_config.h"

namespace app {

/// The error says of each node whose file is missing, readable by others (and the chmod to do), or no key,
/// where it is named.
base::Expected<std::vector<mesh::NodeKeyConfig>, std::vector<Problem>> read_node_keys(
    const LoadedConfig& loaded);

/// Set when a private key stands in a configuration file that others can read: what to do about it.
std::optional<std::string> exposure_of(const LoadedConfig& loaded);

}  // namespace app
