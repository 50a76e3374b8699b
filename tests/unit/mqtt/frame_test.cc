// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/frame.h"

#include <catch2/catch.hpp>

#include "tests/support/wire.h"

using mqtt::frame_length;
using mqtt::next_frame;
using mqtt::PacketType;
using mqtt::Reason;
using support::wire;

namespace {

constexpr std::size_t no_limit = 268'435'460;  // the longest packet there can be

}  // namespace

TEST_CASE("no bytes are no frame yet") { CHECK(next_frame({}, no_limit).value() == std::nullopt); }

TEST_CASE("a frame is split at the end of its fixed header") {
  const auto bytes = wire("3b 04 00 01 'a' 'x' c0 00");
  const auto frame = next_frame(bytes, no_limit).value();
  REQUIRE(frame);
  CHECK(frame->type == PacketType::publish);
  CHECK(frame->flags == 0x0b);
  CHECK(frame->bytes.data() == bytes.data());
  CHECK(frame->bytes.size() == 6);
  CHECK(frame->body.data() == bytes.data() + 2);
  CHECK(frame->body.size() == 4);
}

TEST_CASE("a frame without a body is two bytes") {
  const auto bytes = wire("c0 00");
  const auto frame = next_frame(bytes, no_limit).value();
  REQUIRE(frame);
  CHECK(frame->type == PacketType::pingreq);
  CHECK(frame->bytes.size() == 2);
  CHECK(frame->body.empty());
}

TEST_CASE("Remaining Length is read at every border of its byte count [3.1.1 table 2.4]") {
  const auto length_of = [](std::string_view words) {
    return frame_length(wire(words), no_limit).value().value();
  };
  CHECK(length_of("30 00") == 2 + 0);
  CHECK(length_of("30 7f") == 2 + 127);
  CHECK(length_of("30 80 01") == 3 + 128);
  CHECK(length_of("30 ff 7f") == 3 + 16'383);
  CHECK(length_of("30 80 80 01") == 4 + 16'384);
  CHECK(length_of("30 ff ff 7f") == 4 + 2'097'151);
  CHECK(length_of("30 80 80 80 01") == 5 + 2'097'152);
  CHECK(length_of("30 ff ff ff 7f") == 5 + 268'435'455);
}

TEST_CASE("an incomplete fixed header has no length yet") {
  for (const char* words : {"30", "30 80", "30 ff ff", "30 ff ff ff"}) {
    INFO(words);
    CHECK(frame_length(wire(words), no_limit).value() == std::nullopt);
  }
}

TEST_CASE("four length bytes that all say more are malformed at once [3.1.1 2.2.3]") {
  for (const char* words : {"10 ff ff ff ff", "10 80 80 80 80", "10 80 80 80 80 00", "10 80 80 80 80 01"}) {
    INFO(words);
    const auto length = frame_length(wire(words), no_limit);
    REQUIRE_FALSE(length);
    CHECK(length.error().reason == Reason::malformed_packet);
    CHECK_FALSE(next_frame(wire(words), no_limit));
  }
}

TEST_CASE("a Remaining Length in more bytes than needed is tolerated") {
  const auto bytes = wire("c0 80 80 80 00");
  const auto frame = next_frame(bytes, no_limit).value();
  REQUIRE(frame);
  CHECK(frame->bytes.size() == 5);
  CHECK(frame->body.empty());
  CHECK(frame_length(wire("40 82 00"), no_limit).value() == std::size_t{5});
}

TEST_CASE("packet types 0 and 15 are refused by their first byte [3.1.1 2.2.1]") {
  for (const char* words : {"00", "0f", "f0", "ff", "f0 00"}) {
    INFO(words);
    const auto length = frame_length(wire(words), no_limit);
    REQUIRE_FALSE(length);
    CHECK(length.error().reason == Reason::malformed_packet);
  }
  for (int type = 1; type <= 14; ++type) {
    const std::uint8_t first = static_cast<std::uint8_t>(type << 4);
    CHECK(frame_length(base::Bytes(&first, 1), no_limit));
  }
}

TEST_CASE("a packet longer than the limit is refused by its fixed header alone") {
  CHECK(frame_length(wire("30 62"), 100).value() == std::size_t{100});
  const auto over = frame_length(wire("30 63"), 100);
  REQUIRE_FALSE(over);
  CHECK(over.error().reason == Reason::packet_too_large);
  CHECK_FALSE(next_frame(wire("30 ff ff ff 7f"), 100));
}

TEST_CASE("every packet type with the longest length is refused within five bytes") {
  for (int type = 0; type <= 15; ++type) {
    auto bytes = wire("00 ff ff ff 7f");
    bytes[0] = static_cast<std::uint8_t>(type << 4);
    INFO("type " << type);
    CHECK_FALSE(frame_length(bytes, 1'048'576));
  }
}

TEST_CASE("a frame that is one byte short is none yet") {
  const auto bytes = wire("30 04 00 01 'a'");
  CHECK(next_frame(bytes, no_limit).value() == std::nullopt);
  CHECK(frame_length(bytes, no_limit).value() == std::size_t{6});
}

TEST_CASE("a usual length is the length, and an unusual one is left to frame_length") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      for (const int third : {0, 1, 0x7f, 0x80, 0xff}) {
        const std::vector<std::uint8_t> bytes = {static_cast<std::uint8_t>(first),
                                                 static_cast<std::uint8_t>(second),
                                                 static_cast<std::uint8_t>(third), 0x01};
        const std::size_t usual = mqtt::usual_frame_length(bytes);
        if (usual != 0 && frame_length(bytes, no_limit).value() != usual)
          FAIL(first << " " << second << " " << third);
        if (usual == 0 && first >= 0x10 && first < 0xf0 && second < 0x80)
          FAIL("one byte is usual: " << second);
      }
    }
  }
  CHECK(mqtt::usual_frame_length(wire("30 ff 7f")) == 3 + 16383);
  CHECK(mqtt::usual_frame_length(wire("30 ff ff 01")) == 0);
  CHECK(mqtt::usual_frame_length(wire("30 80")) == 0);
  CHECK(mqtt::usual_frame_length({}) == 0);
}
