// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_json.h"

#include <algorithm>
#include <array>
#include <limits>
#include <variant>

#include <openssl/evp.h>

#include "mesh/message_fields.h"
#include "mesh/metrics_json.h"
#include "mesh/utf8.h"

namespace mesh {
namespace {

constexpr std::int64_t max_time_ahead = 86400;  // s; a clock farther ahead is wrong

constexpr std::array<std::string_view, static_cast<std::size_t>(NodeTopic::end_)> names = {
    "info",
    "position",
    "radio",
    "telemetry/device",
    "telemetry/environment",
    "telemetry/air_quality",
    "telemetry/power",
    "telemetry/local_stats",
    "telemetry/health",
    "telemetry/host",
    "telemetry/traffic",
    "telemetry/paxcounter",
};

constexpr std::array<proto::PortNum, static_cast<std::size_t>(NodePart::end_)> ports = {
    proto::NODEINFO_APP,   proto::MAP_REPORT_APP, proto::POSITION_APP,  proto::NEIGHBORINFO_APP,
    proto::TELEMETRY_APP,  proto::TELEMETRY_APP,  proto::TELEMETRY_APP, proto::TELEMETRY_APP,
    proto::TELEMETRY_APP,  proto::TELEMETRY_APP,  proto::TELEMETRY_APP, proto::TELEMETRY_APP,
    proto::PAXCOUNTER_APP,
};

/// Sixteen hexadecimal digits of the key's SHA-256.
std::string fingerprint(std::string_view key) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::size_t bytes = 8;
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> hash{};
  if (EVP_Digest(key.data(), key.size(), hash.data(), nullptr, EVP_sha256(), nullptr) != 1) return {};
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) {
    text += digits[hash[i] >> 4U];
    text += digits[hash[i] & 15U];
  }
  return text;
}

void write_user(const proto::User& user, JsonObject& json) {
  json.text("short_name", c_string(user.short_name()));
  write_enumeration("role", "role_name", Enumeration::role, user.role(), json);
  write_enumeration("hw_model", "hw_model_name", Enumeration::hardware_model, user.hw_model(), json);
  json.truth("is_licensed", user.is_licensed());
  if (user.has_is_unmessagable()) json.truth("is_unmessagable", user.is_unmessagable());
  if (!user.public_key().empty()) json.text("public_key_fingerprint", fingerprint(user.public_key()));
}

/// What a node info says as well is left to that.
void write_report(const proto::MapReport& report, bool has_user, JsonObject& json) {
  if (!has_user) {
    json.text("short_name", c_string(report.short_name()));
    write_enumeration("role", "role_name", Enumeration::role, report.role(), json);
    write_enumeration("hw_model", "hw_model_name", Enumeration::hardware_model, report.hw_model(), json);
  }
  json.text("firmware_version", c_string(report.firmware_version()));
  write_enumeration("region", "region_name", Enumeration::region, report.region(), json);
  write_enumeration("modem_preset", "modem_preset_name", Enumeration::modem_preset, report.modem_preset(),
                    json);
  json.truth("has_default_channel", report.has_default_channel());
  json.number("online_nodes", report.num_online_local_nodes());
}

void write_degrees(std::int32_t latitude, std::int32_t longitude, JsonObject& json) {
  json.decimal("latitude", latitude, decimals_of_degrees);
  json.decimal("longitude", longitude, decimals_of_degrees);
  json.number("latitude_i", latitude);
  json.number("longitude_i", longitude);
}

void write_unless_zero(std::string_view key, std::uint32_t value, JsonObject& json) {
  if (value != 0) json.number(key, value);
}

