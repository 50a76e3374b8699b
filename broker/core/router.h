// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "broker/base/log.h"
#include "broker/core/commons.h"
#include "broker/core/core_counters.h"
#include "broker/core/effort.h"
#include "broker/core/limits.h"
#include "broker/core/outgoing.h"
#include "broker/core/peer.h"
#include "broker/core/restored.h"
#include "broker/core/retained.h"
#include "broker/core/subscriptions.h"
#include "broker/core/topic_rules.h"

namespace core {

/// From a message to those who want it: retain, match, deliver, forward. Owned by the broker; worker's
/// thread. Nothing it calls can end a session or change a subscription, so a walk never loses the ground
/// under it.
class Router {
 public:
  /// What the router works with; filled once by the broker.
  struct Parts {
    const Limits& limits;
    CoreCounters& counters;
    Effort& effort;
    const base::Log& log;
    Commons& commons;
    Journal* journal = nullptr;
  };
  Router(const Parts& parts, Interest* interest)
      : parts_(parts),
        subscriptions_(interest),
        retained_({parts.limits.retained_messages, parts.limits.retained_bytes}),
        own_retained_({max_own_retained, max_own_retained_bytes}) {}

  /// `peer` outlives the router.
  void add_peer(Peer& peer) { peers_.push_back(&peer); }

  /// A message that entered the broker here: stores it if flagged, delivers it to this worker's sessions, and
  /// gives it to every peer.
  void publish(Outgoing& outgoing);
  /// A message that another worker or node has forwarded: the same without the peers.
  void publish_local(Outgoing& outgoing, Stamp stamp);

  /// As plugin::Host asks, of all workers.
  bool wants_below(std::string_view first_level) const;
  bool wants_named(std::string_view topic) const;
  bool wants_any_named() const;

  /// As a journal has kept it.
  void restore(const RestoredRetained& kept);

  /// One id per message for the whole worker: what a session uses if it is free there.
  mqtt::PacketId next_packet_id() {
    last_packet_id_ =
        last_packet_id_ == 0xffff ? mqtt::PacketId{1} : static_cast<mqtt::PacketId>(last_packet_id_ + 1);
    return last_packet_id_;
  }

  /// Null: nothing survives a restart.
  Journal* journal() const { return parts_.journal; }
  Subscriptions& subscriptions() { return subscriptions_; }
  const Subscriptions& subscriptions() const { return subscriptions_; }
  const Retained& retained() const { return retained_; }
  /// Where what this filter meets is retained.
  const Retained& retained_for(std::string_view filter) const {
    return is_broker_topic(filter) ? own_retained_ : retained_;
  }

 private:
  /// More than the broker has topics of its own.
  static constexpr std::size_t max_own_retained = 1000;
  static constexpr std::size_t max_own_retained_bytes = 1024 * 1024;

  [[nodiscard]] bool retain(Outgoing& outgoing, Stamp stamp);
  void record_retained(Outgoing& outgoing, Stamp stamp, bool is_stored);
  void deliver(Outgoing& outgoing);

  Parts parts_;
  Subscriptions subscriptions_;
  Retained retained_;
  Retained own_retained_;  // below $SYS/: in memory only, and nobody's limit
  bool has_logged_full_store_ = false;
  std::vector<Peer*> peers_;
  mqtt::PacketId last_packet_id_ = 0;
};

}  // namespace core
