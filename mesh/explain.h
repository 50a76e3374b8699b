// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "broker/base/bytes.h"
#include "mesh/keyring.h"
#include "mesh/mesh_config.h"

namespace mesh {

/// What became of one envelope, for a person at a terminal.
struct Explanation {
  std::optional<std::string> json;  // what the mirror would publish; none when it would publish nothing
  std::vector<std::string>
      lines;  // how it came to that, and what to do; plain text, controls escaped, never a key
};

/// Reads one ServiceEnvelope with the very parts the plugin uses, and says what each step found. Of `config`
/// it obeys `unsupported` and `default_key`; topic, duplicates and mirror mode play no part. Pure.
Explanation explain(base::Bytes envelope, const Keyring& keyring, const MeshConfig& config);

}  // namespace mesh