void write_fix(const proto::Position& position, JsonObject& json) {
  write_degrees(position.latitude_i(), position.longitude_i(), json);
  if (position.has_altitude()) json.number("altitude", position.altitude());
  write_unless_zero("precision_bits", position.precision_bits(), json);
  if (position.has_ground_speed()) json.number("ground_speed", position.ground_speed());
  if (position.has_ground_track()) json.number("ground_track", position.ground_track() / 100.0);
  write_unless_zero("sats_in_view", position.sats_in_view(), json);
  if (position.pdop() != 0) json.number("pdop", position.pdop() / 100.0);
}

void write_direct(const DirectReception& direct, JsonObject& json) {
  json.open("direct");
  json.node("gateway", direct.gateway);
  json.number("rssi", direct.rssi);
  json.number("snr", direct.snr);
  json.number("time", direct.received);
  json.close();
}

void write_gateway(const GatewayRecord& gateway, JsonObject& json) {
  json.open("gateway");
  json.number("envelopes", gateway.envelopes);
  json.number("duplicates", gateway.duplicates);
  if (gateway.envelopes != 0)
    json.number("duplicates_ratio",
                static_cast<float>(gateway.duplicates) / static_cast<float>(gateway.envelopes));
  if (gateway.last_uplink != 0) json.number("last_uplink", gateway.last_uplink);
  if (gateway.last_downlink != 0) json.number("last_downlink", gateway.last_downlink);
  if (const auto skew = gateway.skew()) json.number("clock_skew", *skew);
  json.close();
}

template <class Quarters>
void write_snr(std::string_view key, const Quarters& quarters, JsonObject& json) {
  constexpr std::int32_t unknown = -128;
  json.open_list(key);
  for (const std::int32_t quarter : quarters) {
    json.number(quarter == unknown ? std::numeric_limits<double>::quiet_NaN() : quarter / 4.0);
  }
  json.close_list();
}

}  // namespace

std::string_view name_of(NodeTopic topic) { return names[static_cast<std::size_t>(topic)]; }

template <class Message>
const Message* NodeJson::read(proto::PortNum port, const std::string& wire) {
  data_.Clear();
  data_.set_portnum(port);
  data_.set_payload(wire);
  data_.set_request_id(1);  // else a traceroute is a question
  const Payload payload = payloads_.read(data_);
  const auto* const message = std::get_if<const Message*>(&payload);
  return message == nullptr ? nullptr : *message;
}

template <class Message>
const Message* NodeJson::read(const NodeRecord& record, NodePart part) {
  const LatestPayload* const latest = record.find(part);
  return latest == nullptr ? nullptr : read<Message>(ports[static_cast<std::size_t>(part)], latest->wire);
}

const proto::MapReport* NodeJson::read_map_report(const NodeRecord& record) {
  const LatestPayload* const latest = record.find(NodePart::map_report);
  if (latest == nullptr) return nullptr;
  data_.Clear();
  data_.set_portnum(proto::MAP_REPORT_APP);
  data_.set_payload(latest->wire);
  return payloads_.read_map_report(data_);
}

std::string_view NodeJson::write(const NodeRecord& record, NodeTopic topic, bool key_changed) {
  json_.clear();
  json_.open();
  json_.node("id", record.number);
  json_.number("number", record.number);
  switch (topic) {
    case NodeTopic::info:
      write_info(record);
      if (key_changed) json_.truth("key_changed", true);
      break;
    case NodeTopic::position:
      if (!write_position(record)) return {};
      break;
    case NodeTopic::radio:
      write_radio(record);
      break;
    default:
      write_telemetry(record, topic);
  }
  json_.close();
  return json_.view();
}

/// Without a clock a device says 0 or the time since its start: then the time of reception stands in.
void NodeJson::write_time(std::uint32_t of_device, std::uint32_t received) {
  const bool is_credible =
      of_device >= first_credible_time && std::int64_t{of_device} <= std::int64_t{received} + max_time_ahead;
  json_.number("time", is_credible ? of_device : received);
  json_.text("time_source", is_credible ? "device" : "broker");
  json_.number("received", received);
}

