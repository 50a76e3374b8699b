// SPDX-License-Identifier: Apache-2.0
#include <span>
#include <variant>

#include "mesh/payload_json.h"

namespace mesh {
namespace {

/// One key of a telemetry object: printed when its field is present, or always when there is nothing to ask.
template <class Message>
struct Metric {
  std::string_view key;
  bool (Message::*has)() const;
  std::variant<float (Message::*)() const, std::uint32_t (Message::*)() const> value;
};

using Air = proto::AirQualityMetrics;
using Device = proto::DeviceMetrics;
using Environment = proto::EnvironmentMetrics;
using Power = proto::PowerMetrics;

constexpr Metric<Air> air_metrics[] = {
    {"co2", &Air::has_co2, &Air::co2},
    {"co2_humidity", &Air::has_co2_humidity, &Air::co2_humidity},
    {"co2_temperature", &Air::has_co2_temperature, &Air::co2_temperature},
    {"form_formaldehyde", &Air::has_form_formaldehyde, &Air::form_formaldehyde},
    {"form_humidity", &Air::has_form_humidity, &Air::form_humidity},
    {"form_temperature", &Air::has_form_temperature, &Air::form_temperature},
    {"pm10", &Air::has_pm10_standard, &Air::pm10_standard},
    {"pm100", &Air::has_pm100_standard, &Air::pm100_standard},
    {"pm25", &Air::has_pm25_standard, &Air::pm25_standard},
};

constexpr Metric<Environment> environment_metrics[] = {
    {"barometric_pressure", &Environment::has_barometric_pressure, &Environment::barometric_pressure},
    {"current", &Environment::has_current, &Environment::current},
    {"distance", &Environment::has_distance, &Environment::distance},
    {"gas_resistance", &Environment::has_gas_resistance, &Environment::gas_resistance},
    {"iaq", &Environment::has_iaq, &Environment::iaq},
    {"ir_lux", &Environment::has_ir_lux, &Environment::ir_lux},
    {"lux", &Environment::has_lux, &Environment::lux},
    {"radiation", &Environment::has_radiation, &Environment::radiation},
    {"rainfall_1h", &Environment::has_rainfall_1h, &Environment::rainfall_1h},
    {"rainfall_24h", &Environment::has_rainfall_24h, &Environment::rainfall_24h},
    {"relative_humidity", &Environment::has_relative_humidity, &Environment::relative_humidity},
    {"soil_moisture", &Environment::has_soil_moisture, &Environment::soil_moisture},
    {"soil_temperature", &Environment::has_soil_temperature, &Environment::soil_temperature},
    {"temperature", &Environment::has_temperature, &Environment::temperature},
    {"uv_lux", &Environment::has_uv_lux, &Environment::uv_lux},
    {"voltage", &Environment::has_voltage, &Environment::voltage},
    {"weight", &Environment::has_weight, &Environment::weight},
    {"white_lux", &Environment::has_white_lux, &Environment::white_lux},
    {"wind_direction", &Environment::has_wind_direction, &Environment::wind_direction},
    {"wind_gust", &Environment::has_wind_gust, &Environment::wind_gust},
    {"wind_lull", &Environment::has_wind_lull, &Environment::wind_lull},
    {"wind_speed", &Environment::has_wind_speed, &Environment::wind_speed},
};

constexpr Metric<Power> power_metrics[] = {
    {"current_ch1", &Power::has_ch1_current, &Power::ch1_current},
    {"current_ch2", &Power::has_ch2_current, &Power::ch2_current},
    {"current_ch3", &Power::has_ch3_current, &Power::ch3_current},
    {"voltage_ch1", &Power::has_ch1_voltage, &Power::ch1_voltage},
    {"voltage_ch2", &Power::has_ch2_voltage, &Power::ch2_voltage},
    {"voltage_ch3", &Power::has_ch3_voltage, &Power::ch3_voltage},
};

template <class Message>
void write_metrics(std::span<const Metric<Message>> metrics, const Message& message, JsonWriter& json) {
  for (const Metric<Message>& metric : metrics) {
    if (!(message.*metric.has)()) continue;
    std::visit([&json, &metric, &message](auto value) { json.number(metric.key, (message.*value)()); },
               metric.value);
  }
}

/// All but the battery level are always there; that one goes through an int.
void write_device(const Device& device, JsonWriter& json) {
  json.number("air_util_tx", device.air_util_tx());
  if (device.has_battery_level())
    json.integer("battery_level", static_cast<std::int32_t>(device.battery_level()));
  json.number("channel_utilization", device.channel_utilization());
  json.integer("uptime_seconds", device.uptime_seconds());
  json.number("voltage", device.voltage());
}

}  // namespace

void write_telemetry(const proto::Telemetry& telemetry, JsonWriter& json) {
  json.open('{');
  switch (telemetry.variant_case()) {
    case proto::Telemetry::kDeviceMetrics:
      write_device(telemetry.device_metrics(), json);
      break;
    case proto::Telemetry::kEnvironmentMetrics:
      write_metrics<Environment>(environment_metrics, telemetry.environment_metrics(), json);
      break;
    case proto::Telemetry::kAirQualityMetrics:
      write_metrics<Air>(air_metrics, telemetry.air_quality_metrics(), json);
      break;
    case proto::Telemetry::kPowerMetrics:
      write_metrics<Power>(power_metrics, telemetry.power_metrics(), json);
      break;
    case proto::Telemetry::kLocalStats:
    case proto::Telemetry::kHealthMetrics:
    case proto::Telemetry::kHostMetrics:
    case proto::Telemetry::kTrafficManagementStats:
    case proto::Telemetry::VARIANT_NOT_SET:
      break;  // the firmware has no keys for these
  }
  json.close('}');
}

}  // namespace mesh
