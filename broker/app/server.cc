// SPDX-License-Identifier: Apache-2.0
#include "broker/app/server.h"

#include <algorithm>
#include <array>
#include <csignal>
#include <thread>
#include <utility>

#include "broker/base/owner.h"
#include "broker/net/cores.h"
#include "broker/net/signals.h"
#include "broker/net/wall_clock.h"

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

std::uint32_t worker_count(const BrokerSettings& settings) {
  return settings.workers != 0 ? settings.workers : net::usable_cores();
}

store::Durability store_durability(Durability durability) {
  switch (durability) {
    case Durability::process:
      return store::Durability::process;
    case Durability::power:
      return store::Durability::power;
    case Durability::off:
      return store::Durability::off;
  }
  return store::Durability::process;
}

auth::LoginGuard::Settings guard_settings(const AuthSettings& settings) {
  auth::LoginGuard::Settings guard;
  guard.never_refused = settings.never_banned;
  return guard;
}

std::string_view name_of(Protocol protocol) {
  constexpr std::array<std::string_view, 3> names = {"mqtt", "websocket", "http"};
  return names[static_cast<std::size_t>(protocol)];
}

}  // namespace

base::Expected<std::unique_ptr<Server>, std::string> Server::open(const Config& config, const base::Log& log,
                                                                  std::vector<plugin::Plugin*> plugins,
                                                                  net::LoopSizes loop_sizes) {
  std::unique_ptr<Server> server(new Server(config, log, std::move(plugins)));
  auto access = load_access(config.auth);
  if (!access) return base::make_unexpected(to_text(access.error()));
  server->access_ = *std::move(access);
  if (const auto opened = server->open_store(); !opened) return base::make_unexpected(opened.error());
  if (const auto opened = server->open_tls(); !opened) return base::make_unexpected(opened.error());
  server->make_workers(loop_sizes);
  server->started_at_ = server->workers_.front()->loop().now();
  server->restore();
  if (const auto listening = server->listen(); !listening) return base::make_unexpected(listening.error());
  return server;
}

Server::Server(const Config& config, const base::Log& log, std::vector<plugin::Plugin*> plugins)
    : config_(config),
      limits_(core_limits(config.limits)),
      admission_(default_gateways()),
      room_(room_for_connections()),
      entrance_(config_, admission_),
      doors_(door_sizes(config.limits, room_), admission_),
      log_(log),
      plugins_(std::move(plugins)),
      desk_{auth::LoginGuard(guard_settings(config.auth)), auth::PasswordWork({})},
      still_reviewing_(0),
      still_reading_(worker_count(config.broker)) {}

base::Expected<void, std::string> Server::open_store() {
  const BrokerSettings& settings = config_.broker;
  if (settings.data_dir.empty()) return {};
  auto opened = store::Store::open({.directory = settings.data_dir,
                                    .durability = store_durability(settings.durability),
                                    .workers = worker_count(settings),
                                    .program = MESHBROKER_VERSION,
                                    .log = log_,
                                    .clock = net::wall_clock,
                                    .on_kept = [this](std::uint32_t worker, core::Sequence sequence) {
                                      workers_[worker]->inbox().post(Kept{sequence});
                                    }});
  if (!opened) return base::make_unexpected(opened.error());
  store_ = *std::move(opened);
  return {};
}

/// Before anybody runs: each client's things to the worker that owns it.
void Server::restore() {
  if (!store_) return;
  const core::Restored restored = store_->take_restored();
  const auto count = static_cast<std::uint32_t>(workers_.size());
  const auto owner = [&](const std::string& client_id) -> Worker& {
    return *workers_[base::owner_of(client_id, count)];
  };
  commons_.last_key = restored.last_key;
  commons_.last_stamp = restored.last_stamp;
  for (const auto& [name, value] : restored.kept) {
    for (plugin::Plugin* each : plugins_) {
      if (name.starts_with(std::string(each->name()) + "/"))
        each->restore(name, base::as_bytes(value), workers_.front()->loop().now());
    }
  }
  for (const core::RestoredSession& each : restored.sessions) owner(each.client_id).restore(each);
  for (const core::RestoredRetained& each : restored.retained) restore(each);
  for (const core::RestoredWill& each : restored.wills) owner(each.client_id).restore(each);
  log_.info("restored", {{"sessions", std::uint64_t{restored.sessions.size()}},
                         {"retained", std::uint64_t{restored.retained.size()}},
                         {"wills", std::uint64_t{restored.wills.size()}}});
}

void Server::restore(const core::RestoredRetained& kept) {
  if (workers_.size() == 1) return workers_.front()->restore(kept);
  const core::Message& message = *kept.message;
  const auto shared = core::MessageRef::make_shared(
      {.topic = message.topic(), .payload = message.payload(), .qos = message.qos(), .retain = true});
  for (const auto& worker : workers_) worker->restore({shared, kept.stamp});
}

