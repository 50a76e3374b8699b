// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_mirror.h"

#include <charconv>
#include <cstddef>
#include <optional>
#include <system_error>

#include "mesh/payload_json.h"
#include "mesh/utf8.h"

namespace mesh {
namespace {

/// The number behind "!%08x"; none for any other gateway id.
std::optional<std::uint32_t> number_of(std::string_view node_id) {
  if (node_id.size() != 9 || node_id[0] != '!') return std::nullopt;
  std::uint32_t number = 0;
  const char* const end = node_id.data() + node_id.size();
  const auto [stop, error] = std::from_chars(node_id.data() + 1, end, number, 16);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

/// Hops between the sender and this gateway. Unknown when the sender is too old to say where it started, or
/// when the numbers make no sense; the firmware computes it in eight bits with a sign (reference
/// section 4.2).
std::optional<std::int8_t> hops_away(const Reception& reception) {
  const proto::MeshPacket& packet = *reception.envelope.packet;
  const bool is_new_sender = reception.data != nullptr && reception.data->has_bitfield();
  if (packet.hop_start() == 0 && !is_new_sender) return std::nullopt;
  if (packet.hop_start() < packet.hop_limit()) return std::nullopt;
  const auto hops = static_cast<std::int8_t>(packet.hop_start() - packet.hop_limit());
  if (hops < 0) return std::nullopt;
  return hops;
}

/// Writes "payload" and knows "type" for each kind of payload.
struct PayloadMirror {
  const Reception& reception;
  const MirrorSources& sources;
  JsonWriter& json;
  TextBuffer& out;

  bool was_encrypted() const { return reception.channel != nullptr; }
  const proto::MeshPacket& packet() const { return *reception.envelope.packet; }

  std::string_view operator()(const Unsupported&) const { return ""; }
  std::string_view operator()(const Malformed& malformed) const { return malformed.type; }

  std::string_view operator()(const Text& text) const {
    json.key("payload");
    if (!sources.json_text.append_if_json(text.text, out)) write_text(text.text);
    return "text";
  }
  std::string_view operator()(const Detection& detection) const {
    json.key("payload");
    write_text(detection.text);
    return "detection";
  }
  std::string_view operator()(const proto::User* user) const {
    json.key("payload");
    write_user(*user, was_encrypted() ? node_id(packet().from()) : std::string(c_string(user->id())), json);
    return "nodeinfo";
  }
  std::string_view operator()(const proto::Position* position) const {
    json.key("payload");
    write_position(*position, json);
    return "position";
  }
  std::string_view operator()(const proto::Waypoint* waypoint) const {
    json.key("payload");
    write_waypoint(*waypoint, json);
    return "waypoint";
  }
  std::string_view operator()(const proto::NeighborInfo* info) const {
    std::optional<std::uint32_t> gateway;
    if (was_encrypted()) gateway = number_of(reception.envelope.gateway_id);
    json.key("payload");
    write_neighbor_info(*info, gateway.value_or(info->last_sent_by_id()), json);
    return "neighborinfo";
  }
  std::string_view operator()(const proto::RouteDiscovery* route) const {
    json.key("payload");
    write_route(*route, {packet().from(), packet().to()}, sources.nodes, json);
    return "traceroute";
  }
  std::string_view operator()(const proto::Telemetry* telemetry) const {
    json.key("payload");
    write_telemetry(*telemetry, json);
    return "telemetry";
  }
  std::string_view operator()(const proto::Paxcount* paxcount) const {
    json.key("payload");
    write_paxcount(*paxcount, json);
    return "paxcounter";
  }
  std::string_view operator()(const proto::HardwareMessage* message) const {
    constexpr std::uint32_t gpios_changed = 3;
    json.key("payload");
    write_hardware(*message, json);
    return message->type() == gpios_changed ? "gpios_changed" : "gpios_read_reply";
  }

  void write_text(std::string_view text) const {
    json.open('{');
    json.text("text", text);
    json.close('}');
  }
};

/// A decoded copy carries the sender's own index, an encrypted one the hash: for it the configuration knows.
std::uint32_t channel_index(const Reception& reception) {
  if (reception.channel != nullptr) return reception.channel->index;
  return reception.envelope.is_encrypted() ? 0 : reception.envelope.packet->channel();
}

}  // namespace

void append_mirror(const Reception& reception, const MirrorSources& sources, TextBuffer& out) {
  const proto::MeshPacket& packet = *reception.envelope.packet;
  JsonWriter json(out);
  json.open('{');
  json.integer("channel", channel_index(reception));
  json.integer("from", packet.from());
  if (const std::optional<std::int8_t> hops = hops_away(reception)) {
    json.integer("hop_start", packet.hop_start());
    json.integer("hops_away", *hops);
  }
  json.integer("id", packet.id());
  const std::string_view type = std::visit(PayloadMirror{reception, sources, json, out}, reception.payload);
  if (packet.rx_rssi() != 0) json.integer("rssi", packet.rx_rssi());
  json.text("sender", reception.envelope.gateway_id);
  if (packet.rx_snr() != 0) json.number("snr", packet.rx_snr());
  json.integer("timestamp", packet.rx_time());
  json.integer("to", packet.to());
  json.text("type", type);
  json.close('}');
}

}  // namespace mesh
