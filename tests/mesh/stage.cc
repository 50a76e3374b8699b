// SPDX-License-Identifier: Apache-2.0
#include "tests/mesh/stage.h"

#include <algorithm>
#include <utility>

#include "broker/base/check.h"
#include "broker/core/interest.h"

namespace meshtest {
namespace {

constexpr base::Duration second{1000};
constexpr std::size_t most_turns = 10'000;
constexpr base::WallTime wall_start{std::chrono::seconds{1'780'000'000}};

// The clock of the day, for plugins: a function without state, so the stage sets it.
base::WallTime wall_now = wall_start;

struct Mail {
  std::string topic;
  std::string payload;
  mqtt::Qos qos;
  bool retain;
  core::Stamp stamp;
  bool is_named;
};

}  // namespace

/// One broker, and the peer that carries its messages to the others.
struct Stage::Worker final : core::Peer {
  Worker(const core::Limits& limits, const base::Log& log, core::Commons& commons, core::Journal* journal_in)
      : broker({.limits = limits,
                .turn = arena,
                .log = log,
                .new_client_id = [] { return std::string("assigned"); },
                .commons = commons,
                .interest = &interest,
                .journal = journal_in,
                .wall_clock = [] { return wall_now; }}) {}

  void forward(core::Outgoing& outgoing, core::Stamp stamp) override {
    const Mail mail{std::string(outgoing.topic()),
                    std::string(base::as_text(outgoing.payload())),
                    outgoing.qos(),
                    outgoing.retain(),
                    stamp,
                    outgoing.is_named()};
    for (Worker* other : others) other->inbox.push_back(mail);
  }
  bool wants_below(std::string_view first_level) const override {
    return std::ranges::any_of(others,
                               [&](const Worker* other) { return other->interest.wants_below(first_level); });
  }
  bool wants_named(std::string_view topic) const override {
    return std::ranges::any_of(others,
                               [&](const Worker* other) { return other->interest.wants_named(topic); });
  }
  bool wants_any_named() const override {
    return std::ranges::any_of(others, [](const Worker* other) { return other->interest.wants_any_named(); });
  }
  bool turn(base::TimePoint now) {
    const std::deque<Mail> mail = std::exchange(inbox, {});
    for (const Mail& each : mail) {
      const mqtt::Publish publish{each.topic, base::as_bytes(each.payload), each.qos, each.retain};
      broker.take_forwarded({.publish = publish, .stamp = each.stamp, .is_named = each.is_named}, now);
    }
    const bool has_more = broker.work(now);
    broker.end_turn();
    arena.reset();
    broker.after_flush();
    for (const auto& line : lines) line->after_flush();
    std::erase_if(lines, [](const auto& line) { return line->is_over() && line.use_count() == 1; });
    return has_more || !inbox.empty();
  }

  base::Arena arena{65536};
  core::Interest interest;
  core::Broker broker;
  std::vector<Worker*> others;
  std::deque<Mail> inbox;
  std::vector<std::shared_ptr<Line>> lines;
};

/// All that ends with a process.
struct Stage::Process {
  core::Limits limits;
  support::MemoryJournal journal;  // the first worker's, which is the one that ticks
  core::Commons commons;
  std::unique_ptr<mesh::MeshPlugin> plugin;
  std::vector<std::unique_ptr<Worker>> workers;
};

Stage::Stage(const mesh::MeshConfig& config, std::size_t workers, base::TimePoint start_in)
    : config_(config),
      workers_(workers),
      now_(start_in),
      next_tick_(start_in + second),
      log_(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {}) {
  wall_now = wall_start;
  start();
}

Stage::~Stage() = default;

void Stage::start() {
  process_ = std::make_unique<Process>();
  Process& process = *process_;
  auto plugin = mesh::MeshPlugin::open(config_, log_);
  CHECK(plugin);
  process.plugin = *std::move(plugin);
  for (std::size_t i = 0; i < workers_; ++i) {
    core::Journal* const journal = i == 0 ? &process.journal : nullptr;
    process.workers.push_back(std::make_unique<Worker>(process.limits, log_, process.commons, journal));
    process.workers.back()->broker.add_plugin(*process.plugin);
  }
  for (const auto& worker : process.workers) {
    for (const auto& other : process.workers) {
      if (other != worker) worker->others.push_back(other.get());
    }
    worker->broker.add_peer(*worker);
  }
  for (const auto& [name, value] : restored_.kept) {
    process.journal.keep(name, base::as_bytes(value));
    process.plugin->restore(name, base::as_bytes(value), now_);
  }
  for (const core::RestoredRetained& each : restored_.retained) {
    for (const auto& worker : process.workers) worker->broker.restore(each);
  }
  process.commons.last_stamp = restored_.last_stamp;
  process.commons.last_key = restored_.last_key;
}

std::shared_ptr<Line> Stage::connect(std::size_t worker, Line::Receive receive) {
  Worker& owner = *process_->workers[worker % workers_];
  owner.lines.push_back(std::make_shared<Line>(owner.broker, std::move(receive)));
  return owner.lines.back();
}

void Stage::turn() {
  bool has_more = true;
  for (std::size_t turns = 0; has_more; ++turns) {
    CHECK(turns < most_turns);
    has_more = false;
    for (const auto& worker : process_->workers) has_more = worker->turn(now_) || has_more;
    has_more = has_more || has_mail();
  }
}

bool Stage::has_mail() const {
  return std::ranges::any_of(process_->workers, [](const auto& worker) { return !worker->inbox.empty(); });
}

void Stage::pass_to(base::TimePoint until) {
  for (base::TimePoint next = std::min(next_tick_, until);; next = std::min(next_tick_, until)) {
    wall_now += next - now_;
    now_ = next;
    for (const auto& worker : process_->workers) worker->broker.on_time(now_);
    if (next == next_tick_) {
      process_->workers.front()->broker.tick(now_);
      next_tick_ += second;
    }
    turn();
    if (now_ == until) return;
  }
}

void Stage::restart() {
  process_->workers.front()->broker.tick(now_);
  process_->workers.front()->broker.stop();
  for (const auto& worker : process_->workers) {
    for (const auto& line : worker->lines) line->lose(now_);
  }
  turn();
  process_->journal.post();
  process_->journal.keep();
  restored_ = process_->journal.restored();
  start();
}

std::uint64_t Stage::count(mesh::Outcome outcome) const {
  return process_->plugin->counts()[static_cast<std::size_t>(outcome)].value;
}

}  // namespace meshtest
