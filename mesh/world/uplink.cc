// SPDX-License-Identifier: Apache-2.0
#include "mesh/world/uplink.h"

#include <algorithm>
#include <cmath>

#include "mesh/cipher.h"
#include "mesh/envelope.h"

namespace mesh::world {
namespace {

constexpr std::uint32_t everyone = 0xffffffff;
constexpr std::uint32_t ok_to_mqtt = 1;
constexpr std::uint32_t lora = 1;
constexpr std::size_t most_route = 8;

bool is_own(const DeviceConfig& gateway, const AirPacket& packet) { return packet.from == gateway.number; }

bool is_pki(const AirPacket& packet) { return packet.channel == pki_channel_id; }

bool can_read(const DeviceConfig& gateway, const AirPacket& packet) {
  if (is_pki(packet)) return is_own(gateway, packet) || packet.to == gateway.number;
  return gateway.channel_named(packet.channel).has_value();
}

bool came_from_mqtt(const DeviceConfig&, const AirPacket& packet) { return packet.via_mqtt; }

/// Firmware up to 2.7 publishes others' direct messages unread.
bool is_not_readable(const DeviceConfig& gateway, const AirPacket& packet) {
  if (can_read(gateway, packet)) return false;
  const bool passes_unread = is_pki(packet) && packet.to != everyone && gateway.encrypts && !gateway.is_newer;
  return !passes_unread;
}

bool is_neighbor_list_unwanted(const DeviceConfig& gateway, const AirPacket& packet) {
  return packet.data.portnum() == proto::NEIGHBORINFO_APP && !gateway.reports_neighbors;
}

bool has_no_bitfield(const DeviceConfig& gateway, const AirPacket& packet) {
  return gateway.is_newer && packet.hop_start == 0 && !packet.data.has_bitfield() &&
         can_read(gateway, packet);
}

bool is_uplink_off(const DeviceConfig& gateway, const AirPacket& packet) {
  if (is_pki(packet)) return std::ranges::none_of(gateway.channels, &DeviceChannel::uplink);
  const auto index = gateway.channel_named(packet.channel);
  return !index || !gateway.channels[*index].uplink;
}

bool is_not_ok_to_mqtt(const DeviceConfig& gateway, const AirPacket& packet) {
  if (is_own(gateway, packet) || gateway.server_is_private || !can_read(gateway, packet)) return false;
  return (packet.data.bitfield() & ok_to_mqtt) == 0;
}

struct Row {
  UplinkRuling ruling;
  bool (*applies)(const DeviceConfig& gateway, const AirPacket& packet);
};
constexpr Row rows[] = {
    {UplinkRuling::came_from_mqtt, came_from_mqtt},
    {UplinkRuling::not_readable, is_not_readable},
    {UplinkRuling::neighbors_not_wanted, is_neighbor_list_unwanted},
    {UplinkRuling::no_bitfield, has_no_bitfield},
    {UplinkRuling::not_ok_to_mqtt, is_not_ok_to_mqtt},
    {UplinkRuling::uplink_off, is_uplink_off},
};

std::string encrypted(const Key& key, const proto::Data& data, std::uint32_t id, std::uint32_t from) {
  const std::string plain = data.SerializeAsString();
  std::string out(plain.size(), '\0');
  const std::span<std::uint8_t> room(reinterpret_cast<std::uint8_t*>(out.data()), out.size());
  Cipher(key).apply(base::as_bytes(plain), counter_block(id, from), room);
  return out;
}

/// A gateway enters itself into a route before the packet goes to MQTT.
void enter_route(const DeviceConfig& gateway, const Copy& copy, proto::Data& data) {
  proto::RouteDiscovery route;
  if (!route.ParseFromString(data.payload())) return;
  const bool is_answer = data.request_id() != 0;
  auto& nodes = is_answer ? *route.mutable_route_back() : *route.mutable_route();
  auto& snrs = is_answer ? *route.mutable_snr_back() : *route.mutable_snr_towards();
  if (nodes.size() >= static_cast<int>(most_route)) return;
  nodes.Add(gateway.number);
  snrs.Add(static_cast<std::int32_t>(std::lround(4 * copy.snr)));
  data.set_payload(route.SerializeAsString());
}

void sign_neighbors(const DeviceConfig& gateway, proto::Data& data) {
  proto::NeighborInfo info;
  if (!info.ParseFromString(data.payload())) return;
  info.set_last_sent_by_id(gateway.number);
  data.set_payload(info.SerializeAsString());
}

void rename_user(std::uint32_t from, proto::Data& data) {
  proto::User user;
  if (!user.ParseFromString(data.payload())) return;
  user.set_id(node_id(from));
  data.set_payload(user.SerializeAsString());
}

/// What the gateway's own modules have done to the packet by the time it is published.
proto::Data altered(const DeviceConfig& gateway, const AirPacket& packet, const Copy& copy) {
  proto::Data data = packet.data;
  if (data.portnum() == proto::TRACEROUTE_APP && !is_own(gateway, packet)) enter_route(gateway, copy, data);
  if (data.portnum() == proto::NEIGHBORINFO_APP) sign_neighbors(gateway, data);
  if (data.portnum() == proto::NODEINFO_APP) rename_user(packet.from, data);
  return data;
}

/// Only a traceroute is encrypted anew; of other ports the bytes of the air are published.
std::string published_bytes(const DeviceConfig& gateway, const AirPacket& packet, const Copy& copy) {
  const auto index = gateway.channel_named(packet.channel);
  if (packet.data.portnum() != proto::TRACEROUTE_APP || !index) return packet.encrypted;
  const proto::Data data = altered(gateway, packet, copy);
  return encrypted(gateway.channels[*index].key, data, packet.id, packet.from);
}

void fill_header(const DeviceConfig& gateway, const AirPacket& packet, const Copy& copy,
                 proto::MeshPacket& out) {
  out.set_from(packet.from);
  out.set_to(packet.to);
  out.set_id(packet.id);
  out.set_rx_time(copy.rx_time);
  out.set_rx_snr(copy.snr);
  out.set_rx_rssi(copy.rssi);
  out.set_hop_limit(copy.hop_limit);
  out.set_hop_start(packet.hop_start);
  out.set_want_ack(packet.want_ack);
  out.set_relay_node(copy.relay_node);
  out.set_transport_mechanism(is_own(gateway, packet) ? 0 : lora);
  out.set_pki_encrypted(is_pki(packet));
}

Message in_envelope(const DeviceConfig& gateway, std::string channel, proto::MeshPacket packet,
                    std::string topic) {
  proto::ServiceEnvelope envelope;
  *envelope.mutable_packet() = std::move(packet);
  envelope.set_channel_id(std::move(channel));
  envelope.set_gateway_id(node_id(gateway.number));
  return {std::move(topic), envelope.SerializeAsString()};
}

}  // namespace

std::string_view word_for(UplinkRuling ruling) {
  static constexpr std::string_view words[] = {
      "published",   "came_from_mqtt", "not_readable",  "neighbors_not_wanted",
      "no_bitfield", "uplink_off",     "not_ok_to_mqtt"};
  static_assert(std::size(words) == static_cast<std::size_t>(UplinkRuling::end_));
  return words[static_cast<std::size_t>(ruling)];
}

UplinkRuling judge_uplink(const DeviceConfig& gateway, const AirPacket& packet) {
  const auto row = std::ranges::find_if(rows, [&](const Row& each) { return each.applies(gateway, packet); });
  return row == std::end(rows) ? UplinkRuling::published : row->ruling;
}

Message make_uplink(const DeviceConfig& gateway, const AirPacket& packet, const Copy& copy) {
  proto::MeshPacket out;
  fill_header(gateway, packet, copy, out);
  if (gateway.encrypts) {
    out.set_channel(packet.hash);
    out.set_encrypted(published_bytes(gateway, packet, copy));
  } else {
    out.set_channel(static_cast<std::uint32_t>(gateway.channel_named(packet.channel).value_or(0)));
    *out.mutable_decoded() = altered(gateway, packet, copy);
  }
  std::string topic = gateway.root + "/2/e/" + packet.channel + "/" + node_id(gateway.number);
  return in_envelope(gateway, packet.channel, std::move(out), std::move(topic));
}

Message make_map_report(const DeviceConfig& gateway, const proto::MapReport& report) {
  proto::MeshPacket packet;
  packet.set_from(gateway.number);
  packet.set_to(everyone);
  packet.mutable_decoded()->set_portnum(proto::MAP_REPORT_APP);
  packet.mutable_decoded()->set_payload(report.SerializeAsString());
  return in_envelope(gateway, gateway.channels.front().name, std::move(packet), gateway.root + "/2/map/");
}

void seal(const DeviceChannel& channel, proto::Data data, AirPacket& packet) {
  packet.channel = channel.name;
  packet.hash = channel_hash(channel.name, channel.key);
  packet.encrypted = encrypted(channel.key, data, packet.id, packet.from);
  packet.data = std::move(data);
}

}  // namespace mesh::world
