// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace app {

/// What `meshbroker simulate` is told; ranges are checked, PSKs not yet.
struct SimulateOptions {
  std::string broker = "127.0.0.1:1883";
  std::size_t nodes = 50;
  std::size_t gateways = 4;
  std::vector<std::string> channels = {"LongFast=AQ=="};  // NAME=PSK, the first is everybody's primary
  std::vector<std::string> roots = {"msh/EU_868"};
  double minutes = 60;
  double speed = 1;
  std::uint64_t seed = 1;
  double encrypted = 1;
  std::string user = "meshdev";
  std::string password = "large4cats";
  std::optional<std::string> record;  // a file to write what comes in to, instead of simulating
  std::optional<std::string> replay;  // a file of that kind to publish, instead of simulating
};

/// Adds them to a subcommand; `options` outlives it.
void add_simulate_options(CLI::App& command, SimulateOptions& options);

/// Of a CONNACK that refuses.
inline constexpr const char* refusal_text = "the broker refused it: are --user and --password right?";

}  // namespace app
