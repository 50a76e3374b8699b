// SPDX-License-Identifier: Apache-2.0
#include "broker/app/server.h"

#include <algorithm>
#include <csignal>
#include <utility>

#include "broker/net/signals.h"

namespace app {
namespace {

core::Limits core_limits(const Limits& limits) {
  core::Limits core;
  core.inflight = limits.inflight;
  core.queued_messages = limits.queued_messages;
  core.queued_bytes = limits.queued_bytes;
  core.pending_qos2 = limits.pending_qos2;
  core.sessions = limits.sessions;
  core.subscriptions = limits.subscriptions;
  core.subscription_bytes = limits.subscription_bytes;
  core.topic_levels = limits.topic_levels;
  core.retained_messages = limits.retained_messages;
  core.retained_bytes = limits.retained_bytes;
  core.session_expiry = limits.session_expiry;
  return core;
}

/// What the operator wants, as far as there are descriptors for it.
Doors::Sizes door_sizes(const Limits& limits, std::size_t room) {
  const std::size_t wanted = limits.connections;
  return {wanted == 0 ? room : std::min(wanted, room), limits.connections_per_address};
}

net::LoopSizes loop_sizes_of(const Limits& limits, net::LoopSizes sizes) {
  sizes.backlog = limits.backlog_bytes;
  return sizes;
}

bool is_served(const Listener& listener) {
  return listener.protocol == Protocol::mqtt && std::holds_alternative<TcpBind>(listener.bind);
}

}  // namespace

base::Expected<std::unique_ptr<Server>, std::string> Server::open(const Config& config, const base::Log& log,
                                                                  std::vector<plugin::Plugin*> plugins,
                                                                  net::LoopSizes loop_sizes) {
  std::unique_ptr<Server> server(new Server(config, log, std::move(plugins), loop_sizes));
  if (const auto listening = server->listen(); !listening) return base::make_unexpected(listening.error());
  return server;
}

Server::Server(const Config& config, const base::Log& log, std::vector<plugin::Plugin*> plugins,
               net::LoopSizes loop_sizes)
    : config_(config),
      limits_(core_limits(config.limits)),
      admission_(default_gateways()),
      room_(room_for_connections()),
      doors_(door_sizes(config.limits, room_), admission_),
      log_(log),
      plugins_(std::move(plugins)),
      worker_({0, 1, config_, limits_, admission_, doors_, log_, loop_sizes_of(config.limits, loop_sizes)},
              plugins_) {
  if (config.limits.connections > room_) {
    log_.warn("limit_lowered",
              {{"setting", "limits.connections"},
               {"to", std::uint64_t{room_}},
               {"hint", "it needs more open files: LimitNOFILE in systemd, ulimit -n in a shell"}});
  }
}

base::Expected<void, std::string> Server::listen() {
  for (const Listener& listener : config_.listeners) {
    if (!is_served(listener)) continue;
    const auto address = worker_.listen(listener);
    if (!address) return base::make_unexpected(address.error());
    addresses_.push_back(*address);
    log_.info("listening", {{"address", address->text()}});
  }
  if (addresses_.empty())
    return base::make_unexpected(std::string("no listener with protocol = \"mqtt\" on TCP"));
  return {};
}

void Server::run() {
  const net::Signals stopping(worker_.loop(), {SIGINT, SIGTERM}, [this](int) { stop(); });
  const net::Signals reloading(worker_.loop(), {SIGHUP}, [this](int) {
    log_.warn("reload_ignored", {{"hint", "this version reads its configuration at start only"}});
  });
  worker_.run();
  log_counts();
}

void Server::log_counts() const {
  const auto log_all = [this](std::string_view of, const std::vector<base::Count>& counts) {
    for (const base::Count& count : counts) {
      if (count.value != 0) log_.info("counted", {{"of", of}, {"name", count.name}, {"count", count.value}});
    }
  };
  log_all("broker", worker_.broker().counters().read());
  log_all("closed", worker_.closings().read());
  for (const plugin::Plugin* counted : plugins_) log_all(counted->name(), counted->counts());
}

}  // namespace app
