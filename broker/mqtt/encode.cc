// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/encode.h"

#include <cstring>
#include <optional>
#include <string_view>
#include <variant>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "broker/mqtt/dialect.h"

namespace mqtt {
namespace {

constexpr std::size_t longest_remaining = 268'435'455;  // four length bytes, 3.1.1 section 2.2.3
constexpr std::size_t longest_field = 65'535;

constexpr std::uint8_t reserved_flags = 0x02;  // of PUBREL, SUBSCRIBE and UNSUBSCRIBE [MQTT-2.2.2-1]

std::uint8_t first_byte(PacketType type, std::uint8_t flags) {
  return static_cast<std::uint8_t>((static_cast<std::uint8_t>(type) << 4) | flags);
}

/// Remaining Length in the fewest bytes.
struct LengthField {
  std::array<std::uint8_t, 4> bytes{};
  std::size_t size = 0;

  explicit LengthField(std::size_t remaining) {
    CHECK(remaining <= longest_remaining);
    do {
      const std::uint8_t more = remaining > 0x7f ? 0x80 : 0x00;
      bytes[size++] = static_cast<std::uint8_t>((remaining & 0x7f) | more);
      remaining >>= 7;
    } while (remaining > 0);
  }
};

void frame(base::Buffer& out, std::uint8_t first, base::Bytes body) {
  const LengthField length(body.size());
  out.u8(first);
  out.put(base::Bytes(length.bytes).first(length.size));
  out.put(body);
}

void put_field(base::Buffer& out, base::Bytes bytes) {
  CHECK(bytes.size() <= longest_field);
  out.prefixed(bytes);
}

void put_text(base::Buffer& out, std::string_view text) { put_field(out, base::as_bytes(text)); }

void put_id(base::Buffer& out, PacketId id) {
  CHECK(id != 0);  // [MQTT-2.3.1-1]
  out.u16(id);
}

std::uint8_t bit(bool is_set, int position) { return static_cast<std::uint8_t>(is_set ? 1 << position : 0); }

std::uint8_t connect_flags(const Connect& connect) {
  const Will will = connect.will.value_or(Will{});
  CHECK(connect.user_name || !connect.password);  // [MQTT-3.1.2-22]
  return static_cast<std::uint8_t>(bit(connect.clean_start, 1) | bit(connect.will.has_value(), 2) |
                                   static_cast<std::uint8_t>(will.qos) << 3 | bit(will.retain, 5) |
                                   bit(connect.password.has_value(), 6) |
                                   bit(connect.user_name.has_value(), 7));
}

std::uint8_t publish_first_byte(const Publish& publish) {
  const bool is_redelivery = publish.dup && publish.qos != Qos::at_most_once;  // [MQTT-3.3.1-2]
  const int flags =
      bit(is_redelivery, 3) | static_cast<std::uint8_t>(publish.qos) << 1 | bit(publish.retain, 0);
  return first_byte(PacketType::publish, static_cast<std::uint8_t>(flags));
}

/// Topic, with its length, and packet id: what lies between fixed header and payload.
std::size_t variable_header_size(const Publish& publish) {
  return 2 + publish.topic.size() + (publish.qos == Qos::at_most_once ? 0U : 2U);
}

void write_u16(std::uint16_t value, std::uint8_t* out) {
  out[0] = static_cast<std::uint8_t>(value >> 8);
  out[1] = static_cast<std::uint8_t>(value & 0xff);
}

struct Encode {
  Version version;
  base::Buffer& out;

  void operator()(const Connect& connect) const {
    base::Buffer body;
    body.prefixed(connect.version == Version::v31 ? "MQIsdp" : "MQTT");
    body.u8(static_cast<std::uint8_t>(connect.version));
    body.u8(connect_flags(connect));
    body.u16(connect.keepalive_s);
    put_text(body, connect.client_id);
    if (connect.will) {
      put_text(body, connect.will->topic);
      put_field(body, connect.will->payload);
    }
    if (connect.user_name) put_text(body, *connect.user_name);
    if (connect.password) put_field(body, *connect.password);
    frame(out, first_byte(PacketType::connect, 0), body.bytes());
  }

  void operator()(const Connack& connack) const {
    const std::optional<std::uint8_t> code = connack_code(connack.reason, version);
    CHECK(code.has_value());  // [MQTT-3.2.2-6]: then there is no CONNACK
    // 3.1 has no such flag; beside a refusal it is 0 [MQTT-3.2.2-4].
    const bool is_present = connack.session_present && version != Version::v31 && *code == 0;
    const std::array<std::uint8_t, 2> body = {bit(is_present, 0), *code};
    frame(out, first_byte(PacketType::connack, 0), body);
  }

