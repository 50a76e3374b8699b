// SPDX-License-Identifier: Apache-2.0
#include "mesh/heard_by.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "mesh/enum_names.h"

namespace mesh {
namespace {

constexpr std::int64_t start_of_2020 = 1577836800;
constexpr std::int64_t day = 86400;

std::int64_t seconds_of(base::WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

bool is_plausible(std::uint32_t rx_time, base::WallTime received) {
  return rx_time >= start_of_2020 && rx_time <= seconds_of(received) + day;
}

void write_times(const HeardBy& heard, JsonObject& json) {
  const bool is_known = is_plausible(heard.rx_time, heard.received);
  json.number("time", is_known ? std::int64_t{heard.rx_time} : seconds_of(heard.received));
  if (!is_known) json.truth("time_is_receive_time", true);
  if (heard.rx_time != 0) json.number("rx_time", heard.rx_time);
  json.number("received", static_cast<double>(heard.received.time_since_epoch().count()) / 1000);
}

void write_radio(const HeardBy& heard, JsonObject& json) {
  if (heard.rssi != 0) json.number("rssi", heard.rssi);
  if (heard.rssi == 0 && heard.snr == 0) return;
  std::isfinite(heard.snr) ? json.number("snr", heard.snr) : json.null("snr");
}

void write_hops(const HeardBy& heard, bool has_bitfield, JsonObject& json) {
  json.number("hop_limit", unsigned{heard.hop_limit});
  if (heard.hop_start < heard.hop_limit || (heard.hop_start == 0 && !has_bitfield)) return;
  json.number("hop_start", unsigned{heard.hop_start});
  json.number("hops", unsigned{heard.hop_start} - heard.hop_limit);
}

}  // namespace

HeardBy heard_by(const Envelope& envelope, base::WallTime received) {
  const proto::MeshPacket& packet = *envelope.packet;
  return {.gateway = std::string(envelope.gateway_id),
          .received = received,
          .rx_time = packet.rx_time(),
          .rssi = packet.rx_rssi(),
          .snr = packet.rx_snr(),
          .hop_start = static_cast<std::uint8_t>(packet.hop_start()),
          .hop_limit = static_cast<std::uint8_t>(packet.hop_limit()),
          .relay_node = static_cast<std::uint8_t>(packet.relay_node()),
          .next_hop = static_cast<std::uint8_t>(packet.next_hop()),
          .transport = static_cast<std::uint8_t>(std::min(packet.transport_mechanism(), 255U)),
          .via_mqtt = packet.via_mqtt()};
}

void write_heard_by(const HeardBy& heard, const HeardPacket& packet, JsonObject& json) {
  json.open();
  json.text("gateway", heard.gateway);
  if (heard.gateway == node_id(packet.from)) json.truth("originator", true);
  write_radio(heard, json);
  write_hops(heard, packet.has_bitfield, json);
  if (heard.relay_node != 0) json.number("relay_node", unsigned{heard.relay_node});
  if (heard.next_hop != 0) json.number("next_hop", unsigned{heard.next_hop});
  write_times(heard, json);
  if (heard.via_mqtt) json.truth("via_mqtt", true);
  const std::string_view transport = enum_name(Enumeration::transport, heard.transport);
  if (heard.transport != 0 && !transport.empty()) json.text("transport", transport);
  json.close();
}

}  // namespace mesh
