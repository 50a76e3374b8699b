// SPDX-License-Identifier: Apache-2.0
// Packets as an adversary writes them: nothing is checked, everything can be wrong. MQTT 3.1.1.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hostile {

using Bytes = std::vector<std::uint8_t>;

/// The first bytes of fixed headers, with the flags that 3.1.1 prescribes.
namespace packet_type {
inline constexpr std::uint8_t connect = 0x10;
inline constexpr std::uint8_t connack = 0x20;
inline constexpr std::uint8_t publish = 0x30;
inline constexpr std::uint8_t puback = 0x40;
inline constexpr std::uint8_t pubrec = 0x50;
inline constexpr std::uint8_t pubrel = 0x62;
inline constexpr std::uint8_t pubcomp = 0x70;
inline constexpr std::uint8_t subscribe = 0x82;
inline constexpr std::uint8_t suback = 0x90;
inline constexpr std::uint8_t unsubscribe = 0xa2;
inline constexpr std::uint8_t unsuback = 0xb0;
inline constexpr std::uint8_t pingreq = 0xc0;
inline constexpr std::uint8_t pingresp = 0xd0;
inline constexpr std::uint8_t disconnect = 0xe0;
}  // namespace packet_type

/// The greatest length that four bytes can declare.
inline constexpr std::size_t most_declared = 268'435'455;

/// The flags byte of a CONNECT.
namespace connect_flag {
inline constexpr std::uint8_t clean_session = 0x02;
inline constexpr std::uint8_t will = 0x04;
inline constexpr std::uint8_t will_qos1 = 0x08;
inline constexpr std::uint8_t will_qos2 = 0x10;
inline constexpr std::uint8_t will_retain = 0x20;
inline constexpr std::uint8_t password = 0x40;
inline constexpr std::uint8_t user_name = 0x80;
}  // namespace connect_flag

struct ConnectWords {
  std::uint8_t flags = connect_flag::clean_session;
  std::uint16_t keepalive_s = 0;
  /// What follows the client id: will topic, will message, user name, password.
  std::vector<std::string> fields = {};
};

struct PublishWords {
  std::uint8_t qos = 0;
  std::uint16_t id = 1;
  bool retain = false;
  bool dup = false;
};

/// A fixed header: `first` and the length, which need not be that of what follows.
Bytes header(std::uint8_t first, std::size_t length);
/// A whole packet around `body`.
Bytes frame(std::uint8_t first, const Bytes& body);
/// Two bytes of length, then the text.
void add_text(Bytes& out, std::string_view text);
void add_number(Bytes& out, std::uint16_t number);
void add(Bytes& out, const Bytes& more);

Bytes connect(std::string_view client_id, const ConnectWords& words = {});
Bytes publish(std::string_view topic, std::string_view payload, const PublishWords& words = {});
Bytes subscribe(std::uint16_t id, const std::vector<std::string>& filters, std::uint8_t qos = 0);
Bytes unsubscribe(std::uint16_t id, const std::vector<std::string>& filters);
/// PUBACK, PUBREC, PUBREL, PUBCOMP.
Bytes ack(std::uint8_t first, std::uint16_t id);
Bytes pingreq();

/// `text`, `times` times.
std::string repeated(std::string_view text, std::size_t times);

}  // namespace hostile
