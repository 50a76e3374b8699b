// SPDX-License-Identifier: Apache-2.0
#include "broker/core/router.h"

#include <algorithm>

#include "broker/core/session.h"
#include "broker/core/topic_rules.h"

namespace core {

void Router::publish(Outgoing& outgoing) {
  const bool is_stamped = outgoing.retain() && (!peers_.empty() || parts_.journal != nullptr);
  const Stamp stamp = is_stamped ? parts_.commons.next_stamp() : 0;
  for (Peer* peer : peers_) peer->forward(outgoing, stamp);
  if (outgoing.retain()) record_retained(outgoing, stamp, retain(outgoing, stamp));
  deliver(outgoing);
}

void Router::publish_local(Outgoing& outgoing, Stamp stamp) {
  if (outgoing.retain()) static_cast<void>(retain(outgoing, stamp));
  deliver(outgoing);
}

bool Router::wants_below(std::string_view first_level) const {
  const Interest* own = subscriptions_.interest();
  return own == nullptr || own->wants_below(first_level) ||
         std::ranges::any_of(peers_, [&](const Peer* peer) { return peer->wants_below(first_level); });
}

bool Router::wants_named(std::string_view topic) const {
  const Interest* own = subscriptions_.interest();
  return own == nullptr || own->wants_named(topic) ||
         std::ranges::any_of(peers_, [&](const Peer* peer) { return peer->wants_named(topic); });
}

bool Router::wants_any_named() const {
  const Interest* own = subscriptions_.interest();
  return own == nullptr || own->wants_any_named() ||
         std::ranges::any_of(peers_, [](const Peer* peer) { return peer->wants_any_named(); });
}

void Router::restore(const RestoredRetained& kept) {
  if (!retained_.set(kept.message, kept.stamp)) parts_.counters.add(Metric::retained_refused);
}

/// A message that found no room has cleared its topic. What the broker says of itself is of this run. Other
/// workers' messages are journaled by them.
void Router::record_retained(Outgoing& outgoing, Stamp stamp, bool is_stored) {
  if (parts_.journal == nullptr || is_broker_topic(outgoing.topic())) return;
  if (parts_.journal->is_behind() && outgoing.qos() == mqtt::Qos::at_most_once) {
    parts_.counters.add(Metric::retained_not_kept);  // nobody waits for it, so nobody can be held back
    return;
  }
  const MessageRef cleared =
      is_stored ? MessageRef{} : MessageRef::make({.topic = outgoing.topic(), .payload = {}, .retain = true});
  parts_.journal->retain(is_stored ? *outgoing.keep() : *cleared, stamp);
}

void Router::deliver(Outgoing& outgoing) {
  const std::vector<Match>& matches = outgoing.is_named() ? subscriptions_.match_named(outgoing.topic())
                                                          : subscriptions_.match(outgoing.topic());
  parts_.effort.spend(1 + subscriptions_.take_steps() + matches.size());
  if (matches.empty()) return;
  const mqtt::PacketId id = outgoing.qos() == mqtt::Qos::at_most_once ? mqtt::PacketId{0} : next_packet_id();
  const PayloadsSent counted(parts_.counters, outgoing.payload().size());
  for (const Match& match : matches) match.subscriber.session->deliver(outgoing, match.options.qos, id);
}

/// Said once: whoever fills the store could fill the log too.
bool Router::retain(Outgoing& outgoing, Stamp stamp) {
  Retained& store = is_broker_topic(outgoing.topic()) ? own_retained_ : retained_;
  if (store.set(outgoing.keep(), stamp)) return true;
  parts_.counters.add(Metric::retained_refused);
  if (std::exchange(has_logged_full_store_, true)) return false;
  parts_.log.warn("retained_store_full",
                  {{"messages", std::uint64_t{retained_.size()}},
                   {"bytes", std::uint64_t{retained_.bytes()}},
                   {"hint",
                    "further messages are delivered, but not retained: see limits.retained_messages and "
                    "limits.retained_bytes"}});
  return false;
}

}  // namespace core
