// SPDX-License-Identifier: Apache-2.0
#include "broker/core/router.h"

#include "broker/core/session.h"

namespace core {

void Router::publish(Outgoing& outgoing) {
  const bool is_stamped = outgoing.retain() && !peers_.empty();
  const Stamp stamp = is_stamped ? parts_.commons.next_stamp() : 0;
  for (Peer* peer : peers_) peer->forward(outgoing.message(), stamp);
  publish_local(outgoing, stamp);
}

void Router::publish_local(Outgoing& outgoing, Stamp stamp) {
  if (outgoing.retain()) retain(outgoing, stamp);
  const std::vector<Match>& matches = subscriptions_.match(outgoing.topic());
  parts_.effort.spend(1 + subscriptions_.take_steps() + matches.size());
  if (matches.empty()) return;
  const mqtt::PacketId id = outgoing.qos() == mqtt::Qos::at_most_once ? mqtt::PacketId{0} : next_packet_id();
  for (const Match& match : matches) match.subscriber.session->deliver(outgoing, match.options.qos, id);
}

/// Said once: whoever fills the store could fill the log too.
void Router::retain(Outgoing& outgoing, Stamp stamp) {
  if (retained_.set(outgoing.keep(), stamp)) return;
  parts_.counters.add(Metric::retained_refused);
  if (std::exchange(has_logged_full_store_, true)) return;
  parts_.log.warn("retained_store_full",
                  {{"messages", std::uint64_t{retained_.size()}},
                   {"bytes", std::uint64_t{retained_.bytes()}},
                   {"hint",
                    "further messages are delivered, but not retained: see limits.retained_messages and "
                    "limits.retained_bytes"}});
}

}  // namespace core
