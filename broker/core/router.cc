// SPDX-License-Identifier: Apache-2.0
#include "broker/core/router.h"

#include "broker/core/session.h"

namespace core {

void Router::publish(Outgoing& outgoing) {
  publish_local(outgoing);
  for (Peer* peer : peers_) peer->forward(*outgoing.keep());
}

void Router::publish_local(Outgoing& outgoing) {
  if (outgoing.retain()) retain(outgoing);
  const std::vector<Match>& matches = subscriptions_.match(outgoing.topic());
  parts_.effort.spend(1 + subscriptions_.take_steps() + matches.size());
  if (matches.empty()) return;
  const mqtt::PacketId id = outgoing.qos() == mqtt::Qos::at_most_once ? mqtt::PacketId{0} : next_packet_id();
  for (const Match& match : matches) match.subscriber.session->deliver(outgoing, match.options.qos, id);
}

/// Said once: whoever fills the store could fill the log too.
void Router::retain(Outgoing& outgoing) {
  if (retained_.set(outgoing.keep())) return;
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
