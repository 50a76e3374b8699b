// SPDX-License-Identifier: Apache-2.0
#include "mesh/metrics_json.h"

#include "mesh/utf8.h"

namespace mesh {
namespace {

template <class Number>
void write_known(std::string_view key, bool is_known, Number value, JsonObject& json) {
  if (is_known) json.number(key, value);
}

void write(const proto::DeviceMetrics& metrics, JsonObject& json) {
  write_known("battery_level", metrics.has_battery_level(), metrics.battery_level(), json);
  write_known("voltage", metrics.has_voltage(), metrics.voltage(), json);
  write_known("channel_utilization", metrics.has_channel_utilization(), metrics.channel_utilization(), json);
  write_known("air_util_tx", metrics.has_air_util_tx(), metrics.air_util_tx(), json);
  write_known("uptime_seconds", metrics.has_uptime_seconds(), metrics.uptime_seconds(), json);
}

void write(const proto::EnvironmentMetrics& metrics, JsonObject& json) {
  write_known("temperature", metrics.has_temperature(), metrics.temperature(), json);
  write_known("relative_humidity", metrics.has_relative_humidity(), metrics.relative_humidity(), json);
  write_known("barometric_pressure", metrics.has_barometric_pressure(), metrics.barometric_pressure(), json);
  write_known("gas_resistance", metrics.has_gas_resistance(), metrics.gas_resistance(), json);
  write_known("voltage", metrics.has_voltage(), metrics.voltage(), json);
  write_known("current", metrics.has_current(), metrics.current(), json);
  write_known("iaq", metrics.has_iaq(), metrics.iaq(), json);
  write_known("distance", metrics.has_distance(), metrics.distance(), json);
  write_known("lux", metrics.has_lux(), metrics.lux(), json);
  write_known("white_lux", metrics.has_white_lux(), metrics.white_lux(), json);
  write_known("ir_lux", metrics.has_ir_lux(), metrics.ir_lux(), json);
  write_known("uv_lux", metrics.has_uv_lux(), metrics.uv_lux(), json);
  write_known("wind_direction", metrics.has_wind_direction(), metrics.wind_direction(), json);
  write_known("wind_speed", metrics.has_wind_speed(), metrics.wind_speed(), json);
  write_known("weight", metrics.has_weight(), metrics.weight(), json);
  write_known("wind_gust", metrics.has_wind_gust(), metrics.wind_gust(), json);
  write_known("wind_lull", metrics.has_wind_lull(), metrics.wind_lull(), json);
  write_known("radiation", metrics.has_radiation(), metrics.radiation(), json);
  write_known("rainfall_1h", metrics.has_rainfall_1h(), metrics.rainfall_1h(), json);
  write_known("rainfall_24h", metrics.has_rainfall_24h(), metrics.rainfall_24h(), json);
  write_known("soil_moisture", metrics.has_soil_moisture(), metrics.soil_moisture(), json);
  write_known("soil_temperature", metrics.has_soil_temperature(), metrics.soil_temperature(), json);
}

void write(const proto::AirQualityMetrics& metrics, JsonObject& json) {
  write_known("pm10_standard", metrics.has_pm10_standard(), metrics.pm10_standard(), json);
  write_known("pm25_standard", metrics.has_pm25_standard(), metrics.pm25_standard(), json);
  write_known("pm100_standard", metrics.has_pm100_standard(), metrics.pm100_standard(), json);
  write_known("pm10_environmental", metrics.has_pm10_environmental(), metrics.pm10_environmental(), json);
  write_known("pm25_environmental", metrics.has_pm25_environmental(), metrics.pm25_environmental(), json);
  write_known("pm100_environmental", metrics.has_pm100_environmental(), metrics.pm100_environmental(), json);
  write_known("particles_03um", metrics.has_particles_03um(), metrics.particles_03um(), json);
  write_known("particles_05um", metrics.has_particles_05um(), metrics.particles_05um(), json);
  write_known("particles_10um", metrics.has_particles_10um(), metrics.particles_10um(), json);
  write_known("particles_25um", metrics.has_particles_25um(), metrics.particles_25um(), json);
  write_known("particles_50um", metrics.has_particles_50um(), metrics.particles_50um(), json);
  write_known("particles_100um", metrics.has_particles_100um(), metrics.particles_100um(), json);
  write_known("co2", metrics.has_co2(), metrics.co2(), json);
  write_known("co2_temperature", metrics.has_co2_temperature(), metrics.co2_temperature(), json);
  write_known("co2_humidity", metrics.has_co2_humidity(), metrics.co2_humidity(), json);
  write_known("form_formaldehyde", metrics.has_form_formaldehyde(), metrics.form_formaldehyde(), json);
  write_known("form_humidity", metrics.has_form_humidity(), metrics.form_humidity(), json);
  write_known("form_temperature", metrics.has_form_temperature(), metrics.form_temperature(), json);
  write_known("pm40_standard", metrics.has_pm40_standard(), metrics.pm40_standard(), json);
  write_known("particles_40um", metrics.has_particles_40um(), metrics.particles_40um(), json);
  write_known("pm_temperature", metrics.has_pm_temperature(), metrics.pm_temperature(), json);
  write_known("pm_humidity", metrics.has_pm_humidity(), metrics.pm_humidity(), json);
  write_known("pm_voc_idx", metrics.has_pm_voc_idx(), metrics.pm_voc_idx(), json);
  write_known("pm_nox_idx", metrics.has_pm_nox_idx(), metrics.pm_nox_idx(), json);
  write_known("particles_tps", metrics.has_particles_tps(), metrics.particles_tps(), json);
}

void write(const proto::PowerMetrics& metrics, JsonObject& json) {
  write_known("ch1_voltage", metrics.has_ch1_voltage(), metrics.ch1_voltage(), json);
  write_known("ch1_current", metrics.has_ch1_current(), metrics.ch1_current(), json);
  write_known("ch2_voltage", metrics.has_ch2_voltage(), metrics.ch2_voltage(), json);
  write_known("ch2_current", metrics.has_ch2_current(), metrics.ch2_current(), json);
  write_known("ch3_voltage", metrics.has_ch3_voltage(), metrics.ch3_voltage(), json);
  write_known("ch3_current", metrics.has_ch3_current(), metrics.ch3_current(), json);
}

void write(const proto::LocalStats& metrics, JsonObject& json) {
  json.number("uptime_seconds", metrics.uptime_seconds());
  json.number("channel_utilization", metrics.channel_utilization());
  json.number("air_util_tx", metrics.air_util_tx());
  json.number("num_packets_tx", metrics.num_packets_tx());
  json.number("num_packets_rx", metrics.num_packets_rx());
  json.number("num_packets_rx_bad", metrics.num_packets_rx_bad());
  json.number("num_online_nodes", metrics.num_online_nodes());
  json.number("num_total_nodes", metrics.num_total_nodes());
  json.number("num_rx_dupe", metrics.num_rx_dupe());
  json.number("num_tx_relay", metrics.num_tx_relay());
  json.number("num_tx_relay_canceled", metrics.num_tx_relay_canceled());
  json.number("heap_total_bytes", metrics.heap_total_bytes());
  json.number("heap_free_bytes", metrics.heap_free_bytes());
  json.number("num_tx_dropped", metrics.num_tx_dropped());
  json.number("noise_floor", metrics.noise_floor());
}

void write(const proto::HealthMetrics& metrics, JsonObject& json) {
  write_known("heart_bpm", metrics.has_heart_bpm(), metrics.heart_bpm(), json);
  write_known("spO2", metrics.has_spo2(), metrics.spo2(), json);
  write_known("temperature", metrics.has_temperature(), metrics.temperature(), json);
}

void write(const proto::HostMetrics& metrics, JsonObject& json) {
  json.number("uptime_seconds", metrics.uptime_seconds());
  json.number("freemem_bytes", metrics.freemem_bytes());
  json.number("diskfree1_bytes", metrics.diskfree1_bytes());
  write_known("diskfree2_bytes", metrics.has_diskfree2_bytes(), metrics.diskfree2_bytes(), json);
  write_known("diskfree3_bytes", metrics.has_diskfree3_bytes(), metrics.diskfree3_bytes(), json);
  json.number("load1", metrics.load1());
  json.number("load5", metrics.load5());
  json.number("load15", metrics.load15());
  if (metrics.has_user_string()) json.text("user_string", c_string(metrics.user_string()));
}

void write(const proto::TrafficManagementStats& metrics, JsonObject& json) {
  json.number("packets_inspected", metrics.packets_inspected());
  json.number("position_dedup_drops", metrics.position_dedup_drops());
  json.number("nodeinfo_cache_hits", metrics.nodeinfo_cache_hits());
  json.number("rate_limit_drops", metrics.rate_limit_drops());
  json.number("unknown_packet_drops", metrics.unknown_packet_drops());
  json.number("hop_exhausted_packets", metrics.hop_exhausted_packets());
  json.number("router_hops_preserved", metrics.router_hops_preserved());
}

}  // namespace

void write_metrics(const proto::Telemetry& telemetry, JsonObject& json) {
  switch (telemetry.variant_case()) {
    case proto::Telemetry::kDeviceMetrics:
      return write(telemetry.device_metrics(), json);
    case proto::Telemetry::kEnvironmentMetrics:
      return write(telemetry.environment_metrics(), json);
    case proto::Telemetry::kAirQualityMetrics:
      return write(telemetry.air_quality_metrics(), json);
    case proto::Telemetry::kPowerMetrics:
      return write(telemetry.power_metrics(), json);
    case proto::Telemetry::kLocalStats:
      return write(telemetry.local_stats(), json);
    case proto::Telemetry::kHealthMetrics:
      return write(telemetry.health_metrics(), json);
    case proto::Telemetry::kHostMetrics:
      return write(telemetry.host_metrics(), json);
    case proto::Telemetry::kTrafficManagementStats:
      return write(telemetry.traffic_management_stats(), json);
    case proto::Telemetry::VARIANT_NOT_SET:
      return;
  }
}

}  // namespace mesh