void Server::make_workers(net::LoopSizes loop_sizes) {
  const std::uint32_t count = worker_count(config_.broker);
  for (std::uint32_t index = 0; index < count; ++index) {
    workers_.push_back(std::make_unique<Worker>(
        Worker::Parts{index, count, *this, commons_, store_ ? &store_->writer(index) : nullptr, config_,
                      limits_, entrance_, doors_, desk_, access_, *this, log_,
                      loop_sizes_of(config_.limits, loop_sizes)},
        plugins_));
  }
  if (count > net::usable_cores()) {
    log_.warn("more_workers_than_cores", {{"workers", count},
                                          {"cores", net::usable_cores()},
                                          {"hint", "they only take turns; see broker.workers"}});
  }
  for (const auto& worker : workers_) {
    for (const auto& other : workers_) {
      if (worker != other) worker->meet(*other);
    }
  }
  if (config_.limits.connections > room_) {
    log_.warn("limit_lowered",
              {{"setting", "limits.connections"},
               {"to", std::uint64_t{room_}},
               {"hint", "it needs more open files: LimitNOFILE in systemd, ulimit -n in a shell"}});
  }
}

base::Expected<void, std::string> Server::open_tls() {
  auto contexts = open_tls_contexts(config_.listeners);
  if (!contexts)
    return base::make_unexpected(contexts.error().front().key + ": " + contexts.error().front().what);
  entrance_.replace(config_.listeners, *std::move(contexts));
  return {};
}

base::Expected<void, std::string> Server::listen() {
  for (const Listener& listener : config_.listeners) {
    places_.emplace_back();
    std::string place;
    if (const auto* bind = std::get_if<UnixBind>(&listener.bind)) {
      if (auto bound = listen_at_path(listener); !bound) return bound;
      place = "unix:" + bind->path;
    } else {
      const auto address = listen_everywhere(listener);
      if (!address) return base::make_unexpected(address.error());
      addresses_.push_back(*address);
      place = address->text();
    }
    places_.back() = place;
    log_.info("listening", {{"address", place},
                            {"protocol", name_of(listener.protocol)},
                            {"tls", listener.tls.is_on() ? "yes" : "no"}});
  }
  const auto is_http = [](const Listener& listener) { return listener.protocol == Protocol::http; };
  if (std::ranges::all_of(config_.listeners, is_http))
    return base::make_unexpected(std::string("no listener with protocol = \"mqtt\" or \"websocket\""));
  return {};
}

/// The kernel does not share a unix socket among loops: the first worker accepts, and hands over as usual.
base::Expected<void, std::string> Server::listen_at_path(const Listener& listener) {
  const std::string& path = std::get<UnixBind>(listener.bind).path;
  auto bound = net::bind_unix({path, listener.unix_mode, listener.unix_owner});
  if (!bound) return base::make_unexpected(bound.error());
  socket_files_.emplace_back(path);
  if (!workers_.front()->listen_bound(listener, *std::move(bound)))
    return base::make_unexpected("unix:" + path + " cannot be listened at");
  return {};
}

/// The first worker's listener says which port it is when any would do.
base::Expected<net::Address, std::string> Server::listen_everywhere(const Listener& listener) {
  auto address = workers_.front()->listen(listener, std::get<TcpBind>(listener.bind).port);
  if (!address) return address;
  // HTTP is served by the first alone.
  const std::size_t count = listener.protocol == Protocol::http ? 1 : workers_.size();
  for (std::size_t i = 1; i < count; ++i) {
    auto same = workers_[i]->listen(listener, address->port);
    if (!same) return same;
  }
  return address;
}

void Server::stop() {
  for (const auto& worker : workers_) worker->inbox().post(StopReading{});
}

/// The last one has all others' mail before it: nothing that was read is lost on the way.
void Server::on_reading_stopped() {
  if (still_reading_.fetch_sub(1) != 1) return;
  for (const auto& worker : workers_) worker->inbox().post(Stop{});
}

void Server::run() {
  net::Loop& loop = workers_.front()->loop();
  const net::Signals stopping(loop, {SIGINT, SIGTERM}, [this](int) {
    if (milestones_.on_stopping) milestones_.on_stopping();
    stop();
  });
  const net::Signals reloading(loop, {SIGHUP}, [this](int) {
    hangups_.fetch_add(1);
    hangups_.notify_all();
  });
  net::let_signal_through(SIGHUP);
  if (make_watch_) watch_ = make_watch_();
  if (store_) store_->start();
  std::thread reloader([this] { run_reloads(); });
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < workers_.size(); ++i) threads.emplace_back([this, i] { workers_[i]->run(); });
  if (milestones_.on_serving) milestones_.on_serving();
  workers_.front()->run();
  net::hold_signal(SIGHUP);  // without its handle it would end the process, which still has to write
  for (std::thread& thread : threads) thread.join();
  watch_.reset();
  end_reloads();
  reloader.join();
  desk_.work.stop();
  if (store_) store_->stop();
  log_counts();
}

