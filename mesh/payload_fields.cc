// SPDX-License-Identifier: Apache-2.0
#include "mesh/payload_fields.h"

#include <cstddef>
#include <optional>

#include <openssl/evp.h>

#include "broker/base/bytes.h"
#include "mesh/message_fields.h"
#include "mesh/metrics_json.h"
#include "mesh/utf8.h"

namespace mesh {
namespace {

template <class Message, std::size_t count>
void write(const Message& message, const Field<Message> (&fields)[count], JsonObject& json) {
  write_fields<Message>(message, fields, json);
}

using User = proto::User;
constexpr Field<User> user_fields[] = {
    always<&User::id>("id"),
    always<&User::long_name>("long_name"),
    always<&User::short_name>("short_name"),
    enumeration<&User::hw_model, Enumeration::hardware_model>("hw_model", "hw_model_name"),
    enumeration<&User::role, Enumeration::role>("role", "role_name"),
    always<&User::is_licensed>("is_licensed"),
    if_set<&User::is_unmessagable, &User::has_is_unmessagable>("is_unmessagable"),
};

using Position = proto::Position;
constexpr Field<Position> position_fields[] = {
    degrees_if_set<&Position::latitude_i, &Position::has_latitude_i>("latitude_i", "latitude"),
    degrees_if_set<&Position::longitude_i, &Position::has_longitude_i>("longitude_i", "longitude"),
    if_set<&Position::altitude, &Position::has_altitude>("altitude"),
    if_set<&Position::altitude_hae, &Position::has_altitude_hae>("altitude_hae"),
    if_set<&Position::altitude_geoidal_separation, &Position::has_altitude_geoidal_separation>(
        "altitude_geoidal_separation"),
    unless_zero<&Position::time>("time"),
    unless_zero<&Position::timestamp>("timestamp"),
    unless_zero<&Position::timestamp_millis_adjust>("timestamp_millis_adjust"),
    enumeration<&Position::location_source, Enumeration::location_source>("location_source",
                                                                          "location_source_name"),
    enumeration<&Position::altitude_source, Enumeration::altitude_source>("altitude_source",
                                                                          "altitude_source_name"),
    unless_zero<&Position::pdop>("PDOP"),
    unless_zero<&Position::hdop>("HDOP"),
    unless_zero<&Position::vdop>("VDOP"),
    unless_zero<&Position::gps_accuracy>("gps_accuracy"),
    if_set<&Position::ground_speed, &Position::has_ground_speed>("ground_speed"),
    if_set<&Position::ground_track, &Position::has_ground_track>("ground_track"),
    unless_zero<&Position::fix_quality>("fix_quality"),
    unless_zero<&Position::fix_type>("fix_type"),
    unless_zero<&Position::sats_in_view>("sats_in_view"),
    unless_zero<&Position::sensor_id>("sensor_id"),
    unless_zero<&Position::next_update>("next_update"),
    unless_zero<&Position::seq_number>("seq_number"),
    unless_zero<&Position::precision_bits>("precision_bits"),
};

using Waypoint = proto::Waypoint;
constexpr Field<Waypoint> waypoint_fields[] = {
    always<&Waypoint::id>("id"),
    degrees_if_set<&Waypoint::latitude_i, &Waypoint::has_latitude_i>("latitude_i", "latitude"),
    degrees_if_set<&Waypoint::longitude_i, &Waypoint::has_longitude_i>("longitude_i", "longitude"),
    always<&Waypoint::expire>("expire"),
    node_number<&Waypoint::locked_to>("locked_to", "locked_to_id"),
    always<&Waypoint::name>("name"),
    always<&Waypoint::description>("description"),
    unless_zero<&Waypoint::icon>("icon"),
    unless_zero<&Waypoint::geofence_radius>("geofence_radius"),
    unless_zero<&Waypoint::notify_on_enter>("notify_on_enter"),
    unless_zero<&Waypoint::notify_on_exit>("notify_on_exit"),
    unless_zero<&Waypoint::notify_favorites_only>("notify_favorites_only"),
};

using Neighbor = proto::Neighbor;
constexpr Field<Neighbor> neighbor_fields[] = {
    node_number<&Neighbor::node_id>("node_id", "node"),
    always<&Neighbor::snr>("snr"),
    unless_zero<&Neighbor::last_rx_time>("last_rx_time"),
    unless_zero<&Neighbor::node_broadcast_interval_secs>("node_broadcast_interval_secs"),
};

using NeighborInfo = proto::NeighborInfo;
constexpr Field<NeighborInfo> neighbor_info_fields[] = {
    node_number<&NeighborInfo::node_id>("node_id", "node"),
    node_number<&NeighborInfo::last_sent_by_id>("last_sent_by_id", "last_sent_by"),
    always<&NeighborInfo::node_broadcast_interval_secs>("node_broadcast_interval_secs"),
};

using Paxcount = proto::Paxcount;
constexpr Field<Paxcount> paxcount_fields[] = {
    always<&Paxcount::wifi>("wifi"),
    always<&Paxcount::ble>("ble"),
    always<&Paxcount::uptime>("uptime"),
};

using HardwareMessage = proto::HardwareMessage;
constexpr Field<HardwareMessage> hardware_message_fields[] = {
    enumeration<&HardwareMessage::type, Enumeration::gpio_request>("type", "type_name"),
    always<&HardwareMessage::gpio_mask>("gpio_mask"),
    always<&HardwareMessage::gpio_value>("gpio_value"),
};

using Statistics = proto::StoreAndForward::Statistics;
constexpr Field<Statistics> statistics_fields[] = {
    always<&Statistics::messages_total>("messages_total"),
    always<&Statistics::messages_saved>("messages_saved"),
    always<&Statistics::messages_max>("messages_max"),
    always<&Statistics::up_time>("up_time"),
    always<&Statistics::requests>("requests"),
    always<&Statistics::requests_history>("requests_history"),
    always<&Statistics::heartbeat>("heartbeat"),
    always<&Statistics::return_max>("return_max"),
    always<&Statistics::return_window>("return_window"),
};

using History = proto::StoreAndForward::History;
constexpr Field<History> history_fields[] = {
    always<&History::history_messages>("history_messages"),
    always<&History::window>("window"),
    always<&History::last_request>("last_request"),
};

using Heartbeat = proto::StoreAndForward::Heartbeat;
constexpr Field<Heartbeat> heartbeat_fields[] = {
    always<&Heartbeat::period>("period"),
    always<&Heartbeat::secondary>("secondary"),
};

using MapReport = proto::MapReport;
constexpr Field<MapReport> map_report_fields[] = {
    always<&MapReport::long_name>("long_name"),
    always<&MapReport::short_name>("short_name"),
    enumeration<&MapReport::role, Enumeration::role>("role", "role_name"),
    enumeration<&MapReport::hw_model, Enumeration::hardware_model>("hw_model", "hw_model_name"),
    always<&MapReport::firmware_version>("firmware_version"),
    enumeration<&MapReport::region, Enumeration::region>("region", "region_name"),
    enumeration<&MapReport::modem_preset, Enumeration::modem_preset>("modem_preset", "modem_preset_name"),
    always<&MapReport::has_default_channel>("has_default_channel"),
    degrees<&MapReport::latitude_i>("latitude_i", "latitude"),
    degrees<&MapReport::longitude_i>("longitude_i", "longitude"),
    always<&MapReport::altitude>("altitude"),
    always<&MapReport::position_precision>("position_precision"),
    always<&MapReport::num_online_local_nodes>("num_online_local_nodes"),
    always<&MapReport::has_opted_report_location>("has_opted_report_location"),
};

using MeshBeacon = proto::MeshBeacon;
constexpr Field<MeshBeacon> mesh_beacon_fields[] = {
    always<&MeshBeacon::message>("message"),
    enumeration<&MeshBeacon::offer_region, Enumeration::region>("offer_region", "offer_region_name"),
};

template <class Message, std::size_t count>
void write_member(std::string_view key, const Message& message, const Field<Message> (&fields)[count],
                  JsonObject& json) {
  json.open(key);
  write(message, fields, json);
  json.close();
}

template <class Numbers>
void write_names(std::string_view key, const Numbers& numbers, const NodeTable& nodes, JsonObject& json) {
  json.open_list(key);
  for (const std::uint32_t number : numbers) {
    const std::optional<std::string> name = nodes.name_of(number);
    name ? json.text(*name) : json.null();
  }
  json.close_list();
}

/// dB; null for a hop that did not say.
template <class Numbers>
void write_snr(std::string_view key, const Numbers& quarters, JsonObject& json) {
  constexpr std::int32_t unknown = -128;
  json.open_list(key);
  for (const std::int32_t quarter : quarters) {
    quarter == unknown ? json.null() : json.number(static_cast<float>(quarter) / 4);
  }
  json.close_list();
}

}  // namespace

void write_value(std::string_view key, const std::string& value, JsonObject& json) {
  json.text(key, c_string(value));
}

void write_base64(std::string_view key, std::string_view bytes, JsonObject& json) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // openssl ends it with a NUL
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     base::as_bytes(bytes).data(), static_cast<int>(bytes.size()));
  json.text(key, std::string_view(text).substr(0, static_cast<std::size_t>(length)));
}

