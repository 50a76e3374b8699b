// SPDX-License-Identifier: Apache-2.0
#include "broker/app/simulate_options.h"

#include <CLI/CLI.hpp>

namespace app {

namespace {

void add_world_options(CLI::App& command, SimulateOptions& options) {
  command.add_option("--nodes", options.nodes, "Nodes of the mesh (default 50)")
      ->type_name("N")
      ->check(CLI::Range(1, 5000));
  command.add_option("--gateways", options.gateways, "How many of them are gateways (default 4)")
      ->type_name("N")
      ->check(CLI::Range(1, 500));
  command
      .add_option("--channels", options.channels,
                  "Channels with their keys, the first is everybody's (default LongFast=AQ==)")
      ->type_name("NAME=PSK,…")
      ->delimiter(',');
  command.add_option("--roots", options.roots, "Roots that gateways take turns with (default msh/EU_868)")
      ->type_name("ROOT,…")
      ->delimiter(',');
  command
      .add_option("--encrypted", options.encrypted,
                  "Share of the gateways that publish encrypted packets (default 1)")
      ->type_name("RATIO")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--seed", options.seed, "Another number, another mesh (default 1)")->type_name("S");
}

void add_connection_options(CLI::App& command, SimulateOptions& options) {
  command.add_option("--broker", options.broker, "Where to connect to (default 127.0.0.1:1883)")
      ->type_name("HOST:PORT");
  command.add_option("--user", options.user, "User name (default meshdev, as devices have it)")
      ->type_name("NAME");
  command.add_option("--password", options.password, "Password (default large4cats)")->type_name("TEXT");
}

}  // namespace

void add_simulate_options(CLI::App& command, SimulateOptions& options) {
  add_connection_options(command, options);
  add_world_options(command, options);
  command.add_option("--minutes", options.minutes, "How long, in the time of the mesh (default 60)")
      ->type_name("M")
      ->check(CLI::Range(0.01, 1e6));
  command.add_option("--speed", options.speed, "How much faster than in life (default 1)")
      ->type_name("X")
      ->check(CLI::Range(0.01, 10000.0));
  CLI::Option* const record =
      command.add_option("--record", options.record, "Write what comes in below the roots to FILE instead")
          ->type_name("FILE");
  command.add_option("--replay", options.replay, "Publish what was recorded in FILE instead")
      ->type_name("FILE")
      ->excludes(record);
}

}  // namespace app
