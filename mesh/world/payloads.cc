// SPDX-License-Identifier: Apache-2.0
#include "mesh/world/payloads.h"

#include <iterator>

#include "mesh/envelope.h"

namespace mesh::world {
namespace {

constexpr std::uint32_t ok_to_mqtt = 1;
constexpr std::uint32_t wants_response = 2;

constexpr std::string_view texts[] = {
    "Good morning from the hill",     "Test",
    "Anyone on the channel tonight?", "Grüße aus Köln 🌄",
    "{\"bat\":97,\"state\":\"ok\"}",  "73",
    "Heard you with 3 hops",          "On my way, back at 18:30",
    "Regen hört auf / \"endlich\"",   "\\o/ new node",
    "https://example.org/a?b=c",      "Привет",
};

proto::Data data_of(const Speaker& speaker, proto::PortNum port, std::string payload) {
  proto::Data data;
  data.set_portnum(port);
  data.set_payload(std::move(payload));
  data.set_bitfield(speaker.is_ok_to_mqtt ? ok_to_mqtt : 0);
  return data;
}

proto::Data text(const Speaker& speaker, Moment& moment) {
  std::string words(texts[moment.random.below(std::size(texts))]);
  if (moment.random.chance(0.1)) words.append(moment.random.below(150), '.');
  proto::Data data = data_of(speaker, proto::TEXT_MESSAGE_APP, std::move(words));
  if (moment.random.chance(0.1)) data.set_reply_id(moment.random.number());
  if (moment.random.chance(0.05)) data.set_emoji(1);
  return data;
}

proto::Data node_info(const Speaker& speaker, Moment&) {
  proto::User user;
  user.set_id(node_id(speaker.number));
  user.set_long_name(speaker.long_name);
  user.set_short_name(speaker.short_name);
  user.set_hw_model(speaker.hw_model);
  user.set_role(speaker.role);
  user.set_public_key(speaker.public_key);
  return data_of(speaker, proto::NODEINFO_APP, user.SerializeAsString());
}

proto::Data position(const Speaker& speaker, Moment& moment) {
  proto::Position position;
  position.set_latitude_i(speaker.latitude_i + static_cast<std::int32_t>(moment.random.below(2000)));
  position.set_longitude_i(speaker.longitude_i + static_cast<std::int32_t>(moment.random.below(2000)));
  position.set_altitude(static_cast<std::int32_t>(moment.random.count(20, 600)));
  position.set_time(moment.time);
  position.set_timestamp(moment.time);
  position.set_pdop(moment.random.count(90, 400));
  position.set_ground_speed(moment.random.count(0, 5));
  position.set_sats_in_view(moment.random.count(4, 14));
  position.set_precision_bits(moment.random.chance(0.5) ? 32 : 13);
  return data_of(speaker, proto::POSITION_APP, position.SerializeAsString());
}

proto::Data telemetry(const Speaker& speaker, Moment& moment, proto::Telemetry message) {
  message.set_time(moment.time);
  return data_of(speaker, proto::TELEMETRY_APP, message.SerializeAsString());
}

proto::Data device_metrics(const Speaker& speaker, Moment& moment) {
  proto::Telemetry message;
  proto::DeviceMetrics& metrics = *message.mutable_device_metrics();
  metrics.set_battery_level(moment.random.count(20, 101));
  metrics.set_voltage(moment.random.real(3.3, 4.2));
  metrics.set_channel_utilization(moment.random.real(0, 25));
  metrics.set_air_util_tx(moment.random.real(0, 5));
  metrics.set_uptime_seconds(moment.uptime_s);
  return telemetry(speaker, moment, std::move(message));
}

proto::Data environment_metrics(const Speaker& speaker, Moment& moment) {
  proto::Telemetry message;
  proto::EnvironmentMetrics& metrics = *message.mutable_environment_metrics();
  metrics.set_temperature(moment.random.real(-10, 35));
  metrics.set_relative_humidity(moment.random.real(20, 100));
  metrics.set_barometric_pressure(moment.random.real(980, 1040));
  if (moment.random.chance(0.3)) metrics.set_wind_speed(moment.random.real(0, 20));
  if (moment.random.chance(0.3)) metrics.set_wind_direction(moment.random.count(0, 359));
  if (moment.random.chance(0.3)) metrics.set_soil_moisture(moment.random.count(0, 100));
  return telemetry(speaker, moment, std::move(message));
}

proto::Data air_quality_metrics(const Speaker& speaker, Moment& moment) {
  proto::Telemetry message;
  message.mutable_air_quality_metrics()->set_pm25_standard(moment.random.count(1, 60));
  message.mutable_air_quality_metrics()->set_co2(moment.random.count(400, 2000));
  return telemetry(speaker, moment, std::move(message));
}

proto::Data power_metrics(const Speaker& speaker, Moment& moment) {
  proto::Telemetry message;
  message.mutable_power_metrics()->set_ch1_voltage(moment.random.real(3, 20));
  message.mutable_power_metrics()->set_ch1_current(moment.random.real(-500, 500));
  return telemetry(speaker, moment, std::move(message));
}

proto::Data local_stats(const Speaker& speaker, Moment& moment) {
  proto::Telemetry message;
  proto::LocalStats& stats = *message.mutable_local_stats();
  stats.set_uptime_seconds(moment.uptime_s);
  stats.set_channel_utilization(moment.random.real(0, 25));
  stats.set_num_packets_tx(moment.random.count(0, 5000));
  stats.set_num_packets_rx(moment.random.count(0, 20000));
  stats.set_num_online_nodes(moment.random.count(1, 90));
  stats.set_num_total_nodes(moment.random.count(1, 150));
  stats.set_noise_floor(-static_cast<std::int32_t>(moment.random.count(90, 120)));
  return telemetry(speaker, moment, std::move(message));
}

proto::Data health_metrics(const Speaker& speaker, Moment& moment) {
  proto::Telemetry message;
  message.mutable_health_metrics()->set_heart_bpm(moment.random.count(50, 160));
  message.mutable_health_metrics()->set_spo2(moment.random.count(90, 100));
  return telemetry(speaker, moment, std::move(message));
}

proto::Data host_metrics(const Speaker& speaker, Moment& moment) {
  proto::Telemetry message;
  message.mutable_host_metrics()->set_uptime_seconds(moment.uptime_s);
  message.mutable_host_metrics()->set_freemem_bytes(moment.random.next() >> 32U);
  message.mutable_host_metrics()->set_load1(moment.random.count(0, 400));
  return telemetry(speaker, moment, std::move(message));
}

proto::Data neighbor_info(const Speaker& speaker, Moment&) {
  constexpr std::size_t most_neighbors = 10;
  proto::NeighborInfo info;
  info.set_node_id(speaker.number);
  info.set_last_sent_by_id(speaker.number);
  info.set_node_broadcast_interval_secs(14400);
  for (std::size_t i = 0; i < std::min(most_neighbors, speaker.neighbors.size()); ++i) {
    proto::Neighbor& neighbor = *info.add_neighbors();
    neighbor.set_node_id(speaker.neighbors[i].first);
    neighbor.set_snr(speaker.neighbors[i].second);
  }
  return data_of(speaker, proto::NEIGHBORINFO_APP, info.SerializeAsString());
}

proto::Data route_request(const Speaker& speaker, Moment&) {
  proto::Data data = data_of(speaker, proto::TRACEROUTE_APP, {});
  data.set_want_response(true);
  data.set_bitfield(data.bitfield() | wants_response);
  return data;
}

proto::Data waypoint(const Speaker& speaker, Moment& moment) {
  proto::Waypoint waypoint;
  waypoint.set_id(moment.random.number());
  waypoint.set_latitude_i(speaker.latitude_i);
  waypoint.set_longitude_i(speaker.longitude_i);
  waypoint.set_expire(moment.time + 86400);
  waypoint.set_name("Meeting point");
  waypoint.set_description("By the old mill");
  waypoint.set_icon(0x1f4cd);
  return data_of(speaker, proto::WAYPOINT_APP, waypoint.SerializeAsString());
}

proto::Data store_and_forward(const Speaker& speaker, Moment&) {
  proto::StoreAndForward message;
  message.set_rr(2);
  message.mutable_heartbeat()->set_period(900);
  return data_of(speaker, proto::STORE_FORWARD_APP, message.SerializeAsString());
}

proto::Data paxcount(const Speaker& speaker, Moment& moment) {
  proto::Paxcount message;
  message.set_wifi(moment.random.count(0, 40));
  message.set_ble(moment.random.count(0, 60));
  message.set_uptime(moment.uptime_s);
  return data_of(speaker, proto::PAXCOUNTER_APP, message.SerializeAsString());
}

proto::Data hardware(const Speaker& speaker, Moment& moment) {
  proto::HardwareMessage message;
  message.set_type(3);
  message.set_gpio_mask(1U << 12U);
  message.set_gpio_value(moment.random.chance(0.5) ? 1U << 12U : 0);
  return data_of(speaker, proto::REMOTE_HARDWARE_APP, message.SerializeAsString());
}

proto::Data range_test(const Speaker& speaker, Moment& moment) {
  return data_of(speaker, proto::RANGE_TEST_APP, "seq " + std::to_string(moment.random.below(1000)));
}

proto::Data detection(const Speaker& speaker, Moment&) {
  return data_of(speaker, proto::DETECTION_SENSOR_APP, "Door detected");
}

constexpr Kind rows[] = {
    {"text", 1.0, 1800, Target::everyone, true, text},
    {"nodeinfo", 1.0, 10800, Target::everyone, false, node_info},
    {"position", 0.9, 900, Target::everyone, false, position},
    {"device metrics", 1.0, 1800, Target::everyone, false, device_metrics},
    {"environment metrics", 0.25, 1800, Target::everyone, false, environment_metrics},
    {"air quality metrics", 0.05, 1800, Target::everyone, false, air_quality_metrics},
    {"power metrics", 0.1, 1800, Target::everyone, false, power_metrics},
    {"local stats", 0.1, 900, Target::everyone, false, local_stats},
    {"health metrics", 0.02, 1800, Target::everyone, false, health_metrics},
    {"host metrics", 0.02, 900, Target::everyone, false, host_metrics},
    {"neighbor info", 0.3, 14400, Target::everyone, false, neighbor_info},
    {"traceroute", 0.2, 3600, Target::somebody, true, route_request},
    {"waypoint", 0.1, 7200, Target::everyone, false, waypoint},
    {"store and forward", 0.02, 900, Target::everyone, false, store_and_forward},
    {"paxcount", 0.03, 900, Target::everyone, false, paxcount},
    {"remote hardware", 0.03, 1800, Target::everyone, false, hardware},
    {"range test", 0.02, 600, Target::everyone, false, range_test},
    {"detection", 0.05, 1200, Target::everyone, false, detection},
    {"direct message", 0.4, 3600, Target::somebody_by_pki, true, text},
    {"legacy direct message", 0.1, 3600, Target::somebody, true, text},
};

}  // namespace

std::span<const Kind> kinds() { return rows; }

proto::Data make_ack(const Speaker& speaker, std::uint32_t request_id) {
  proto::Routing routing;
  routing.set_error_reason(0);
  proto::Data data = data_of(speaker, proto::ROUTING_APP, routing.SerializeAsString());
  data.set_request_id(request_id);
  return data;
}

proto::Data make_route_reply(const Speaker& speaker, const proto::Data& request, std::uint32_t request_id) {
  proto::RouteDiscovery route;
  static_cast<void>(route.ParseFromString(request.payload()));
  route.add_snr_towards(24);
  proto::Data data = data_of(speaker, proto::TRACEROUTE_APP, route.SerializeAsString());
  data.set_request_id(request_id);
  return data;
}

proto::MapReport make_map_report_of(const Speaker& speaker, std::uint32_t online) {
  proto::MapReport report;
  report.set_long_name(speaker.long_name);
  report.set_short_name(speaker.short_name);
  report.set_role(speaker.role);
  report.set_hw_model(speaker.hw_model);
  report.set_firmware_version("2.7.26.54e0d8d");
  report.set_region(3);
  report.set_has_default_channel(true);
  report.set_latitude_i(speaker.latitude_i);
  report.set_longitude_i(speaker.longitude_i);
  report.set_altitude(120);
  report.set_position_precision(14);
  report.set_num_online_local_nodes(online);
  report.set_has_opted_report_location(true);
  return report;
}

}  // namespace mesh::world
