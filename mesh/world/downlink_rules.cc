// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "mesh/cipher.h"
#include "mesh/envelope.h"
#include "mesh/wire_check.h"
#include "mesh/wire_rules.h"
#include "mesh/world/device.h"

namespace mesh::world {
namespace {

constexpr std::uint32_t everyone = 0xffffffff;
constexpr std::uint32_t most_hops = 7;
constexpr std::size_t signature_bytes = 64;

const proto::MeshPacket& packet_of(const Downlink& message) { return message.envelope.packet(); }

bool is_pki(const Downlink& message) { return message.envelope.channel_id() == pki_channel_id; }

bool is_encrypted(const Downlink& message) {
  return packet_of(message).payload_variant_case() == proto::MeshPacket::kEncrypted;
}

/// Fixed header and topic length included; a remaining length of two bytes is the most that matters here.
bool is_oversize(const DeviceConfig&, Downlink& message) {
  const std::size_t rest =
      2 + message.topic.size() + message.payload.size() + (message.qos == mqtt::Qos::at_most_once ? 0 : 2);
  return 1 + (rest < 128 ? 1 : 2) + rest > device_buffer_bytes;
}

bool is_empty(const DeviceConfig&, Downlink& message) { return message.payload.empty(); }

/// The packet id of QoS 2 stays in front of the payload.
bool is_no_envelope(const DeviceConfig&, Downlink& message) {
  if (message.qos == mqtt::Qos::exactly_once) return true;
  std::string scratch;
  const auto wire = readable_wire(message.payload, service_envelope_rule, scratch);
  return !wire || !message.envelope.ParseFromArray(wire->data(), static_cast<int>(wire->size()));
}

bool has_no_packet(const DeviceConfig&, Downlink& message) { return !message.envelope.has_packet(); }
bool has_no_channel_id(const DeviceConfig&, Downlink& message) {
  return message.envelope.channel_id().empty();
}
bool has_no_gateway_id(const DeviceConfig&, Downlink& message) {
  return message.envelope.gateway_id().empty();
}

bool is_pki_without_downlink(const DeviceConfig& device, Downlink& message) {
  return is_pki(message) && !device.has_downlink();
}

bool is_channel_unknown(const DeviceConfig& device, Downlink& message) {
  return !is_pki(message) && !device.channel_named(message.envelope.channel_id());
}

bool is_downlink_off(const DeviceConfig& device, Downlink& message) {
  if (is_pki(message)) return false;
  return !device.channels[*device.channel_named(message.envelope.channel_id())].downlink;
}

bool has_own_gateway_id(const DeviceConfig& device, Downlink& message) {
  return message.envelope.gateway_id() == node_id(device.number);
}

bool is_own_packet(const DeviceConfig& device, Downlink& message) {
  return packet_of(message).from() == device.number;
}

bool is_own_echo(const DeviceConfig& device, Downlink& message) {
  return has_own_gateway_id(device, message) && is_own_packet(device, message);
}

bool has_high_hop_limit(const DeviceConfig&, Downlink& message) {
  return packet_of(message).hop_limit() > most_hops;
}
bool has_high_hop_start(const DeviceConfig&, Downlink& message) {
  return packet_of(message).hop_start() > most_hops;
}

bool is_sender_ignored(const DeviceConfig& device, Downlink& message) {
  return device.ignored.contains(packet_of(message).from());
}
bool is_sender_everyone(const DeviceConfig&, Downlink& message) {
  return packet_of(message).from() == everyone;
}
bool is_mqtt_ignored(const DeviceConfig& device, Downlink&) { return device.ignores_mqtt; }

bool is_decoded_refused(const DeviceConfig& device, Downlink& message) {
  return packet_of(message).has_decoded() && device.encrypts;
}

/// What is already decoded needs no key.
bool is_decoded_admin(const DeviceConfig&, Downlink& message) {
  if (!packet_of(message).has_decoded()) return false;
  message.data = packet_of(message).decoded();
  message.is_read = true;
  return message.data.portnum() == proto::ADMIN_APP;
}

bool is_strangers_direct_message(const DeviceConfig& device, Downlink& message) {
  if (!is_pki(message) || !is_encrypted(message)) return false;
  const proto::MeshPacket& packet = packet_of(message);
  if (packet.to() == device.number) return false;
  return !device.known.contains(packet.from()) || !device.known.contains(packet.to());
}

bool needs_key(const Downlink& message) { return !message.is_read && !is_pki(message); }

bool fits(const DeviceChannel& channel, const proto::MeshPacket& packet) {
  return channel_hash(channel.name, channel.key) == packet.channel();
}

bool is_hash_unknown(const DeviceConfig& device, Downlink& message) {
  return needs_key(message) && std::ranges::none_of(device.channels, [&](const DeviceChannel& channel) {
           return fits(channel, packet_of(message));
         });
}

bool opens(const DeviceChannel& channel, Downlink& message) {
  const proto::MeshPacket& packet = packet_of(message);
  const base::Bytes encrypted = base::as_bytes(packet.encrypted());
  std::vector<std::uint8_t> plain(encrypted.size());
  Cipher(channel.key).apply(encrypted, counter_block(packet.id(), packet.from()), plain);
  std::string scratch;
  const auto wire = readable_wire(plain, data_rule, scratch);
  return wire && message.data.ParseFromArray(wire->data(), static_cast<int>(wire->size())) &&
         message.data.portnum() != proto::UNKNOWN_APP;
}

bool is_unreadable(const DeviceConfig& device, Downlink& message) {
  if (!needs_key(message)) return false;
  message.is_read = std::ranges::any_of(device.channels, [&](const DeviceChannel& channel) {
    return fits(channel, packet_of(message)) && opens(channel, message);
  });
  return !message.is_read;
}

bool has_bad_signature(const DeviceConfig&, Downlink& message) {
  const std::size_t size = message.data.xeddsa_signature().size();
  return size != 0 && size != signature_bytes;
}

bool is_sender_unknown(const DeviceConfig& device, Downlink& message) {
  return device.known_only && !is_pki(message) && !device.known.contains(packet_of(message).from());
}

/// Since 2.7.14 a text for one node must come with that node's own encryption.
bool is_legacy_direct_message(const DeviceConfig& device, Downlink& message) {
  return message.is_read && is_encrypted(message) && packet_of(message).to() == device.number &&
         message.data.portnum() == proto::TEXT_MESSAGE_APP;
}

constexpr DownlinkRule rules[] = {
    {Ruling::oversize, is_oversize},
    {Ruling::empty, is_empty},
    {Ruling::not_an_envelope, is_no_envelope},
    {Ruling::no_packet, has_no_packet},
    {Ruling::no_channel_id, has_no_channel_id},
    {Ruling::no_gateway_id, has_no_gateway_id},
    {Ruling::pki_without_downlink, is_pki_without_downlink},
    {Ruling::unknown_channel, is_channel_unknown},
    {Ruling::downlink_off, is_downlink_off},
    {Ruling::acknowledged, is_own_echo},
    {Ruling::own_gateway_id, has_own_gateway_id},
    {Ruling::own_packet, is_own_packet},
    {Ruling::hop_limit_too_high, has_high_hop_limit},
    {Ruling::hop_start_too_high, has_high_hop_start},
    {Ruling::sender_ignored, is_sender_ignored},
    {Ruling::sender_is_everyone, is_sender_everyone},
    {Ruling::mqtt_ignored, is_mqtt_ignored},
    {Ruling::decoded_refused, is_decoded_refused},
    {Ruling::decoded_admin, is_decoded_admin},
    {Ruling::strangers_direct_message, is_strangers_direct_message},
    {Ruling::unknown_hash, is_hash_unknown},
    {Ruling::unreadable, is_unreadable},
    {Ruling::bad_signature, has_bad_signature},
    {Ruling::unknown_sender, is_sender_unknown},
    {Ruling::legacy_direct_message, is_legacy_direct_message},
};

}  // namespace

std::span<const DownlinkRule> arrival_rules() { return rules; }

}  // namespace mesh::world
