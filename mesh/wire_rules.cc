// SPDX-License-Identifier: Apache-2.0
#include "mesh/wire_rules.h"

#include <array>
#include <cstddef>

namespace mesh {
namespace {

using enum FieldKind;

constexpr FieldRule text_to(std::uint16_t max_bytes) { return {text, max_bytes, 0, nullptr, false}; }
/// The devices keep bytes behind a 16-bit size and measure the whole struct, which the compiler pads to an
/// even length: 234 fit where 233 were meant.
constexpr FieldRule bytes_to(std::uint16_t max_bytes) {
  return {bytes, static_cast<std::uint16_t>(max_bytes + max_bytes % 2), 0, nullptr, false};
}
constexpr FieldRule items(FieldKind kind, std::uint8_t max_items) {
  return {kind, 0, max_items, nullptr, false};
}
constexpr FieldRule inside(const MessageRule& rule) { return {message, 0, 0, &rule, false}; }

template <std::size_t count>
constexpr std::array<FieldRule, count> all(FieldKind kind) {
  std::array<FieldRule, count> fields{};
  fields.fill(FieldRule{kind, 0, 0, nullptr, false});
  return fields;
}

constexpr FieldRule data_fields[] = {
    {uint32},       // portnum
    bytes_to(233),  // payload
    {boolean},      // want_response
    {fixed32},      // dest
    {fixed32},      // source
    {fixed32},      // request_id
    {fixed32},      // reply_id
    {fixed32},      // emoji
    {uint8},        // bitfield
};

constexpr MessageRule data_message{data_fields};

constexpr FieldRule mesh_packet_fields[] = {
    {fixed32},             // from
    {fixed32},             // to
    {uint8},               // channel
    inside(data_message),  // decoded
    bytes_to(256),         // encrypted
    {fixed32},             // id
    {fixed32},             // rx_time
    {fixed32},             // rx_snr
    {uint8},               // hop_limit
    {boolean},             // want_ack
    {uint32},              // priority
    {int32},               // rx_rssi
    {uint32},              // delayed
    {boolean},             // via_mqtt
    {uint8},               // hop_start
    bytes_to(32),          // public_key
    {boolean},             // pki_encrypted
    {uint8},               // next_hop
    {uint8},               // relay_node
    {uint32},              // tx_after
    {uint32},              // transport_mechanism
};

constexpr MessageRule mesh_packet_message{mesh_packet_fields};

/// The packet is a pointer in the devices' struct, so a second one replaces the first.
constexpr FieldRule service_envelope_fields[] = {
    {message, 0, 0, &mesh_packet_message, true},  // packet
    text_to(0),                                   // channel_id
    text_to(0),                                   // gateway_id
};

constexpr FieldRule user_fields[] = {
    text_to(15),       // id
    text_to(39),       // long_name
    text_to(4),        // short_name
    {fixed_bytes, 6},  // macaddr
    {uint32},          // hw_model
    {boolean},         // is_licensed
    {uint32},          // role
    bytes_to(32),      // public_key
    {boolean},         // is_unmessagable
};

constexpr FieldRule position_fields[] = {
    {fixed32},  // latitude_i
    {fixed32},  // longitude_i
    {int32},    // altitude
    {fixed32},  // time
    {uint32},   // location_source
    {uint32},   // altitude_source
    {fixed32},  // timestamp
    {int32},    // timestamp_millis_adjust
    {sint32},   // altitude_hae
    {sint32},   // altitude_geoidal_separation
    {uint32},   // PDOP
    {uint32},   // HDOP
    {uint32},   // VDOP
    {uint32},   // gps_accuracy
    {uint32},   // ground_speed
    {uint32},   // ground_track
    {uint32},   // fix_quality
    {uint32},   // fix_type
    {uint32},   // sats_in_view
    {uint32},   // sensor_id
    {uint32},   // next_update
    {uint32},   // seq_number
    {uint32},   // precision_bits
};

constexpr FieldRule waypoint_fields[] = {
    {uint32},     // id
    {fixed32},    // latitude_i
    {fixed32},    // longitude_i
    {uint32},     // expire
    {uint32},     // locked_to
    text_to(29),  // name
    text_to(99),  // description
    {fixed32},    // icon
    {newer},      // geofence_radius
};

constexpr FieldRule neighbor_fields[] = {
    {uint32},   // node_id
    {fixed32},  // snr
    {fixed32},  // last_rx_time
    {uint32},   // node_broadcast_interval_secs
};

constexpr MessageRule neighbor_message{neighbor_fields};

constexpr FieldRule neighbor_info_fields[] = {
    {uint32},                                    // node_id
    {uint32},                                    // last_sent_by_id
    {uint32},                                    // node_broadcast_interval_secs
    {message, 0, 10, &neighbor_message, false},  // neighbors
};

constexpr FieldRule route_discovery_fields[] = {
    items(fixed32, 8),  // route
    items(int8, 8),     // snr_towards
    items(fixed32, 8),  // route_back
    items(int8, 8),     // snr_back
};

constexpr FieldRule device_metrics_fields[] = {
    {uint32},   // battery_level
    {fixed32},  // voltage
    {fixed32},  // channel_utilization
    {fixed32},  // air_util_tx
    {uint32},   // uptime_seconds
};

constexpr FieldRule environment_metrics_fields[] = {
    {fixed32},          // temperature
    {fixed32},          // relative_humidity
    {fixed32},          // barometric_pressure
    {fixed32},          // gas_resistance
    {fixed32},          // voltage
    {fixed32},          // current
    {uint16},           // iaq
    {fixed32},          // distance
    {fixed32},          // lux
    {fixed32},          // white_lux
    {fixed32},          // ir_lux
    {fixed32},          // uv_lux
    {uint16},           // wind_direction
    {fixed32},          // wind_speed
    {fixed32},          // weight
    {fixed32},          // wind_gust
    {fixed32},          // wind_lull
    {fixed32},          // radiation
    {fixed32},          // rainfall_1h
    {fixed32},          // rainfall_24h
    {uint8},            // soil_moisture
    {fixed32},          // soil_temperature
    items(fixed32, 8),  // one_wire_temperature
};

constexpr FieldRule air_quality_metrics_fields[] = {
    {uint32},   // pm10_standard
    {uint32},   // pm25_standard
    {uint32},   // pm100_standard
    {uint32},   // pm10_environmental
    {uint32},   // pm25_environmental
    {uint32},   // pm100_environmental
    {uint32},   // particles_03um
    {uint32},   // particles_05um
    {uint32},   // particles_10um
    {uint32},   // particles_25um
    {uint32},   // particles_50um
    {uint32},   // particles_100um
    {uint32},   // co2
    {fixed32},  // co2_temperature
    {fixed32},  // co2_humidity
    {fixed32},  // form_formaldehyde
    {fixed32},  // form_humidity
    {fixed32},  // form_temperature
    {uint32},   // pm40_standard
    {uint32},   // particles_40um
    {fixed32},  // pm_temperature
    {fixed32},  // pm_humidity
    {fixed32},  // pm_voc_idx
    {fixed32},  // pm_nox_idx
    {fixed32},  // particles_tps
};

constexpr FieldRule local_stats_fields[] = {
    {uint32},   // uptime_seconds
    {fixed32},  // channel_utilization
    {fixed32},  // air_util_tx
    {uint32},   // num_packets_tx
    {uint32},   // num_packets_rx
    {uint32},   // num_packets_rx_bad
    {uint16},   // num_online_nodes
    {uint16},   // num_total_nodes
    {uint32},   // num_rx_dupe
    {uint32},   // num_tx_relay
    {uint32},   // num_tx_relay_canceled
    {uint32},   // heap_total_bytes
    {uint32},   // heap_free_bytes
    {uint16},   // num_tx_dropped
    {int32},    // noise_floor
};

constexpr FieldRule health_metrics_fields[] = {
    {uint8},    // heart_bpm
    {uint8},    // spO2
    {fixed32},  // temperature
};

constexpr FieldRule host_metrics_fields[] = {
    {uint32},      // uptime_seconds
    {uint64},      // freemem_bytes
    {uint64},      // diskfree1_bytes
    {uint64},      // diskfree2_bytes
    {uint64},      // diskfree3_bytes
    {uint16},      // load1
    {uint16},      // load5
    {uint16},      // load15
    text_to(199),  // user_string
};

/// Voltage and current of eight inputs.
constexpr auto power_metrics_fields = all<16>(fixed32);
constexpr auto traffic_management_stats_fields = all<7>(uint32);

constexpr MessageRule device_metrics_message{device_metrics_fields};
constexpr MessageRule environment_metrics_message{environment_metrics_fields};
constexpr MessageRule air_quality_metrics_message{air_quality_metrics_fields};
constexpr MessageRule power_metrics_message{power_metrics_fields};
constexpr MessageRule local_stats_message{local_stats_fields};
constexpr MessageRule health_metrics_message{health_metrics_fields};
constexpr MessageRule host_metrics_message{host_metrics_fields};
constexpr MessageRule traffic_management_stats_message{traffic_management_stats_fields};

constexpr FieldRule telemetry_fields[] = {
    {fixed32},  // time
    inside(device_metrics_message),
    inside(environment_metrics_message),
    inside(air_quality_metrics_message),
    inside(power_metrics_message),
    inside(local_stats_message),
    inside(health_metrics_message),
    inside(host_metrics_message),
    inside(traffic_management_stats_message),
};

constexpr auto paxcount_fields = all<3>(uint32);

constexpr FieldRule hardware_message_fields[] = {
    {uint32},  // type
    {uint64},  // gpio_mask
    {uint64},  // gpio_value
};

constexpr FieldRule map_report_fields[] = {
    text_to(24),  // long_name
    text_to(4),   // short_name
    {uint32},     // role
    {uint32},     // hw_model
    text_to(17),  // firmware_version
    {uint32},     // region
    {uint32},     // modem_preset
    {boolean},    // has_default_channel
    {fixed32},    // latitude_i
    {fixed32},    // longitude_i
    {int32},      // altitude
    {uint32},     // position_precision
    {uint16},     // num_online_local_nodes
    {boolean},    // has_opted_report_location
};

constexpr MessageRule route_discovery_message{route_discovery_fields};

constexpr FieldRule routing_fields[] = {
    inside(route_discovery_message),  // route_request
    inside(route_discovery_message),  // route_reply
    {uint32},                         // error_reason
};

constexpr FieldRule statistics_fields[] = {
    {uint32},   // messages_total
    {uint32},   // messages_saved
    {uint32},   // messages_max
    {uint32},   // up_time
    {uint32},   // requests
    {uint32},   // requests_history
    {boolean},  // heartbeat
    {uint32},   // return_max
    {uint32},   // return_window
};

constexpr auto history_fields = all<3>(uint32);
constexpr auto heartbeat_fields = all<2>(uint32);

constexpr MessageRule statistics_message{statistics_fields};
constexpr MessageRule history_message{history_fields};
constexpr MessageRule heartbeat_message{heartbeat_fields};

constexpr FieldRule store_and_forward_fields[] = {
    {uint32},                    // rr
    inside(statistics_message),  // stats
    inside(history_message),     // history
    inside(heartbeat_message),   // heartbeat
    bytes_to(233),               // text
};

constexpr FieldRule status_message_fields[] = {
    text_to(0),  // status
};

constexpr FieldRule mesh_beacon_fields[] = {
    text_to(0),  // message
    {unknown},   // offer_channel
    {uint32},    // offer_region
    {uint32},    // offer_preset
};

constexpr FieldRule newer_waypoint_fields[] = {
    {uint32},     // id
    {fixed32},    // latitude_i
    {fixed32},    // longitude_i
    {uint32},     // expire
    {uint32},     // locked_to
    text_to(29),  // name
    text_to(99),  // description
    {fixed32},    // icon
    {uint32},     // geofence_radius
    {unknown},    // bounding_box
    {boolean},    // notify_on_enter
    {boolean},    // notify_on_exit
    {boolean},    // notify_favorites_only
};

}  // namespace

const MessageRule service_envelope_rule{service_envelope_fields};
const MessageRule data_rule = data_message;
const MessageRule user_rule{user_fields};
const MessageRule position_rule{position_fields};
const MessageRule waypoint_rule{waypoint_fields};
const MessageRule neighbor_info_rule{neighbor_info_fields};
const MessageRule route_discovery_rule{route_discovery_fields};
const MessageRule telemetry_rule{telemetry_fields};
const MessageRule paxcount_rule{paxcount_fields};
const MessageRule hardware_message_rule{hardware_message_fields};
const MessageRule map_report_rule{map_report_fields};
const MessageRule routing_rule{routing_fields};
const MessageRule store_and_forward_rule{store_and_forward_fields};
const MessageRule status_message_rule{status_message_fields};
const MessageRule mesh_beacon_rule{mesh_beacon_fields};
const MessageRule newer_waypoint_rule{newer_waypoint_fields};

}  // namespace mesh
