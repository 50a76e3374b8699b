// SPDX-License-Identifier: Apache-2.0
#include "mesh/metrics_json.h"

#include "mesh/message_fields.h"

namespace mesh {
namespace {

using DeviceMetrics = proto::DeviceMetrics;
constexpr Field<DeviceMetrics> device_fields[] = {
    if_set<&DeviceMetrics::battery_level, &DeviceMetrics::has_battery_level>("battery_level"),
    if_set<&DeviceMetrics::voltage, &DeviceMetrics::has_voltage>("voltage"),
    if_set<&DeviceMetrics::channel_utilization, &DeviceMetrics::has_channel_utilization>(
        "channel_utilization"),
    if_set<&DeviceMetrics::air_util_tx, &DeviceMetrics::has_air_util_tx>("air_util_tx"),
    if_set<&DeviceMetrics::uptime_seconds, &DeviceMetrics::has_uptime_seconds>("uptime_seconds"),
};

using EnvironmentMetrics = proto::EnvironmentMetrics;

void write_one_wire(const Field<EnvironmentMetrics>& field, const EnvironmentMetrics& metrics,
                    JsonObject& json) {
  if (metrics.one_wire_temperature().empty()) return;
  json.open_list(field.key);
  for (const float temperature : metrics.one_wire_temperature()) json.number(temperature);
  json.close_list();
}

constexpr Field<EnvironmentMetrics> environment_fields[] = {
    if_set<&EnvironmentMetrics::temperature, &EnvironmentMetrics::has_temperature>("temperature"),
    if_set<&EnvironmentMetrics::relative_humidity, &EnvironmentMetrics::has_relative_humidity>(
        "relative_humidity"),
    if_set<&EnvironmentMetrics::barometric_pressure, &EnvironmentMetrics::has_barometric_pressure>(
        "barometric_pressure"),
    if_set<&EnvironmentMetrics::gas_resistance, &EnvironmentMetrics::has_gas_resistance>("gas_resistance"),
    if_set<&EnvironmentMetrics::voltage, &EnvironmentMetrics::has_voltage>("voltage"),
    if_set<&EnvironmentMetrics::current, &EnvironmentMetrics::has_current>("current"),
    if_set<&EnvironmentMetrics::iaq, &EnvironmentMetrics::has_iaq>("iaq"),
    if_set<&EnvironmentMetrics::distance, &EnvironmentMetrics::has_distance>("distance"),
    if_set<&EnvironmentMetrics::lux, &EnvironmentMetrics::has_lux>("lux"),
    if_set<&EnvironmentMetrics::white_lux, &EnvironmentMetrics::has_white_lux>("white_lux"),
    if_set<&EnvironmentMetrics::ir_lux, &EnvironmentMetrics::has_ir_lux>("ir_lux"),
    if_set<&EnvironmentMetrics::uv_lux, &EnvironmentMetrics::has_uv_lux>("uv_lux"),
    if_set<&EnvironmentMetrics::wind_direction, &EnvironmentMetrics::has_wind_direction>("wind_direction"),
    if_set<&EnvironmentMetrics::wind_speed, &EnvironmentMetrics::has_wind_speed>("wind_speed"),
    if_set<&EnvironmentMetrics::weight, &EnvironmentMetrics::has_weight>("weight"),
    if_set<&EnvironmentMetrics::wind_gust, &EnvironmentMetrics::has_wind_gust>("wind_gust"),
    if_set<&EnvironmentMetrics::wind_lull, &EnvironmentMetrics::has_wind_lull>("wind_lull"),
    if_set<&EnvironmentMetrics::radiation, &EnvironmentMetrics::has_radiation>("radiation"),
    if_set<&EnvironmentMetrics::rainfall_1h, &EnvironmentMetrics::has_rainfall_1h>("rainfall_1h"),
    if_set<&EnvironmentMetrics::rainfall_24h, &EnvironmentMetrics::has_rainfall_24h>("rainfall_24h"),
    if_set<&EnvironmentMetrics::soil_moisture, &EnvironmentMetrics::has_soil_moisture>("soil_moisture"),
    if_set<&EnvironmentMetrics::soil_temperature, &EnvironmentMetrics::has_soil_temperature>(
        "soil_temperature"),
    {"one_wire_temperature", {}, write_one_wire},
    if_set<&EnvironmentMetrics::adc_voltage_ch0, &EnvironmentMetrics::has_adc_voltage_ch0>("adc_voltage_ch0"),
    if_set<&EnvironmentMetrics::adc_voltage_ch1, &EnvironmentMetrics::has_adc_voltage_ch1>("adc_voltage_ch1"),
    if_set<&EnvironmentMetrics::adc_voltage_ch2, &EnvironmentMetrics::has_adc_voltage_ch2>("adc_voltage_ch2"),
    if_set<&EnvironmentMetrics::adc_voltage_ch3, &EnvironmentMetrics::has_adc_voltage_ch3>("adc_voltage_ch3"),
    if_set<&EnvironmentMetrics::adc_voltage_ch4, &EnvironmentMetrics::has_adc_voltage_ch4>("adc_voltage_ch4"),
    if_set<&EnvironmentMetrics::adc_voltage_ch5, &EnvironmentMetrics::has_adc_voltage_ch5>("adc_voltage_ch5"),
    if_set<&EnvironmentMetrics::adc_voltage_ch6, &EnvironmentMetrics::has_adc_voltage_ch6>("adc_voltage_ch6"),
    if_set<&EnvironmentMetrics::adc_voltage_ch7, &EnvironmentMetrics::has_adc_voltage_ch7>("adc_voltage_ch7"),
    if_set<&EnvironmentMetrics::one_wire_temperature_ch0, &EnvironmentMetrics::has_one_wire_temperature_ch0>(
        "one_wire_temperature_ch0"),
    if_set<&EnvironmentMetrics::one_wire_temperature_ch1, &EnvironmentMetrics::has_one_wire_temperature_ch1>(
        "one_wire_temperature_ch1"),
    if_set<&EnvironmentMetrics::one_wire_temperature_ch2, &EnvironmentMetrics::has_one_wire_temperature_ch2>(
        "one_wire_temperature_ch2"),
    if_set<&EnvironmentMetrics::one_wire_temperature_ch3, &EnvironmentMetrics::has_one_wire_temperature_ch3>(
        "one_wire_temperature_ch3"),
    if_set<&EnvironmentMetrics::one_wire_temperature_ch4, &EnvironmentMetrics::has_one_wire_temperature_ch4>(
        "one_wire_temperature_ch4"),
    if_set<&EnvironmentMetrics::one_wire_temperature_ch5, &EnvironmentMetrics::has_one_wire_temperature_ch5>(
        "one_wire_temperature_ch5"),
    if_set<&EnvironmentMetrics::one_wire_temperature_ch6, &EnvironmentMetrics::has_one_wire_temperature_ch6>(
        "one_wire_temperature_ch6"),
    if_set<&EnvironmentMetrics::one_wire_temperature_ch7, &EnvironmentMetrics::has_one_wire_temperature_ch7>(
        "one_wire_temperature_ch7"),
    if_set<&EnvironmentMetrics::lightning_strike_count_1h,
           &EnvironmentMetrics::has_lightning_strike_count_1h>("lightning_strike_count_1h"),
    if_set<&EnvironmentMetrics::lightning_distance_km, &EnvironmentMetrics::has_lightning_distance_km>(
        "lightning_distance_km"),
};

using AirQualityMetrics = proto::AirQualityMetrics;
constexpr Field<AirQualityMetrics> air_quality_fields[] = {
    if_set<&AirQualityMetrics::pm10_standard, &AirQualityMetrics::has_pm10_standard>("pm10_standard"),
    if_set<&AirQualityMetrics::pm25_standard, &AirQualityMetrics::has_pm25_standard>("pm25_standard"),
    if_set<&AirQualityMetrics::pm100_standard, &AirQualityMetrics::has_pm100_standard>("pm100_standard"),
    if_set<&AirQualityMetrics::pm10_environmental, &AirQualityMetrics::has_pm10_environmental>(
        "pm10_environmental"),
    if_set<&AirQualityMetrics::pm25_environmental, &AirQualityMetrics::has_pm25_environmental>(
        "pm25_environmental"),
    if_set<&AirQualityMetrics::pm100_environmental, &AirQualityMetrics::has_pm100_environmental>(
        "pm100_environmental"),
    if_set<&AirQualityMetrics::particles_03um, &AirQualityMetrics::has_particles_03um>("particles_03um"),
    if_set<&AirQualityMetrics::particles_05um, &AirQualityMetrics::has_particles_05um>("particles_05um"),
    if_set<&AirQualityMetrics::particles_10um, &AirQualityMetrics::has_particles_10um>("particles_10um"),
    if_set<&AirQualityMetrics::particles_25um, &AirQualityMetrics::has_particles_25um>("particles_25um"),
    if_set<&AirQualityMetrics::particles_50um, &AirQualityMetrics::has_particles_50um>("particles_50um"),
    if_set<&AirQualityMetrics::particles_100um, &AirQualityMetrics::has_particles_100um>("particles_100um"),
    if_set<&AirQualityMetrics::co2, &AirQualityMetrics::has_co2>("co2"),
    if_set<&AirQualityMetrics::co2_temperature, &AirQualityMetrics::has_co2_temperature>("co2_temperature"),
    if_set<&AirQualityMetrics::co2_humidity, &AirQualityMetrics::has_co2_humidity>("co2_humidity"),
    if_set<&AirQualityMetrics::form_formaldehyde, &AirQualityMetrics::has_form_formaldehyde>(
        "form_formaldehyde"),
    if_set<&AirQualityMetrics::form_humidity, &AirQualityMetrics::has_form_humidity>("form_humidity"),
    if_set<&AirQualityMetrics::form_temperature, &AirQualityMetrics::has_form_temperature>(
        "form_temperature"),
    if_set<&AirQualityMetrics::pm40_standard, &AirQualityMetrics::has_pm40_standard>("pm40_standard"),
    if_set<&AirQualityMetrics::particles_40um, &AirQualityMetrics::has_particles_40um>("particles_40um"),
    if_set<&AirQualityMetrics::pm_temperature, &AirQualityMetrics::has_pm_temperature>("pm_temperature"),
    if_set<&AirQualityMetrics::pm_humidity, &AirQualityMetrics::has_pm_humidity>("pm_humidity"),
    if_set<&AirQualityMetrics::pm_voc_idx, &AirQualityMetrics::has_pm_voc_idx>("pm_voc_idx"),
    if_set<&AirQualityMetrics::pm_nox_idx, &AirQualityMetrics::has_pm_nox_idx>("pm_nox_idx"),
    if_set<&AirQualityMetrics::particles_tps, &AirQualityMetrics::has_particles_tps>("particles_tps"),
    if_set<&AirQualityMetrics::pm_status_flags, &AirQualityMetrics::has_pm_status_flags>("pm_status_flags"),
};

using PowerMetrics = proto::PowerMetrics;
constexpr Field<PowerMetrics> power_fields[] = {
    if_set<&PowerMetrics::ch1_voltage, &PowerMetrics::has_ch1_voltage>("ch1_voltage"),
    if_set<&PowerMetrics::ch1_current, &PowerMetrics::has_ch1_current>("ch1_current"),
    if_set<&PowerMetrics::ch2_voltage, &PowerMetrics::has_ch2_voltage>("ch2_voltage"),
    if_set<&PowerMetrics::ch2_current, &PowerMetrics::has_ch2_current>("ch2_current"),
    if_set<&PowerMetrics::ch3_voltage, &PowerMetrics::has_ch3_voltage>("ch3_voltage"),
    if_set<&PowerMetrics::ch3_current, &PowerMetrics::has_ch3_current>("ch3_current"),
    if_set<&PowerMetrics::ch4_voltage, &PowerMetrics::has_ch4_voltage>("ch4_voltage"),
    if_set<&PowerMetrics::ch4_current, &PowerMetrics::has_ch4_current>("ch4_current"),
    if_set<&PowerMetrics::ch5_voltage, &PowerMetrics::has_ch5_voltage>("ch5_voltage"),
    if_set<&PowerMetrics::ch5_current, &PowerMetrics::has_ch5_current>("ch5_current"),
    if_set<&PowerMetrics::ch6_voltage, &PowerMetrics::has_ch6_voltage>("ch6_voltage"),
    if_set<&PowerMetrics::ch6_current, &PowerMetrics::has_ch6_current>("ch6_current"),
    if_set<&PowerMetrics::ch7_voltage, &PowerMetrics::has_ch7_voltage>("ch7_voltage"),
    if_set<&PowerMetrics::ch7_current, &PowerMetrics::has_ch7_current>("ch7_current"),
    if_set<&PowerMetrics::ch8_voltage, &PowerMetrics::has_ch8_voltage>("ch8_voltage"),
    if_set<&PowerMetrics::ch8_current, &PowerMetrics::has_ch8_current>("ch8_current"),
};

using LocalStats = proto::LocalStats;
constexpr Field<LocalStats> local_stats_fields[] = {
    always<&LocalStats::uptime_seconds>("uptime_seconds"),
    always<&LocalStats::channel_utilization>("channel_utilization"),
    always<&LocalStats::air_util_tx>("air_util_tx"),
    always<&LocalStats::num_packets_tx>("num_packets_tx"),
    always<&LocalStats::num_packets_rx>("num_packets_rx"),
    always<&LocalStats::num_packets_rx_bad>("num_packets_rx_bad"),
    always<&LocalStats::num_online_nodes>("num_online_nodes"),
    always<&LocalStats::num_total_nodes>("num_total_nodes"),
    always<&LocalStats::num_rx_dupe>("num_rx_dupe"),
    always<&LocalStats::num_tx_relay>("num_tx_relay"),
    always<&LocalStats::num_tx_relay_canceled>("num_tx_relay_canceled"),
    always<&LocalStats::heap_total_bytes>("heap_total_bytes"),
    always<&LocalStats::heap_free_bytes>("heap_free_bytes"),
    always<&LocalStats::num_tx_dropped>("num_tx_dropped"),
    always<&LocalStats::noise_floor>("noise_floor"),
};

using HealthMetrics = proto::HealthMetrics;
constexpr Field<HealthMetrics> health_fields[] = {
    if_set<&HealthMetrics::heart_bpm, &HealthMetrics::has_heart_bpm>("heart_bpm"),
    if_set<&HealthMetrics::spo2, &HealthMetrics::has_spo2>("spO2"),
    if_set<&HealthMetrics::temperature, &HealthMetrics::has_temperature>("temperature"),
};

using HostMetrics = proto::HostMetrics;
constexpr Field<HostMetrics> host_fields[] = {
    always<&HostMetrics::uptime_seconds>("uptime_seconds"),
    always<&HostMetrics::freemem_bytes>("freemem_bytes"),
    always<&HostMetrics::diskfree1_bytes>("diskfree1_bytes"),
    if_set<&HostMetrics::diskfree2_bytes, &HostMetrics::has_diskfree2_bytes>("diskfree2_bytes"),
    if_set<&HostMetrics::diskfree3_bytes, &HostMetrics::has_diskfree3_bytes>("diskfree3_bytes"),
    always<&HostMetrics::load1>("load1"),
    always<&HostMetrics::load5>("load5"),
    always<&HostMetrics::load15>("load15"),
    if_set<&HostMetrics::user_string, &HostMetrics::has_user_string>("user_string"),
};

using TrafficManagementStats = proto::TrafficManagementStats;
constexpr Field<TrafficManagementStats> traffic_management_fields[] = {
    always<&TrafficManagementStats::packets_inspected>("packets_inspected"),
    always<&TrafficManagementStats::position_dedup_drops>("position_dedup_drops"),
    always<&TrafficManagementStats::nodeinfo_cache_hits>("nodeinfo_cache_hits"),
    always<&TrafficManagementStats::rate_limit_drops>("rate_limit_drops"),
    always<&TrafficManagementStats::unknown_packet_drops>("unknown_packet_drops"),
    always<&TrafficManagementStats::hop_exhausted_packets>("hop_exhausted_packets"),
    always<&TrafficManagementStats::router_hops_preserved>("router_hops_preserved"),
};

template <class Message, std::size_t count>
std::string_view write(std::string_view kind, const Message& message, const Field<Message> (&fields)[count],
                       JsonObject& json) {
  write_fields<Message>(message, fields, json);
  return kind;
}

}  // namespace

std::string_view write_metrics(const proto::Telemetry& telemetry, JsonObject& json) {
  switch (telemetry.variant_case()) {
    case proto::Telemetry::kDeviceMetrics:
      return write("device_metrics", telemetry.device_metrics(), device_fields, json);
    case proto::Telemetry::kEnvironmentMetrics:
      return write("environment_metrics", telemetry.environment_metrics(), environment_fields, json);
    case proto::Telemetry::kAirQualityMetrics:
      return write("air_quality_metrics", telemetry.air_quality_metrics(), air_quality_fields, json);
    case proto::Telemetry::kPowerMetrics:
      return write("power_metrics", telemetry.power_metrics(), power_fields, json);
    case proto::Telemetry::kLocalStats:
      return write("local_stats", telemetry.local_stats(), local_stats_fields, json);
    case proto::Telemetry::kHealthMetrics:
      return write("health_metrics", telemetry.health_metrics(), health_fields, json);
    case proto::Telemetry::kHostMetrics:
      return write("host_metrics", telemetry.host_metrics(), host_fields, json);
    case proto::Telemetry::kTrafficManagementStats:
      return write("traffic_management_stats", telemetry.traffic_management_stats(),
                   traffic_management_fields, json);
    case proto::Telemetry::VARIANT_NOT_SET:
      break;
  }
  return {};
}

}  // namespace mesh