void Server::watch(base::Duration every, std::function<void()> on_all_answered) {
  make_watch_ = [this, every, on_all_answered = std::move(on_all_answered)] {
    return std::make_unique<Watch>(Watch::Parts{.loop = workers_.front()->loop(),
                                                .every = every,
                                                .workers = workers_.size(),
                                                .ask =
                                                    [this] {
                                                      for (const auto& worker : workers_)
                                                        worker->inbox().post(Ask{});
                                                    },
                                                .on_all_answered = on_all_answered,
                                                .log = log_});
  };
}

/// Signals that come during a reload are one further.
void Server::run_reloads() {
  std::uint32_t heard = 0;
  while (true) {
    hangups_.wait(heard);
    if (is_over_) return;
    heard = hangups_;
    const auto waiting = when_reloaded_.with([](auto& those) { return std::exchange(those, {}); });
    const ReloadReport report = reload_ ? reload_() : ReloadReport{};
    for (const WhenReloaded& done : waiting) done(report);
  }
}

/// Workers look at no session any more.
void Server::end_reloads() {
  is_over_ = true;
  still_reviewing_ = 0;
  still_reviewing_.notify_all();
  hangups_.fetch_add(1);
  hangups_.notify_all();
}

void Server::apply(const AccessControl& access) {
  access_ = access;
  still_reviewing_ = workers_.size();
  for (const auto& worker : workers_) worker->inbox().post(NewAccess{access});
  for (std::size_t left = still_reviewing_; left != 0 && !is_over_; left = still_reviewing_)
    still_reviewing_.wait(left);
}

void Server::apply(std::vector<Listener> listeners, TlsContexts contexts) {
  entrance_.replace(std::move(listeners), std::move(contexts));
}

void Server::on_reviewed() {
  if (still_reviewing_.fetch_sub(1) == 1) still_reviewing_.notify_all();
}

/// What has changed goes to all workers, as what clients publish does.
void Server::on_tick(core::Broker& broker, base::TimePoint now) {
  const base::Duration interval = config_.broker.sys_interval;
  if (interval == base::Duration::zero() || now < sys_topics_due_.value_or(now)) return;
  sys_topics_due_ = now + interval;
  for (const admin::SysTopics::Change& change : sys_topics_.update(counts(now)))
    broker.say(change.topic, change.payload);
}

admin::BrokerCounts Server::counts(base::TimePoint now) const {
  admin::BrokerCounts counts;
  counts.version = MESHBROKER_VERSION;
  counts.uptime = now - started_at_;
  for (const auto& worker : workers_) counts.workers.push_back(worker->counts());
  if (store_) {
    counts.has_store = true;
    counts.store = store_->counts();
    counts.store_unkept_bytes = store_->unkept_bytes();
  }
  counts.logins = desk_.guard.counts();
  for (const base::Count& count : desk_.work.counts()) counts.logins.push_back(count);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (!places_[i].empty()) counts.listeners.push_back(counts_at(i));
  }
  for (const plugin::Plugin* counted : plugins_)
    counts.plugins.push_back({counted->name(), counted->counts()});
  return counts;
}

std::vector<std::string> Server::ailments() const {
  constexpr std::size_t much_unkept = 64UL << 20;
  std::vector<std::string> ailments;
  if (store_ && store_->unkept_bytes() > much_unkept)
    ailments.emplace_back("the store is behind: more than 64 MiB wait to be written; see the log");
  return ailments;
}

void Server::reload(WhenReloaded done) {
  when_reloaded_.with([&done](auto& those) { those.push_back(std::move(done)); });
  hangups_.fetch_add(1);
  hangups_.notify_all();
}

admin::ListenerCounts Server::counts_at(std::size_t listener) const {
  const Listener& at = config_.listeners[listener];
  admin::ListenerCounts counts{.place = places_[listener], .protocol = name_of(at.protocol), .refused = {}};
  counts.open = doors_.taken(at);
  for (const auto& worker : workers_) {
    counts.accepted += worker->listener_counters().accepted_at(listener);
    base::add_counts(counts.refused, worker->listener_counters().refused_at(listener).read());
  }
  return counts;
}

void Server::log_counts() const {
  const auto log_all = [this](std::string_view of, const std::vector<base::Count>& counts) {
    for (const base::Count& count : counts) {
      if (count.value != 0) log_.info("counted", {{"of", of}, {"name", count.name}, {"count", count.value}});
    }
  };
  const admin::BrokerCounts counts = this->counts(workers_.front()->loop().now());
  log_all("broker", counts.sums(&admin::WorkerCounts::core));
  log_all("closed", counts.sums(&admin::WorkerCounts::closed));
  log_all("journal", counts.store);
  log_all("logins", counts.logins);
  for (const admin::PluginCounts& plugin : counts.plugins) log_all(plugin.name, plugin.counts);
}

}  // namespace app
