// SPDX-License-Identifier: Apache-2.0
#include "tests/support/wire.h"

#include <charconv>

#include "broker/base/buffer.h"
#include "broker/base/check.h"
#include "broker/mqtt/encode.h"

namespace support {

std::vector<std::uint8_t> wire(std::string_view words) {
  std::vector<std::uint8_t> bytes;
  while (!words.empty()) {
    if (words.front() == ' ') {
      words.remove_prefix(1);
    } else if (words.front() == '\'') {
      const std::size_t end = words.find('\'', 1);
      CHECK(end != std::string_view::npos);
      bytes.insert(bytes.end(), words.begin() + 1, words.begin() + static_cast<std::ptrdiff_t>(end));
      words.remove_prefix(end + 1);
    } else {
      CHECK(words.size() >= 2);
      std::uint8_t byte = 0;
      const auto [end, fault] = std::from_chars(words.data(), words.data() + 2, byte, 16);
      CHECK(fault == std::errc() && end == words.data() + 2);
      bytes.push_back(byte);
      words.remove_prefix(2);
    }
  }
  return bytes;
}

std::vector<std::uint8_t> wire_packet(std::uint8_t first, std::string_view body_words) {
  const std::vector<std::uint8_t> body = wire(body_words);
  std::vector<std::uint8_t> bytes = {first};
  std::size_t remaining = body.size();
  for (; remaining > 0x7f; remaining >>= 7)
    bytes.push_back(static_cast<std::uint8_t>(remaining & 0x7f) | 0x80);
  bytes.push_back(static_cast<std::uint8_t>(remaining));
  bytes.insert(bytes.end(), body.begin(), body.end());
  return bytes;
}

std::vector<std::uint8_t> encoded(const mqtt::Packet& packet) {
  base::Buffer out;
  mqtt::encode(packet, mqtt::Version::v311, out);
  return {out.bytes().begin(), out.bytes().end()};
}

}  // namespace support
