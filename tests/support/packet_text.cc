// SPDX-License-Identifier: Apache-2.0
#include "tests/support/packet_text.h"

#include <array>
#include <utility>
#include <variant>

#include "broker/mqtt/reason.h"

namespace support {
namespace {

using mqtt::Reason;

std::string number(unsigned value) { return std::to_string(value); }
std::string number(mqtt::Qos qos) { return number(static_cast<unsigned>(qos)); }

std::string will_text(const mqtt::Will& will) {
  return " will.topic=" + quoted(will.topic) + " will.qos=" + number(will.qos) +
         " will.retain=" + number(will.retain) + " will.payload=" + quoted(will.payload);
}

/// What comes after the packet's name.
struct FieldsText {
  std::string operator()(const mqtt::Connect& p) const {
    std::string text = " version=" + number(static_cast<unsigned>(p.version)) +
                       " clean_start=" + number(p.clean_start) + " expiry=" + number(p.session_expiry_s) +
                       " keepalive=" + number(p.keepalive_s) + " client_id=" + quoted(p.client_id);
    if (p.will) text += will_text(*p.will);
    if (p.user_name) text += " user_name=" + quoted(*p.user_name);
    if (p.password) text += " password=" + quoted(*p.password);
    return text;
  }
  std::string operator()(const mqtt::Connack& p) const {
    return " session_present=" + number(p.session_present) +
           " reason=" + std::string(mqtt::reason_name(p.reason));
  }
  std::string operator()(const mqtt::Publish& p) const {
    return " topic=" + quoted(p.topic) + " qos=" + number(p.qos) + " retain=" + number(p.retain) +
           " dup=" + number(p.dup) + " id=" + number(p.packet_id) + " payload=" + quoted(p.payload);
  }
  std::string operator()(const mqtt::Puback& p) const { return id_text(p.packet_id); }
  std::string operator()(const mqtt::Pubrec& p) const { return id_text(p.packet_id); }
  std::string operator()(const mqtt::Pubrel& p) const { return id_text(p.packet_id); }
  std::string operator()(const mqtt::Pubcomp& p) const { return id_text(p.packet_id); }
  std::string operator()(const mqtt::Subscribe& p) const {
    std::string text = id_text(p.packet_id);
    for (const auto& entry : p.entries) text += " " + quoted(entry.filter) + ":" + number(entry.options.qos);
    return text;
  }
  std::string operator()(const mqtt::Suback& p) const {
    std::string text = id_text(p.packet_id);
    for (const Reason reason : p.reasons) text += " " + std::string(mqtt::reason_name(reason));
    return text;
  }
  std::string operator()(const mqtt::Unsubscribe& p) const {
    std::string text = id_text(p.packet_id);
    for (const std::string_view filter : p.filters) text += " " + quoted(filter);
    return text;
  }
  std::string operator()(const mqtt::Unsuback& p) const { return id_text(p.packet_id); }
  std::string operator()(const mqtt::Pingreq&) const { return {}; }
  std::string operator()(const mqtt::Pingresp&) const { return {}; }
  std::string operator()(const mqtt::Disconnect& p) const {
    return p.reason == Reason::success ? std::string()
                                       : " reason=" + std::string(mqtt::reason_name(p.reason));
  }

  static std::string id_text(mqtt::PacketId id) { return " id=" + number(id); }
};

/// In the order of mqtt::Packet.
constexpr std::array<std::string_view, std::variant_size_v<mqtt::Packet>> packet_names = {
    "CONNECT",   "CONNACK", "PUBLISH",     "PUBACK",   "PUBREC",  "PUBREL",   "PUBCOMP",
    "SUBSCRIBE", "SUBACK",  "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT"};

}  // namespace

std::string packet_text(const mqtt::Packet& packet) {
  return std::string(packet_names[packet.index()]) + std::visit(FieldsText{}, packet);
}

std::string error_text(const mqtt::Error& error) {
  return std::string(mqtt::reason_name(error.reason)) + ": " + std::string(error.what);
}

std::string quoted(base::Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "\"";
  for (const std::uint8_t byte : bytes) {
    if (byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\') {
      text.push_back(static_cast<char>(byte));
    } else {
      text += {'\\', 'x', digits[byte >> 4], digits[byte & 0x0f]};
    }
  }
  return text + "\"";
}

std::string quoted(std::string_view text) { return quoted(base::as_bytes(text)); }

}  // namespace support
