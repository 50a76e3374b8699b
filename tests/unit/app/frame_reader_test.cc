// SPDX-License-Identifier: Apache-2.0
#include "broker/app/frame_reader.h"

#include <random>

#include <catch2/catch.hpp>

namespace {

/// Three packets, the second long enough for a two-byte length.
std::vector<std::uint8_t> three_packets() {
  std::vector<std::uint8_t> bytes = {0xC0, 0x00, 0x30, 0xC8, 0x01};
  bytes.insert(bytes.end(), 200, 'x');
  bytes.insert(bytes.end(), {0xE0, 0x00});
  return bytes;
}

}  // namespace

TEST_CASE("packets are the same however their bytes were cut") {
  const auto whole = three_packets();
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    net::Loop loop;
    app::FrameReader reader;
    std::vector<std::uint8_t> seen;
    int frames = 0;
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t size =
          std::min<std::size_t>(whole.size() - at, 1 + random() % (round < 250 ? 3 : 250));
      std::vector<std::uint8_t> chunk(whole.begin() + static_cast<std::ptrdiff_t>(at),
                                      whole.begin() + static_cast<std::ptrdiff_t>(at + size));
      std::span<std::uint8_t> bytes = chunk;
      while (true) {
        const auto packet = reader.next(bytes, 1000, loop);
        REQUIRE(packet);
        if (packet->empty()) break;
        ++frames;
        seen.insert(seen.end(), packet->begin(), packet->end());
      }
      REQUIRE(bytes.empty());
      at += size;
    }
    REQUIRE(frames == 3);
    REQUIRE(seen == whole);
  }
}

TEST_CASE("a packet too large is refused at its header, in one piece or in many") {
  net::Loop loop;
  std::vector<std::uint8_t> header = {0x30, 0xE8, 0x07};
  app::FrameReader at_once;
  std::span<std::uint8_t> bytes = header;
  CHECK(at_once.next(bytes, 1000, loop).error().reason == mqtt::Reason::packet_too_large);
  app::FrameReader in_pieces;
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::span<std::uint8_t> one(&header[i], 1);
    const auto packet = in_pieces.next(one, 1000, loop);
    CHECK(packet.has_value() == (i < 2));
  }
}
