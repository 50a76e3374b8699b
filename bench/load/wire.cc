// SPDX-License-Identifier: Apache-2.0
#include "bench/load/wire.h"

#include <cstring>

#include "broker/mqtt/encode.h"

namespace load {
namespace {

std::uint8_t first_byte(PacketType type, unsigned flags) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | flags);
}

std::size_t length_bytes(std::size_t length) {
  std::size_t bytes = 1;
  while (length >= 128) {
    length /= 128;
    ++bytes;
  }
  return bytes;
}

/// Writes type, flags and remaining length; gives back what follows them.
std::uint8_t* write_head(std::uint8_t first, std::size_t length, std::uint8_t* at) {
  *at++ = first;
  for (; length >= 128; length /= 128) *at++ = static_cast<std::uint8_t>(length | 0x80);
  *at++ = static_cast<std::uint8_t>(length);
  return at;
}

std::uint8_t* write_u16(std::size_t value, std::uint8_t* at) {
  *at++ = static_cast<std::uint8_t>(value >> 8);
  *at++ = static_cast<std::uint8_t>(value);
  return at;
}

}  // namespace

void put_connect(std::string_view client_id, bool is_clean, base::Buffer& out) {
  mqtt::Connect connect;
  connect.client_id = client_id;
  connect.clean_start = is_clean;
  mqtt::encode(connect, mqtt::Version::v311, out);
}

void put_subscribe(std::span<const std::string> filters, Qos qos, base::Buffer& out) {
  base::Buffer body;
  body.u16(1);
  for (const std::string& filter : filters) {
    body.prefixed(filter);
    body.u8(static_cast<std::uint8_t>(qos));
  }
  const std::span<std::uint8_t> head = out.extend(1 + length_bytes(body.size()));
  write_head(first_byte(PacketType::subscribe, 2), body.size(), head.data());
  out.put(body.bytes());
}

std::span<std::uint8_t> put_publish(const Publishing& publishing, std::size_t payload_bytes,
                                    base::Buffer& out) {
  const bool has_id = publishing.qos != Qos::at_most_once;
  const std::size_t length = 2 + publishing.topic.size() + (has_id ? 2U : 0U) + payload_bytes;
  const std::span<std::uint8_t> frame = out.extend(1 + length_bytes(length) + length);
  const unsigned flags = static_cast<unsigned>(publishing.qos) << 1 | (publishing.retain ? 1U : 0U);
  std::uint8_t* at = write_head(first_byte(PacketType::publish, flags), length, frame.data());
  at = write_u16(publishing.topic.size(), at);
  std::memcpy(at, publishing.topic.data(), publishing.topic.size());
  if (has_id) write_u16(publishing.id, at + publishing.topic.size());
  return frame.last(payload_bytes);
}

void put_ack(PacketType type, PacketId id, base::Buffer& out) { out.put(mqtt::ack_frame(type, id)); }

void put_pingreq(base::Buffer& out) { mqtt::encode(mqtt::Pingreq{}, mqtt::Version::v311, out); }

}  // namespace load
