// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_gateway.h"

#include <utility>

#include "mesh/envelope.h"

namespace support {

using mesh::world::DeviceConfig;
using mesh::world::DeviceLink;
using mesh::world::Handled;

FakeGateway::FakeGateway(DeviceConfig config)
    : device_(std::move(config)), link_({.client_id = mesh::node_id(device_.config().number)}) {}

std::string FakeGateway::client_id() const { return mesh::node_id(device_.config().number); }

Handled FakeGateway::receive(std::string_view topic, base::Bytes payload, mqtt::Qos qos) {
  if (auto refused = device_.receive(topic, payload, qos)) return *std::move(refused);
  return device_.route().back();
}

std::vector<mesh::world::Message> FakeGateway::heard(const mesh::world::AirPacket& packet,
                                                     const mesh::world::Copy& copy) {
  device_.remember(packet.from, packet.id);
  if (judge_uplink(device_.config(), packet) != mesh::world::UplinkRuling::published) return {};
  return {make_uplink(device_.config(), packet, copy)};
}

void FakeGateway::pass(base::TimePoint now) {
  if (next_loop_ == base::TimePoint{}) next_loop_ = now;
  for (; next_loop_ <= now; next_loop_ += DeviceLink::loop_period) loop(next_loop_);
}

void FakeGateway::loop(base::TimePoint now) {
  const bool was_connected = is_connected();
  auto came = link_.loop(now);
  if (!was_connected && is_connected()) {
    for (const std::string& filter : filters()) link_.subscribe(filter, now);
    if (auto waiting = queue_.pop()) publish(*std::move(waiting), now);
  }
  if (!came) return;
  arrived.push_back(*std::move(came));
  const mesh::world::Arrived& last = arrived.back();
  if (auto refused = device_.receive(last.topic, base::as_bytes(last.payload), last.qos))
    handled.push_back(*std::move(refused));
  for (Handled& each : device_.route()) handled.push_back(std::move(each));
}

void FakeGateway::publish(mesh::world::Message message, base::TimePoint now) {
  if (!is_connected()) return queue_.push(std::move(message));
  if (!link_.publish(message.topic, base::as_bytes(message.payload), now)) ++unpublishable;
}

DeviceConfig plain_device(std::uint32_t number) {
  const mesh::Psk well_known{1};
  return {.number = number, .channels = {{.name = "LongFast", .key = mesh::expand_psk(well_known)}}};
}

mesh::proto::ServiceEnvelope make_downlink(const mesh::world::DeviceChannel& channel,
                                           const GoodDownlink& words) {
  mesh::world::AirPacket air{.from = words.from, .to = words.to, .id = words.id};
  mesh::proto::Data data;
  data.set_portnum(mesh::proto::TEXT_MESSAGE_APP);
  data.set_payload(words.text);
  data.set_bitfield(1);
  seal(channel, std::move(data), air);
  mesh::proto::ServiceEnvelope envelope;
  mesh::proto::MeshPacket& packet = *envelope.mutable_packet();
  packet.set_from(air.from);
  packet.set_to(air.to);
  packet.set_id(air.id);
  packet.set_channel(air.hash);
  packet.set_encrypted(air.encrypted);
  packet.set_hop_limit(3);
  packet.set_hop_start(3);
  envelope.set_channel_id(channel.name);
  envelope.set_gateway_id(mesh::node_id(words.from));
  return envelope;
}

}  // namespace support
