// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace mqtt {

/// The protocol level byte of CONNECT. 3.1 and 3.1.1 are served.
enum class Version : std::uint8_t { v31 = 3, v311 = 4, v5 = 5 };

/// As people write it.
constexpr std::string_view name_of(Version version) {
  return version == Version::v31 ? "3.1" : version == Version::v311 ? "3.1.1" : "5.0";
}

enum class Qos : std::uint8_t { at_most_once = 0, at_least_once = 1, exactly_once = 2 };

/// Never 0 on the wire [MQTT-2.3.1-1]; 0 here means "none" (QoS 0).
using PacketId = std::uint16_t;

/// First nibble of the fixed header [MQTT 3.1.1 2.2.1].
enum class PacketType : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  pubrec = 5,
  pubrel = 6,
  pubcomp = 7,
  subscribe = 8,
  suback = 9,
  unsubscribe = 10,
  unsuback = 11,
  pingreq = 12,
  pingresp = 13,
  disconnect = 14,
};

/// As the standard writes them, by number.
inline constexpr std::array<std::string_view, 16> packet_type_names = {
    "?",         "CONNECT", "CONNACK",     "PUBLISH",  "PUBACK",  "PUBREC",   "PUBREL",     "PUBCOMP",
    "SUBSCRIBE", "SUBACK",  "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "?",
};

/// The vocabulary of MQTT 5 for every version (5.0 section 2.4); dialect.h says what an older client hears of
/// it.
enum class Reason : std::uint8_t {
  success = 0x00,  // also: granted QoS 0, normal disconnection
  granted_qos_1 = 0x01,
  granted_qos_2 = 0x02,
  unspecified_error = 0x80,
  malformed_packet = 0x81,
  protocol_error = 0x82,
  implementation_error = 0x83,
  unsupported_protocol_version = 0x84,
  client_identifier_not_valid = 0x85,
  bad_user_name_or_password = 0x86,
  not_authorized = 0x87,
  server_unavailable = 0x88,
  server_shutting_down = 0x8b,
  keep_alive_timeout = 0x8d,
  session_taken_over = 0x8e,
  topic_filter_invalid = 0x8f,
  topic_name_invalid = 0x90,
  packet_too_large = 0x95,
  quota_exceeded = 0x97,
};

/// How one subscription wants its messages. 3.1.1 only says `qos`.
struct SubscriptionOptions {
  Qos qos = Qos::at_most_once;
  bool no_local = false;
  bool retain_as_published = false;
  friend bool operator==(const SubscriptionOptions&, const SubscriptionOptions&) = default;
};

/// Why bytes are not a packet: `what` is a literal that names the field and the clause, for the log.
struct Error {
  Reason reason = Reason::malformed_packet;
  std::string_view what;
};

}  // namespace mqtt
