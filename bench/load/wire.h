// SPDX-License-Identifier: Apache-2.0
// As much MQTT 3.1.1 as a generator of load needs, and no more: it must stay far cheaper than what it
// measures.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/buffer.h"
#include "broker/base/bytes.h"
#include "broker/mqtt/types.h"

namespace load {

using mqtt::PacketId;
using mqtt::PacketType;
using mqtt::Qos;

struct Frame {
  std::uint8_t first = 0;  // type and flags
  base::Bytes body;        // behind the fixed header

  PacketType type() const { return static_cast<PacketType>(first >> 4); }
  Qos qos() const { return static_cast<Qos>((first >> 1) & 3); }
  /// Of an acknowledgement.
  PacketId id() const {
    return body.size() < 2 ? PacketId{0} : static_cast<PacketId>(body[0] << 8 | body[1]);
  }
};

/// A PUBLISH frame's parts.
struct Published {
  std::string_view topic;
  PacketId id = 0;
  base::Bytes payload;
};

inline Published published(const Frame& frame) {
  base::Reader reader(frame.body);
  Published parts;
  parts.topic = base::as_text(reader.prefixed());
  if (frame.qos() != Qos::at_most_once) parts.id = reader.u16();
  parts.payload = reader.rest();
  return parts;
}

/// Calls `on_frame(Frame)` for each whole packet in `bytes`; gives back the incomplete rest.
template <class OnFrame>
base::Bytes scan(base::Bytes bytes, OnFrame&& on_frame) {
  while (bytes.size() >= 2) {
    std::size_t length = bytes[1] & 0x7f;
    std::size_t head = 2;
    while ((bytes[head - 1] & 0x80) != 0 && head < 5) {
      if (head == bytes.size()) return bytes;
      length |= std::size_t{bytes[head] & 0x7fU} << (7 * (head - 1));
      ++head;
    }
    if (bytes.size() - head < length) return bytes;
    on_frame(Frame{bytes[0], bytes.subspan(head, length)});
    bytes = bytes.subspan(head + length);
  }
  return bytes;
}

/// No keep-alive.
void put_connect(std::string_view client_id, bool is_clean, base::Buffer& out);

/// All filters with one packet identifier, which is 1.
void put_subscribe(std::span<const std::string> filters, Qos qos, base::Buffer& out);

/// How one PUBLISH is to look.
struct Publishing {
  std::string_view topic;
  Qos qos = Qos::at_most_once;
  PacketId id = 0;
  bool retain = false;
};

/// A PUBLISH with room for `payload_bytes`, which the caller fills before the next put.
std::span<std::uint8_t> put_publish(const Publishing& publishing, std::size_t payload_bytes,
                                    base::Buffer& out);

void put_ack(PacketType type, PacketId id, base::Buffer& out);

void put_pingreq(base::Buffer& out);

}  // namespace load
