// SPDX-License-Identifier: Apache-2.0
#include "mesh/delivery_rules.h"

#include <optional>

#include "mesh/envelope.h"
#include "mesh/gateways.h"
#include "mesh/packet_identity.h"

namespace mesh {
namespace {

constexpr base::Counters<DeliveryOutcome, base::Writers::several>::Names delivery_names = {
    "mesh_delivery_sent",          "mesh_delivery_echoed",   "mesh_delivery_had_it",
    "mesh_delivery_too_large",     "mesh_delivery_too_late", "mesh_delivery_before_start",
    "mesh_delivery_of_the_broker",
};

bool is_sent(DeliveryOutcome outcome) {
  return outcome == DeliveryOutcome::sent || outcome == DeliveryOutcome::echoed;
}

}  // namespace

DeliveryRules::DeliveryRules(const MeshConfig& config, const Roots& roots)
    : deliver_(config.deliver),
      window_(config.dedup_window),
      roots_(roots),
      own_number_(config.down.node_number.value_or(0)),
      deliveries_(config.dedup_window, config.dedup_capacity),
      sent_(config.dedup_window, config.dedup_capacity),
      before_us_(config.dedup_window, config.dedup_capacity),
      kept_({"mesh/deliveries/", sent_, before_us_, config.dedup_window}),
      counters_(delivery_names) {}

bool DeliveryRules::judges(std::string_view client_id) const {
  return deliver_ == Deliver::everyone || gateway_of(client_id).has_value();
}

bool DeliveryRules::allow(const plugin::Delivery& delivery, const plugin::Host& host, base::TimePoint now) {
  const bool is_gateway = gateway_of(delivery.receiver.id).has_value();
  const DeliveryOutcome outcome = judge({delivery, host, now, is_gateway});
  counters_.add(outcome);
  return is_sent(outcome);
}

DeliveryOutcome DeliveryRules::judge(const Question& asked) {
  if (asked.is_gateway && asked.delivery.frame_bytes > most_frame_bytes) return DeliveryOutcome::too_large;
  const std::optional<MeshTopic> topic = roots_.parse(asked.delivery.message.topic);
  const auto packet = topic && is_envelope(topic->kind) ? peek_envelope(asked.delivery.message.payload)
                                                        : std::optional<EnvelopePeek>();
  if (packet) return judge_packet(asked, *topic, *packet);
  return asked.delivery.is_own ? DeliveryOutcome::echoed : DeliveryOutcome::sent;
}

/// What is its own goes back in any case; that it has the packet then is remembered, too.
DeliveryOutcome DeliveryRules::judge_packet(const Question& asked, const MeshTopic& topic,
                                            const EnvelopePeek& packet) {
  const plugin::Delivery& delivery = asked.delivery;
  if (!delivery.is_own && asked.is_gateway && is_of_broker(packet) &&
      (own_packets_ == nullptr || !own_packets_->is_released(packet.id, delivery.receiver.id)))
    return DeliveryOutcome::of_the_broker;
  if (!delivery.is_own && asked.is_gateway && is_late(packet, asked.host)) return DeliveryOutcome::too_late;
  if (deliver_ == Deliver::off || packet.id == 0)  // without an id there are no copies (reference section 9)
    return delivery.is_own ? DeliveryOutcome::echoed : DeliveryOutcome::sent;

  const PacketIdentity identity = identity_of(topic, packet.from, packet.id);
  if (!delivery.is_own && before_us_.contains(identity, asked.now)) return DeliveryOutcome::before_us;
  const bool is_first = deliveries_.claim(identity, delivery.receiver.id, asked.now);
  if (is_first) static_cast<void>(sent_.claim(identity, true, asked.now));
  if (delivery.is_own) return DeliveryOutcome::echoed;
  return is_first ? DeliveryOutcome::sent : DeliveryOutcome::had_it;
}

/// A gateway's queue may drain hours after it heard what is in it. One without a clock, or with one that is
/// ahead, is believed to have heard it now.
bool DeliveryRules::is_late(const EnvelopePeek& packet, const plugin::Host& host) const {
  if (packet.rx_time == 0) return false;
  return host.wall_time() - base::WallTime(std::chrono::seconds(packet.rx_time)) > window_;
}

bool DeliveryRules::is_of_broker(const EnvelopePeek& packet) const {
  const std::uint32_t own = own_number_;
  return own != 0 && (packet.from == own || number_of(packet.gateway_id) == own);
}

}  // namespace mesh