void write_readable(const User& user, JsonObject& json) {
  write(user, user_fields, json);
  if (!user.public_key().empty()) write_base64("public_key", user.public_key(), json);
}

void write_readable(const Position& position, JsonObject& json) { write(position, position_fields, json); }

void write_readable(const Waypoint& waypoint, JsonObject& json) { write(waypoint, waypoint_fields, json); }

void write_readable(const NeighborInfo& info, JsonObject& json) {
  write(info, neighbor_info_fields, json);
  json.open_list("neighbors");
  for (const Neighbor& neighbor : info.neighbors()) {
    json.open();
    write(neighbor, neighbor_fields, json);
    json.close();
  }
  json.close_list();
}

void write_readable(const proto::Telemetry& telemetry, JsonObject& json) {
  if (telemetry.time() != 0) json.number("time", telemetry.time());
  const std::string_view kind = write_metrics(telemetry, json);
  if (!kind.empty()) json.text("kind", kind);
}

void write_readable(const Paxcount& paxcount, JsonObject& json) { write(paxcount, paxcount_fields, json); }

void write_readable(const HardwareMessage& message, JsonObject& json) {
  write(message, hardware_message_fields, json);
}

void write_readable(const proto::StoreAndForward& message, JsonObject& json) {
  write_enumeration("rr", "rr_name", Enumeration::store_forward_request, message.rr(), json);
  if (message.has_stats()) write_member("stats", message.stats(), statistics_fields, json);
  if (message.has_history()) write_member("history", message.history(), history_fields, json);
  if (message.has_heartbeat()) write_member("heartbeat", message.heartbeat(), heartbeat_fields, json);
  if (message.variant_case() == proto::StoreAndForward::kText) json.text("text", message.text());
}

