// SPDX-License-Identifier: Apache-2.0
#include "broker/core/router.h"

#include "broker/core/session.h"

namespace core {

void Router::publish(Outgoing& outgoing) {
  publish_local(outgoing);
  for (Peer* peer : peers_) peer->forward(*outgoing.keep());
}

void Router::publish_local(Outgoing& outgoing) {
  if (outgoing.retain() && !retained_.set(outgoing.keep())) counters_.add(Metric::retained_refused);
  const std::vector<Match>& matches = subscriptions_.match(outgoing.topic());
  if (matches.empty()) return;
  const mqtt::PacketId id = outgoing.qos() == mqtt::Qos::at_most_once ? mqtt::PacketId{0} : next_packet_id();
  for (const Match& match : matches) match.subscriber.session->deliver(outgoing, match.options.qos, id);
}

}  // namespace core