void NodeJson::write_info(const NodeRecord& record) {
  json_.text("long_name", record.name);
  const auto* const user = read<proto::User>(record, NodePart::user);
  if (user != nullptr) write_user(*user, json_);
  const proto::MapReport* const report = read_map_report(record);
  if (report != nullptr) write_report(*report, user != nullptr, json_);
}

/// A map report has a position, too, though a coarse one.
bool NodeJson::write_position(const NodeRecord& record) {
  if (const auto* const position = read<proto::Position>(record, NodePart::position)) {
    write_fix(*position, json_);
    const std::uint32_t time = position->timestamp() != 0 ? position->timestamp() : position->time();
    write_time(time, record.find(NodePart::position)->received);
    json_.text("source", "position");
    return true;
  }
  const proto::MapReport* const report = read_map_report(record);
  if (report == nullptr || (report->latitude_i() == 0 && report->longitude_i() == 0)) return false;
  write_degrees(report->latitude_i(), report->longitude_i(), json_);
  json_.number("altitude", report->altitude());
  json_.number("precision_bits", report->position_precision());
  write_time(0, record.find(NodePart::map_report)->received);
  json_.text("source", "map_report");
  return true;
}

void NodeJson::write_telemetry(const NodeRecord& record, NodeTopic topic) {
  const auto latest = std::ranges::find_if(
      record.parts, [topic](const LatestPayload& each) { return topic_of(each.part) == topic; });
  if (latest == record.parts.end()) return;
  if (latest->part == NodePart::paxcounter) {
    write_time(0, latest->received);
    if (const auto* const count = read<proto::Paxcount>(record, latest->part)) {
      json_.number("wifi", count->wifi());
      json_.number("ble", count->ble());
      json_.number("uptime", count->uptime());
    }
    return;
  }
  const auto* const telemetry = read<proto::Telemetry>(record, latest->part);
  write_time(telemetry == nullptr ? 0 : telemetry->time(), latest->received);
  if (telemetry != nullptr) write_metrics(*telemetry, json_);
}

void NodeJson::write_radio(const NodeRecord& record) {
  json_.number("first_heard", record.first_heard);
  json_.number("last_heard", record.last_heard);
  json_.number("packets", record.packets);
  if (record.heard_by != 0) json_.node("heard_by", record.heard_by);
  if (!record.channel.empty()) {
    json_.text("root", record.root);
    json_.text("channel", record.channel);
  }
  if (record.hops >= 0) json_.number("hops", std::int32_t{record.hops});
  if (record.direct) write_direct(*record.direct, json_);
  write_neighbors(record);
  write_routes(record);
  if (record.gateway) write_gateway(*record.gateway, json_);
}

void NodeJson::write_neighbors(const NodeRecord& record) {
  const auto* const info = read<proto::NeighborInfo>(record, NodePart::neighbors);
  if (info == nullptr) return;
  json_.open_list("neighbors");
  for (const proto::Neighbor& neighbor : info->neighbors()) {
    json_.open();
    json_.node("id", neighbor.node_id());
    json_.number("snr", neighbor.snr());
    json_.close();
  }
  json_.close_list();
  json_.number("neighbors_time", record.find(NodePart::neighbors)->received);
}

void NodeJson::write_routes(const NodeRecord& record) {
  if (record.routes.empty()) return;
  json_.open_list("traceroutes");
  for (const HeardRoute& each : record.routes) {
    const auto* const route = read<proto::RouteDiscovery>(proto::TRACEROUTE_APP, each.wire);
    if (route == nullptr) continue;
    json_.open();
    json_.node("asked_by", each.to);
    json_.number("time", each.received);
    json_.nodes("route", route->route());
    write_snr("snr_towards", route->snr_towards(), json_);
    json_.nodes("route_back", route->route_back());
    write_snr("snr_back", route->snr_back(), json_);
    json_.close();
  }
  json_.close_list();
}

}  // namespace mesh
