// SPDX-License-Identifier: Apache-2.0
#include "broker/app/simulate/simulate.h"

#include <charconv>
#include <csignal>
#include <fstream>
#include <iostream>
#include <optional>
#include <string_view>
#include <utility>

#include "broker/app/simulate/simulation.h"
#include "broker/app/simulate/tape_runs.h"
#include "broker/net/loop.h"
#include "broker/net/signals.h"
#include "broker/net/tcp_connector.h"
#include "broker/net/wall_clock.h"
#include "mesh/channel_key.h"
#include "mesh/world/world.h"

namespace app::simulate {
namespace {

constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_wrong_usage = 2;
constexpr std::uint16_t usual_port = 1883;

int fail(std::string_view why, int code) {
  std::cerr << "simulate: " << why << '\n';
  return code;
}

struct HostAndPort {
  std::string host;
  std::uint16_t port = usual_port;
};

/// "host", "host:1883", "[::1]:1883".
std::optional<HostAndPort> parse_broker(std::string_view text) {
  HostAndPort out;
  std::string_view port;
  const std::size_t bracket = text.find(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) port = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  out.host = host;
  if (colon == std::string_view::npos) return out;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (error != std::errc{} || end != port.data() + port.size() || out.port == 0) return std::nullopt;
  return out;
}

/// The error is a sentence; it does not quote the key.
base::Expected<mesh::world::WorldConfig, std::string> world_of(const SimulateOptions& options) {
  mesh::world::WorldConfig world;
  world.seed = options.seed;
  world.nodes = options.nodes;
  world.gateways = options.gateways;
  world.roots = options.roots;
  world.encrypting = options.encrypted;
  world.speed = options.speed;
  world.epoch_s = static_cast<std::uint32_t>(net::wall_clock() / 1000);
  if (options.gateways > options.nodes)
    return base::make_unexpected(std::string("--gateways are some of the --nodes: there are not so many"));
  for (const std::string& text : options.channels) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return base::make_unexpected(std::string("--channels must be NAME=PSK, such as LongFast=AQ=="));
    const auto psk = mesh::parse_psk(std::string_view(text).substr(equals + 1));
    if (!psk)
      return base::make_unexpected("the psk of channel " + text.substr(0, equals) + " " +
                                   std::string(psk.error()));
    world.channels.push_back({.name = text.substr(0, equals), .key = mesh::expand_psk(*psk)});
  }
  return world;
}

void print_summary(const Tally& tally) {
  const auto line = [](std::string_view name, std::uint64_t count) {
    std::cerr << "  " << name << ": " << count << '\n';
  };
  std::cerr << "summary\n";
  line("connects", tally.connects);
  line("connections broken", tally.breaks);
  line("published", tally.published);
  line("echoes", tally.echoes);
  line("kept while away", tally.queued);
  line("lost of these", tally.lost);
  line("too large to publish", tally.too_large);
  line("too large to read", tally.discarded);
  for (std::size_t i = 0; i < tally.downlinks.size(); ++i) {
    if (tally.downlinks[i] == 0) continue;
    line("downlink " + std::string(mesh::world::word_for(static_cast<mesh::world::Ruling>(i))),
         tally.downlinks[i]);
  }
}

/// Runs the loop with what `Run` is, and SIGINT and SIGTERM as its end.
template <class Run>
void run_loop(net::Loop& loop, Run& run) {
  const net::Signals signals(loop, {SIGINT, SIGTERM}, [&loop](int) { loop.stop(); });
  loop.set_hooks({.after_flush = [&run] { run.after_flush(); }});
  loop.run();
  loop.set_hooks({});
}

int run_world(const SimulateOptions& options, const net::Address& broker) {
  const auto world = world_of(options);
  if (!world) return fail(world.error(), exit_wrong_usage);
  net::Loop loop;
  Simulation simulation(loop, broker, options, *world, std::cout);
  run_loop(loop, simulation);
  if (!simulation.failure().empty())
    return fail("cannot connect to " + broker.text() + ": " + simulation.failure(), exit_failed);
  print_summary(simulation.tally());
  return exit_ok;
}

int record(const SimulateOptions& options, const net::Address& broker) {
  std::ofstream file(*options.record, std::ios::trunc);
  if (!file) return fail(*options.record + " cannot be written", exit_failed);
  net::Loop loop;
  Recording recording(loop, broker, options, file);
  run_loop(loop, recording);
  std::cerr << "recorded: " << recording.count() << '\n';
  if (recording.failure().empty()) return exit_ok;
  return fail(broker.text() + ": " + recording.failure(), exit_failed);
}

int replay(const SimulateOptions& options, const net::Address& broker) {
  std::ifstream file(*options.replay);
  if (!file) return fail(*options.replay + " cannot be read", exit_failed);
  net::Loop loop;
  Replaying replaying(loop, broker, options, file);
  run_loop(loop, replaying);
  std::cerr << "replayed: " << replaying.count() << ", lines skipped: " << replaying.skipped() << '\n';
  if (replaying.failure().empty()) return exit_ok;
  return fail(broker.text() + ": " + replaying.failure(), exit_failed);
}

}  // namespace

int run(const SimulateOptions& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto place = parse_broker(options.broker);
  if (!place) return fail("--broker must be HOST:PORT, such as 127.0.0.1:1883", exit_wrong_usage);
  const auto broker = net::resolve(place->host, place->port);
  if (!broker) return fail(broker.error(), exit_failed);
  if (options.record) return record(options, *broker);
  if (options.replay) return replay(options, *broker);
  return run_world(options, *broker);
}

}  // namespace app::simulate
