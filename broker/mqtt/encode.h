// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "broker/base/buffer.h"
#include "broker/mqtt/packet.h"

namespace mqtt {

/// Appends the packet's frame to `out`. Fields are already legal (CHECK, not Error): what the broker sends is
/// its own. That includes a CONNACK's reason, which has a connack_code(). DUP is left out at QoS 0
/// [MQTT-3.3.1-2].
void encode(const Packet& packet, Version version, base::Buffer& out);

/// Size of a PUBLISH frame without its payload: fixed header, topic and, above QoS 0, the packet id.
[[nodiscard]] std::size_t publish_head_size(const Publish& publish);

/// Writes that head; `out` is publish_head_size() bytes long. The payload's bytes follow it on the wire
/// unchanged, so a head built once serves a whole fan-out.
void write_publish_head(const Publish& publish, std::span<std::uint8_t> out);

inline constexpr std::size_t ack_bytes = 4;
/// PUBACK, PUBREC, PUBREL and PUBCOMP of 3.1.1, into `ack_bytes`. PUBREL's reserved flags are set
/// [MQTT-3.6.1-1].
void write_ack(PacketType type, PacketId id, std::span<std::uint8_t> out);
/// The same as a value.
[[nodiscard]] std::array<std::uint8_t, ack_bytes> ack_frame(PacketType type, PacketId id);

}  // namespace mqtt
