// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "broker/core/core_counters.h"
#include "broker/core/router.h"
#include "broker/plugin/plugin.h"

namespace core {

/// The way into the router: past the plugins, in their order. What they publish themselves waits in turn
/// memory until the message that caused it has been routed. Owned by the broker; worker's thread.
class Publishing final : public plugin::Host {
 public:
  /// What it works with; filled once by the broker.
  struct Parts {
    Router& router;
    base::Arena& turn;
    CoreCounters& counters;
    Effort& effort;
    base::WallTime (*wall_clock)();
  };
  explicit Publishing(const Parts& parts) : parts_(parts) {}

  /// `added` outlives this object.
  void add(plugin::Plugin& added) { plugins_.push_back(&added); }

  /// A session has a connection, and has lost it. True: ask about its deliveries.
  bool connected(const plugin::Client& client, base::TimePoint now);
  void disconnected(const plugin::Client& client, base::TimePoint now);
  /// What a filter is granted; and that it is gone.
  mqtt::Qos subscribed(const plugin::Client& client, std::string_view filter, mqtt::Qos granted);
  void unsubscribed(const plugin::Client& client, std::string_view filter);
  /// Whether this receiver is to get it.
  bool may_send(const plugin::Client& receiver, const Outgoing& outgoing, mqtt::Qos qos, bool is_own);
  /// The time of whatever happens from here on.
  void at(base::TimePoint now) { now_ = now; }

  /// A client's message or will.
  plugin::Verdict publish(const plugin::Client& client, Outgoing& outgoing, base::TimePoint now);

  /// What the broker says of itself.
  void say(const plugin::Publication& publication) {
    publish(publication);
    route_pending();
  }

  /// Once a second, where plugins are to be told so.
  void tick(base::TimePoint now);
  /// Once, where plugins are to be told so.
  void stop();

  void publish(const plugin::Publication& publication) override;
  void keep(std::string_view name, base::Bytes value) override;
  bool wants_below(std::string_view first_level) const override {
    return parts_.router.wants_below(first_level);
  }
  bool wants_named(std::string_view topic) const override { return parts_.router.wants_named(topic); }
  bool wants_any_named() const override { return parts_.router.wants_any_named(); }
  /// Looked at once in each of the loop's milliseconds: plugins ask for each message.
  base::WallTime wall_time() const override {
    if (wall_time_at_ != now_) {
      wall_time_at_ = now_;
      wall_time_ = parts_.wall_clock();
    }
    return wall_time_;
  }

 private:
  struct Pending {
    mqtt::Publish publish;
    plugin::Audience audience;
  };
  plugin::Verdict ask_plugins(const plugin::Client& client, Outgoing& outgoing);
  void route_pending();

  Parts parts_;
  std::vector<plugin::Plugin*> plugins_;
  std::vector<Pending> pending_;  // views into turn memory; empty between messages
  base::TimePoint now_;
  mutable base::TimePoint wall_time_at_ = base::TimePoint::min();
  mutable base::WallTime wall_time_;
};

}  // namespace core
