// SPDX-License-Identifier: Apache-2.0
// Where the configuration meets the mesh; beside main.cc the only place that names both.
#pragma once
#include <string>

#include "broker/app/command_line.h"
#include "broker/app/config/config.h"
#include "mesh/keyring.h"
#include "mesh/mesh_config.h"

namespace app {

mesh::MeshConfig mesh_config_of(const MeshSettings& settings);

/// The channel a problem is about, for a message to the operator.
std::string keyring_problem_text(const mesh::MeshConfig& config, const mesh::KeyringProblem& problem);

/// `meshbroker decode`: one ServiceEnvelope from the command line or standard input; JSON to standard output,
/// the reasoning to standard error. Returns the exit code: 0 with JSON, 1 without, 2 for input that is no
/// hex.
int decode_envelope(const Arguments& arguments, const Config& config);

/// `meshbroker channel`: what a share URL, or a name and psk, mean, to standard output. Returns the exit
/// code: 0, or 2 for what is neither.
int describe_channel(const Arguments& arguments);

}  // namespace app