void write_readable(const MapReport& report, JsonObject& json) { write(report, map_report_fields, json); }

void write_readable(const proto::StatusMessage& message, JsonObject& json) {
  write_value("status", message.status(), json);
}

void write_readable(const MeshBeacon& beacon, JsonObject& json) {
  write(beacon, mesh_beacon_fields, json);
  if (!beacon.has_offer_preset()) return;
  write_enumeration("offer_preset", "offer_preset_name", Enumeration::modem_preset, beacon.offer_preset(),
                    json);
}

void write_readable(const proto::RouteDiscovery& route, const NodeTable& nodes, JsonObject& json) {
  json.nodes("route", route.route());
  write_names("route_names", route.route(), nodes, json);
  write_snr("snr_towards", route.snr_towards(), json);
  json.nodes("route_back", route.route_back());
  write_names("route_back_names", route.route_back(), nodes, json);
  write_snr("snr_back", route.snr_back(), json);
}

void write_readable(const proto::Routing& routing, const NodeTable& nodes, JsonObject& json) {
  const auto write_route = [&](std::string_view key, const proto::RouteDiscovery& route) {
    json.open(key);
    write_readable(route, nodes, json);
    json.close();
  };
  if (routing.has_route_request()) write_route("route_request", routing.route_request());
  if (routing.has_route_reply()) write_route("route_reply", routing.route_reply());
  if (routing.variant_case() != proto::Routing::kErrorReason) return;
  write_enumeration("error_reason", "error_reason_name", Enumeration::routing_error, routing.error_reason(),
                    json);
}

}  // namespace mesh
