// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "broker/mqtt/packet.h"

namespace support {

/// Bytes in words: two-digit hexadecimals and 'quoted text', spaces between. wire("00 02 'ab'") is four
/// bytes.
[[nodiscard]] std::vector<std::uint8_t> wire(std::string_view words);

/// A whole packet: its first byte, the Remaining Length that fits, and the body in words.
[[nodiscard]] std::vector<std::uint8_t> wire_packet(std::uint8_t first, std::string_view body_words);

/// As a client of MQTT 3.1.1 sends it.
[[nodiscard]] std::vector<std::uint8_t> encoded(const mqtt::Packet& packet);

}  // namespace support