  void operator()(const Publish& publish) const {
    write_publish_head(publish, out.extend(publish_head_size(publish)));
    out.put(publish.payload);
  }

  void operator()(const Puback& ack) const { out.put(ack_frame(PacketType::puback, ack.packet_id)); }
  void operator()(const Pubrec& ack) const { out.put(ack_frame(PacketType::pubrec, ack.packet_id)); }
  void operator()(const Pubrel& ack) const { out.put(ack_frame(PacketType::pubrel, ack.packet_id)); }
  void operator()(const Pubcomp& ack) const { out.put(ack_frame(PacketType::pubcomp, ack.packet_id)); }

  void operator()(const Subscribe& subscribe) const {
    CHECK(!subscribe.entries.empty());  // [MQTT-3.8.3-3]
    base::Buffer body;
    put_id(body, subscribe.packet_id);
    for (const Subscribe::Entry& entry : subscribe.entries) {
      put_text(body, entry.filter);
      body.u8(static_cast<std::uint8_t>(entry.options.qos));
    }
    frame(out, first_byte(PacketType::subscribe, reserved_flags), body.bytes());
  }

  void operator()(const Suback& suback) const {
    base::Buffer body;
    put_id(body, suback.packet_id);
    for (const Reason reason : suback.reasons) body.u8(suback_code(reason, version));
    frame(out, first_byte(PacketType::suback, 0), body.bytes());
  }

  void operator()(const Unsubscribe& unsubscribe) const {
    CHECK(!unsubscribe.filters.empty());  // [MQTT-3.10.3-2]
    base::Buffer body;
    put_id(body, unsubscribe.packet_id);
    for (const std::string_view filter : unsubscribe.filters) put_text(body, filter);
    frame(out, first_byte(PacketType::unsubscribe, reserved_flags), body.bytes());
  }

  void operator()(const Unsuback& ack) const { out.put(ack_frame(PacketType::unsuback, ack.packet_id)); }
  void operator()(const Pingreq&) const { frame(out, first_byte(PacketType::pingreq, 0), {}); }
  void operator()(const Pingresp&) const { frame(out, first_byte(PacketType::pingresp, 0), {}); }
  // The reason is said by MQTT 5 only.
  void operator()(const Disconnect&) const { frame(out, first_byte(PacketType::disconnect, 0), {}); }
};

}  // namespace

void encode(const Packet& packet, Version version, base::Buffer& out) {
  CHECK(version != Version::v5);
  std::visit(Encode{version, out}, packet);
}

std::size_t publish_head_size(const Publish& publish) {
  const std::size_t variable = variable_header_size(publish);
  return 1 + LengthField(variable + publish.payload.size()).size + variable;
}

void write_publish_head(const Publish& publish, std::span<std::uint8_t> out) {
  CHECK(publish.topic.size() <= longest_field);
  const std::size_t variable = variable_header_size(publish);
  const LengthField length(variable + publish.payload.size());
  CHECK(out.size() == 1 + length.size + variable);
  std::uint8_t* next = out.data();
  *next++ = publish_first_byte(publish);
  for (std::size_t i = 0; i < length.size; ++i) *next++ = length.bytes[i];
  write_u16(static_cast<std::uint16_t>(publish.topic.size()), next);
  next += 2;
  if (!publish.topic.empty()) std::memcpy(next, publish.topic.data(), publish.topic.size());
  if (publish.qos == Qos::at_most_once) return;
  CHECK(publish.packet_id != 0);  // [MQTT-2.3.1-1]
  write_u16(publish.packet_id, next + publish.topic.size());
}

void write_ack(PacketType type, PacketId id, std::span<std::uint8_t> out) {
  CHECK(id != 0 && out.size() == ack_bytes);  // [MQTT-2.3.1-1]
  out[0] = first_byte(type, type == PacketType::pubrel ? reserved_flags : 0);
  out[1] = 2;
  write_u16(id, &out[2]);
}

std::array<std::uint8_t, ack_bytes> ack_frame(PacketType type, PacketId id) {
  std::array<std::uint8_t, ack_bytes> frame{};
  write_ack(type, id, frame);
  return frame;
}

}  // namespace mqtt
