// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "broker/base/bytes.h"
#include "broker/mqtt/packet.h"
#include "broker/mqtt/types.h"

namespace support {

/// A packet in words, with every field that the wire carries: equal texts are equal packets, and a failing
/// comparison shows both sides. For example: PUBLISH topic="a/b" qos=1 retain=0 dup=0 id=7 payload="hi".
[[nodiscard]] std::string packet_text(const mqtt::Packet& packet);

/// `malformed_packet: …`.
[[nodiscard]] std::string error_text(const mqtt::Error& error);

/// In quotes; what is not printable ASCII as \xNN.
[[nodiscard]] std::string quoted(base::Bytes bytes);
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace support
