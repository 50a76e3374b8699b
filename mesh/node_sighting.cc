// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_sighting.h"

#include <array>
#include <cstdlib>

#include "mesh/utf8.h"

namespace mesh {
namespace {

/// A gateway without a clock says 0 or the time since it was switched on; one that is off by more than a day,
/// or a packet that waited so long, says nothing about its clock either. In seconds.
constexpr std::int64_t max_skew = 86400;

constexpr double max_latitude = 90e7;  // degrees * 10^7
constexpr double max_longitude = 180e7;

/// By a table: it is asked about each copy of each packet. 0xff: no digit, as gateways write them.
constexpr std::uint8_t no_digit = 0xff;
constexpr auto hex_digits = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(no_digit);
  for (std::uint8_t i = 0; i < 16; ++i) values[static_cast<std::uint8_t>("0123456789abcdef"[i])] = i;
  return values;
}();

/// 0 for what is no node's name.
std::uint32_t gateway_number(std::string_view gateway_id) {
  constexpr std::size_t size = 9;
  if (gateway_id.size() != size || gateway_id[0] != '!') return 0;
  std::uint32_t number = 0;
  unsigned all = 0;
  for (std::size_t i = 1; i < size; ++i) {
    const unsigned digit = hex_digits[static_cast<std::uint8_t>(gateway_id[i])];
    all |= digit;
    number = number << 4U | digit;
  }
  return all < 16 ? number : 0;
}

std::optional<std::int32_t> skew_of(std::uint32_t rx_time, std::int64_t received) {
  const std::int64_t skew = std::int64_t{rx_time} - received;
  if (rx_time < first_credible_time || std::abs(skew) > max_skew) return std::nullopt;
  return static_cast<std::int32_t>(skew);
}

/// As the mirror's "hops_away": who does not say where it started may be anywhere (reference section 4.2).
std::int8_t hops_of(const proto::MeshPacket& packet, const proto::Data* data) {
  const bool is_new_sender = data != nullptr && data->has_bitfield();
  if (packet.hop_start() == 0 && !is_new_sender) return -1;
  if (packet.hop_start() < packet.hop_limit()) return -1;
  const std::uint32_t hops = packet.hop_start() - packet.hop_limit();
  return hops <= 127 ? static_cast<std::int8_t>(hops) : std::int8_t{-1};
}

bool is_place(double latitude, double longitude) {
  if (latitude == 0 && longitude == 0) return false;  // no fix
  return std::abs(latitude) <= max_latitude && std::abs(longitude) <= max_longitude;
}

std::optional<NodePart> part_of(const proto::Telemetry& telemetry) {
  switch (telemetry.variant_case()) {
    case proto::Telemetry::kDeviceMetrics:
      return NodePart::device;
    case proto::Telemetry::kEnvironmentMetrics:
      return NodePart::environment;
    case proto::Telemetry::kAirQualityMetrics:
      return NodePart::air_quality;
    case proto::Telemetry::kPowerMetrics:
      return NodePart::power;
    case proto::Telemetry::kLocalStats:
      return NodePart::local_stats;
    case proto::Telemetry::kHealthMetrics:
      return NodePart::health;
    case proto::Telemetry::kHostMetrics:
      return NodePart::host;
    case proto::Telemetry::kTrafficManagementStats:
      return NodePart::traffic;
    case proto::Telemetry::VARIANT_NOT_SET:
      break;
  }
  return std::nullopt;
}

/// Which part of the sender's record a payload is.
struct PartOf {
  Sighting& seen;

  void operator()(const proto::User* user) const {
    seen.part = NodePart::user;
    seen.name = c_string(user->long_name());
  }
  void operator()(const proto::Position* position) const {
    if (is_place(position->latitude_i(), position->longitude_i())) seen.part = NodePart::position;
  }
  /// Gateways pass neighbour lists of others on as they are; only one's own says who its neighbours are.
  void operator()(const proto::NeighborInfo* info) const {
    if (info->node_id() == seen.from) seen.part = NodePart::neighbors;
  }
  void operator()(const proto::RouteDiscovery*) const { seen.is_route = true; }
  void operator()(const proto::Telemetry* telemetry) const { seen.part = part_of(*telemetry); }
  void operator()(const proto::Paxcount*) const { seen.part = NodePart::paxcounter; }
  template <class Other>
  void operator()(const Other&) const {}
};

Sighting seen_in(const Envelope& envelope, const MeshTopic& topic, base::WallTime now) {
  const proto::MeshPacket& packet = *envelope.packet;
  const std::int64_t received =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  Sighting seen;
  seen.from = packet.from();
  seen.to = packet.to();
  seen.id = packet.id();
  seen.gateway = gateway_number(envelope.gateway_id);
  seen.rssi = packet.rx_rssi();
  seen.snr = packet.rx_snr();
  seen.received = static_cast<std::uint32_t>(received);
  seen.skew = skew_of(packet.rx_time(), received);
  seen.root = topic.root;
  seen.channel = envelope.channel_id;
  return seen;
}

}  // namespace

Sighting sighting_of(const Reception& reception, const MeshTopic& topic, base::WallTime now) {
  Sighting seen = seen_in(reception.envelope, topic, now);
  seen.hops = hops_of(*reception.envelope.packet, reception.data);
  if (reception.data == nullptr || reception.envelope.channel_id == pki_channel_id) return seen;
  std::visit(PartOf{seen}, reception.payload);
  if (seen.part || seen.is_route) seen.wire = reception.data->payload();
  return seen;
}

Sighting sighting_of(const Envelope& envelope, const MeshTopic& topic, base::WallTime now) {
  Sighting seen = seen_in(envelope, topic, now);
  const proto::Data* const data = envelope.is_encrypted() ? nullptr : &envelope.packet->decoded();
  seen.hops = hops_of(*envelope.packet, data);
  return seen;
}

Sighting sighting_of(const Envelope& envelope, const proto::MapReport& report, const MeshTopic& topic,
                     base::WallTime now) {
  Sighting seen = seen_in(envelope, topic, now);
  seen.part = NodePart::map_report;
  seen.name = c_string(report.long_name());
  seen.wire = envelope.packet->decoded().payload();
  return seen;
}

}  // namespace mesh
