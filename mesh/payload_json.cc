// SPDX-License-Identifier: Apache-2.0
#include "mesh/payload_json.h"

#include <cmath>
#include <limits>
#include <string>

#include "mesh/utf8.h"

namespace mesh {
namespace {

/// Unsigned fields that the firmware prints through an int.
std::int32_t as_int(std::uint32_t value) { return static_cast<std::int32_t>(value); }

/// Toward zero; what does not fit, as the ESP32 does it.
std::int32_t truncated(float value) {
  constexpr float beyond = 2147483648.0F;  // 2^31
  if (value < -beyond) return std::numeric_limits<std::int32_t>::min();
  if (!(value < beyond)) return std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(value);
}

[[gnu::always_inline]] inline void write_unless_zero(std::string_view key, std::int64_t value,
                                                     JsonWriter& json) {
  if (value != 0) json.integer(key, value);
}

void write_name(std::uint32_t node, const NodeTable& nodes, JsonWriter& json) {
  const std::optional<std::string> name = nodes.name_of(node);
  json.text(name ? std::string_view(*name) : std::string_view("Unknown"));
}

template <class Numbers>
void write_names(std::string_view key, const Numbers& between, RouteEnds ends, const NodeTable& nodes,
                 JsonWriter& json) {
  json.key(key);
  json.open('[');
  write_name(ends.from, nodes, json);
  for (const std::uint32_t node : between) write_name(node, nodes, json);
  write_name(ends.to, nodes, json);
  json.close(']');
}

template <class Numbers>
void write_snr(std::string_view key, const Numbers& quarters, JsonWriter& json) {
  json.key(key);
  json.open('[');
  for (const std::int32_t quarter : quarters) json.number(quarter / 4.0);
  json.close(']');
}

}  // namespace

void write_position(const proto::Position& position, JsonWriter& json) {
  json.open('{');
  write_unless_zero("HDOP", as_int(position.hdop()), json);
  write_unless_zero("PDOP", as_int(position.pdop()), json);
  write_unless_zero("VDOP", as_int(position.vdop()), json);
  write_unless_zero("altitude", position.altitude(), json);
  write_unless_zero("ground_speed", position.ground_speed(), json);
  write_unless_zero("ground_track", position.ground_track(), json);
  json.integer("latitude_i", position.latitude_i());
  json.integer("longitude_i", position.longitude_i());
  write_unless_zero("precision_bits", as_int(position.precision_bits()), json);
  write_unless_zero("sats_in_view", position.sats_in_view(), json);
  write_unless_zero("time", position.time(), json);
  write_unless_zero("timestamp", position.timestamp(), json);
  json.close('}');
}

void write_waypoint(const proto::Waypoint& waypoint, JsonWriter& json) {
  json.open('{');
  json.text("description", c_string(waypoint.description()));
  json.integer("expire", waypoint.expire());
  json.integer("id", waypoint.id());
  json.integer("latitude_i", waypoint.latitude_i());
  json.integer("locked_to", waypoint.locked_to());
  json.integer("longitude_i", waypoint.longitude_i());
  json.text("name", c_string(waypoint.name()));
  json.close('}');
}

void write_paxcount(const proto::Paxcount& paxcount, JsonWriter& json) {
  json.open('{');
  json.integer("ble_count", paxcount.ble());
  json.integer("uptime", paxcount.uptime());
  json.integer("wifi_count", paxcount.wifi());
  json.close('}');
}

/// The firmware keeps 64 pins but prints 32. A change has no mask, an answer has.
void write_hardware(const proto::HardwareMessage& message, JsonWriter& json) {
  constexpr std::uint32_t gpios_read_reply = 5;
  json.open('{');
  if (message.type() == gpios_read_reply)
    json.integer("gpio_mask", static_cast<std::uint32_t>(message.gpio_mask()));
  json.integer("gpio_value", static_cast<std::uint32_t>(message.gpio_value()));
  json.close('}');
}

void write_user(const proto::User& user, std::string_view id, JsonWriter& json) {
  json.open('{');
  json.integer("hardware", as_int(user.hw_model()));
  json.text("id", id);
  json.text("longname", c_string(user.long_name()));
  json.integer("role", as_int(user.role()));
  json.text("shortname", c_string(user.short_name()));
  json.close('}');
}

void write_neighbor_info(const proto::NeighborInfo& info, std::uint32_t sent_by, JsonWriter& json) {
  json.open('{');
  json.integer("last_sent_by_id", sent_by);
  json.key("neighbors");
  json.open('[');
  for (const proto::Neighbor& neighbor : info.neighbors()) {
    json.open('{');
    json.integer("node_id", neighbor.node_id());
    json.integer("snr", truncated(neighbor.snr()));
    json.close('}');
  }
  json.close(']');
  json.integer("neighbors_count", info.neighbors_size());
  json.integer("node_broadcast_interval_secs", info.node_broadcast_interval_secs());
  json.integer("node_id", info.node_id());
  json.close('}');
}

void write_route(const proto::RouteDiscovery& route, RouteEnds ends, const NodeTable& nodes,
                 JsonWriter& json) {
  json.open('{');
  write_names("route", route.route(), {ends.to, ends.from}, nodes, json);
  write_names("route_back", route.route_back(), ends, nodes, json);
  write_snr("snr_back", route.snr_back(), json);
  write_snr("snr_towards", route.snr_towards(), json);
  json.close('}');
}

}  // namespace mesh
