// SPDX-License-Identifier: Apache-2.0
// Every packet but CONNECT, which is in connect_test.cc.
#include "broker/mqtt/decode.h"

#include <array>

#include <catch2/catch.hpp>

#include "tests/support/packet_text.h"
#include "tests/support/wire.h"

using Catch::Contains;
using Catch::StartsWith;
using mqtt::Version;

namespace {

/// The packet in words, or its error.
std::string text_of(int first, std::string_view body, Version version = Version::v311) {
  const auto bytes = support::wire_packet(static_cast<std::uint8_t>(first), body);
  const auto frame = mqtt::next_frame(bytes, bytes.size()).value().value();
  const auto packet = mqtt::decode(frame, version);
  return packet ? support::packet_text(*packet) : support::error_text(packet.error());
}

/// A legal body for every type but CONNECT and PUBLISH.
std::string_view body_of(int type) {
  switch (type) {
    case 2:
      return "00 00";
    case 8:
      return "00 07 00 01 'a' 01";
    case 9:
      return "00 07 01";
    case 10:
      return "00 07 00 01 'a'";
    case 12:
    case 13:
    case 14:
      return "";
    default:
      return "00 07";
  }
}

constexpr std::array<int, 12> other_types = {2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};

int flags_of(int type) { return type == 6 || type == 8 || type == 10 ? 2 : 0; }

}  // namespace

TEST_CASE("PUBLISH at QoS 0 has no packet id [MQTT-2.3.1-5]") {
  CHECK(text_of(0x30, "00 03 'a/b' 00 07 'x'") ==
        "PUBLISH topic=\"a/b\" qos=0 retain=0 dup=0 id=0 payload=\"\\x00\\x07x\"");
}

TEST_CASE("PUBLISH above QoS 0 has a packet id and its flags") {
  CHECK(text_of(0x3d, "00 01 'a' 12 34 'x'") ==
        "PUBLISH topic=\"a\" qos=2 retain=1 dup=1 id=4660 payload=\"x\"");
  CHECK(text_of(0x32, "00 01 'a' 00 01") == "PUBLISH topic=\"a\" qos=1 retain=0 dup=0 id=1 payload=\"\"");
}

TEST_CASE("PUBLISH QoS 3 is malformed [MQTT-3.3.1-4]") {
  for (const int first : {0x36, 0x37, 0x3e, 0x3f}) {
    CHECK_THAT(text_of(first, "00 01 'a' 00 01"), StartsWith("malformed_packet") && Contains("MQTT-3.3.1-4"));
  }
}

TEST_CASE("DUP at QoS 0 is malformed [MQTT-3.3.1-2]") {
  CHECK_THAT(text_of(0x38, "00 01 'a'"), StartsWith("malformed_packet") && Contains("MQTT-3.3.1-2"));
  CHECK_THAT(text_of(0x39, "00 01 'a'", Version::v31), Contains("MQTT-3.3.1-2"));
}

TEST_CASE("a PUBLISH above QoS 0 has an id other than 0 [MQTT-2.3.1-1]") {
  CHECK_THAT(text_of(0x32, "00 01 'a' 00 00 'x'"), StartsWith("protocol_error") && Contains("MQTT-2.3.1-1"));
  CHECK_THAT(text_of(0x34, "00 01 'a' 00 00"), Contains("MQTT-2.3.1-1"));
  CHECK_THAT(text_of(0x32, "00 01 'a' 01"), StartsWith("malformed_packet"));
  CHECK_THAT(text_of(0x32, "00 01 'a'"), StartsWith("malformed_packet"));
}

TEST_CASE("a topic fits into its PUBLISH [MQTT-3.3.2-1]") {
  for (const char* body : {"", "00", "00 02 'a'", "ff ff 'abc'"}) {
    INFO(body);
    CHECK_THAT(text_of(0x30, body), StartsWith("malformed_packet") && Contains("MQTT-3.3.2-1"));
  }
}

TEST_CASE("a topic is UTF-8 without U+0000 [MQTT-3.3.2-1, 1.5.3-1, 1.5.3-2]") {
  for (const char* body : {"00 01 ff", "00 03 'a' 00 'b'", "00 01 00", "00 03 ed a0 80", "00 02 c1 81",
                           "00 0a 'abcdefgh' 00 'i'", "00 0a 'abcdefgh' c3 28"}) {
    INFO(body);
    CHECK_THAT(text_of(0x30, body), StartsWith("malformed_packet") && Contains("1.5.3-1"));
  }
}

TEST_CASE("a topic is not empty [MQTT-4.7.3-1]") {
  CHECK_THAT(text_of(0x30, "00 00"), StartsWith("topic_name_invalid") && Contains("4.7.3-1"));
  CHECK_THAT(text_of(0x32, "00 00 00 01"), Contains("4.7.3-1"));
}

TEST_CASE("a topic has no wildcard [MQTT-3.3.2-2]") {
  for (const char* body : {"00 01 '#'", "00 01 '+'", "00 03 'a/#'", "00 03 'a+b'", "00 0b 'abcdefgh/+/'"}) {
    INFO(body);
    CHECK_THAT(text_of(0x30, body), StartsWith("topic_name_invalid") && Contains("MQTT-3.3.2-2"));
  }
}

TEST_CASE("a byte order mark in a topic stays [MQTT-1.5.3-3]") {
  CHECK_THAT(text_of(0x30, "00 04 ef bb bf 'a'"), Contains("topic=\"\\xef\\xbb\\xbfa\""));
}

TEST_CASE("a topic of 65,535 slashes decodes [MQTT-4.7.3-3]") {
  CHECK_THAT(text_of(0x30, "ff ff '" + std::string(65535, '/') + "'"), StartsWith("PUBLISH"));
}

TEST_CASE("decode_publish reads what decode reads") {
  const auto bytes = support::wire("3b 08 00 03 'a/b' 00 09 'x'");
  const auto frame = mqtt::next_frame(bytes, 100).value().value();
  const auto publish = mqtt::decode_publish(frame, Version::v311);
  REQUIRE(publish);
  CHECK(support::packet_text(*publish) == support::packet_text(mqtt::decode(frame, Version::v311).value()));
  CHECK(base::as_bytes(publish->topic).data() == bytes.data() + 4);
  CHECK(publish->payload.data() == bytes.data() + 9);
}

TEST_CASE(
    "a packet's reserved flags are as in table 2.2 [MQTT-2.2.2-1, 2.2.2-2, 3.6.1-1, 3.8.1-1, 3.10.1-1]") {
  for (const int type : other_types) {
    for (int flags = 0; flags < 16; ++flags) {
      const std::string text = text_of(type << 4 | flags, body_of(type));
      INFO("type " << type << " flags " << flags << ": " << text);
      CHECK((text.find("MQTT-2.2.2-2") == std::string::npos) == (flags == flags_of(type)));
    }
  }
}

TEST_CASE("MQTT 3.1 sets DUP on a PUBREL, SUBSCRIBE or UNSUBSCRIBE sent again") {
  CHECK(text_of(0x6a, "00 07", Version::v31) == "PUBREL id=7");
  CHECK(text_of(0x8a, "00 07 00 01 'a' 01", Version::v31) == "SUBSCRIBE id=7 \"a\":1");
  CHECK(text_of(0xaa, "00 07 00 01 'a'", Version::v31) == "UNSUBSCRIBE id=7 \"a\"");
  CHECK_THAT(text_of(0x60, "00 07", Version::v31), Contains("MQTT-2.2.2-2"));
  CHECK_THAT(text_of(0x48, "00 07", Version::v31), Contains("MQTT-2.2.2-2"));
}

TEST_CASE("acknowledgements carry a packet id [MQTT-2.3.1-6, 2.3.1-7]") {
  CHECK(text_of(0x40, "00 07") == "PUBACK id=7");
  CHECK(text_of(0x50, "ff ff") == "PUBREC id=65535");
  CHECK(text_of(0x62, "01 00") == "PUBREL id=256");
  CHECK(text_of(0x70, "00 01") == "PUBCOMP id=1");
  CHECK(text_of(0xb0, "00 01") == "UNSUBACK id=1");
}

TEST_CASE("acknowledgements are exactly two bytes long") {
  for (const int first : {0x40, 0x50, 0x62, 0x70, 0xb0}) {
    for (const char* body : {"", "07", "00 07 00", "00 07 00 00"}) {
      INFO(first << ' ' << body);
      CHECK_THAT(text_of(first, body), StartsWith("malformed_packet"));
    }
  }
}

TEST_CASE("no acknowledgement is for packet id 0 [MQTT-2.3.1-1]") {
  for (const int first : {0x40, 0x50, 0x62, 0x70, 0xb0}) {
    CHECK_THAT(text_of(first, "00 00"), StartsWith("protocol_error") && Contains("MQTT-2.3.1-1"));
  }
}

TEST_CASE("SUBSCRIBE lists filters with their QoS") {
  CHECK(text_of(0x82, "00 0a 00 03 'a/b' 00 00 01 '#' 02 00 03 '+/x' 01") ==
        "SUBSCRIBE id=10 \"a/b\":0 \"#\":2 \"+/x\":1");
}

TEST_CASE("SUBSCRIBE and UNSUBSCRIBE have at least one filter [MQTT-3.8.3-3, 3.10.3-2]") {
  CHECK_THAT(text_of(0x82, "00 01"), StartsWith("protocol_error") && Contains("MQTT-3.8.3-3"));
  CHECK_THAT(text_of(0xa2, "00 01"), StartsWith("protocol_error") && Contains("3.10.3-2"));
}

TEST_CASE("SUBSCRIBE and UNSUBSCRIBE have an id other than 0 [MQTT-2.3.1-1]") {
  for (const char* id : {"00 00", "00 00 00 01 'a' 01"})
    CHECK_THAT(text_of(0x82, id), Contains("MQTT-2.3.1-1"));
  for (const char* id : {"00 00", "00 00 00 01 'a'"}) CHECK_THAT(text_of(0xa2, id), Contains("MQTT-2.3.1-1"));
  for (const char* cut : {"", "01"}) {
    CHECK_THAT(text_of(0x82, cut), StartsWith("malformed_packet"));
    CHECK_THAT(text_of(0xa2, cut), StartsWith("malformed_packet"));
  }
}

TEST_CASE("a subscription's options are QoS 0, 1 or 2 and nothing else [MQTT-3-8.3-4]") {
  for (int options = 0; options < 256; ++options) {
    auto bytes = support::wire("82 06 00 01 00 01 'a' 00");
    bytes.back() = static_cast<std::uint8_t>(options);
    const auto frame = mqtt::next_frame(bytes, 100).value().value();
    const auto packet = mqtt::decode(frame, Version::v311);
    INFO("options " << options);
    CHECK(packet.has_value() == (options <= 2));
    if (!packet) CHECK_THAT(support::error_text(packet.error()), Contains("MQTT-3-8.3-4"));
  }
}

TEST_CASE("a fault in a later entry refuses the whole SUBSCRIBE") {
  CHECK_THAT(text_of(0x82, "00 01 00 01 'a' 00 00 01 'b' 03"), Contains("MQTT-3-8.3-4"));
  CHECK_THAT(text_of(0x82, "00 01 00 01 'a' 00 00 02 'b#' 00"), StartsWith("topic_filter_invalid"));
}

TEST_CASE("a filter is UTF-8 without U+0000 [MQTT-3.8.3-1, 3.10.3-1]") {
  for (const char* filter : {"00 01 ff", "00 02 'a' 00", "00 03 ed bf bf"}) {
    INFO(filter);
    CHECK_THAT(text_of(0x82, "00 01 " + std::string(filter) + " 00"), Contains("MQTT-3.8.3-1"));
    CHECK_THAT(text_of(0xa2, "00 01 " + std::string(filter)), Contains("3.10.3-1"));
  }
}

TEST_CASE("a filter is not empty and has its wildcards in place [MQTT-4.7.1-2, 4.7.1-3, 4.7.3-1]") {
  for (const char* filter : {"00 00", "00 02 'a#'", "00 03 '#/a'", "00 02 'a+'", "00 02 '+a'"}) {
    INFO(filter);
    CHECK_THAT(text_of(0x82, "00 01 " + std::string(filter) + " 00"),
               StartsWith("topic_filter_invalid") && Contains("MQTT-4.7.1-2"));
    CHECK_THAT(text_of(0xa2, "00 01 " + std::string(filter)),
               StartsWith("topic_filter_invalid") && Contains("4.7.1-3"));
  }
}

TEST_CASE("a filter fits into its packet") {
  for (const char* rest : {"00", "00 02 'a'", "00 01 'a'", "ff ff 'a' 00", "00 01 'a' 00 00"}) {
    INFO(rest);
    CHECK_THAT(text_of(0x82, "00 01 " + std::string(rest)), StartsWith("malformed_packet"));
  }
  for (const char* rest : {"00", "00 02 'a'", "ff ff 'a'", "00 01 'a' 00"}) {
    INFO(rest);
    CHECK_THAT(text_of(0xa2, "00 01 " + std::string(rest)), StartsWith("malformed_packet"));
  }
}

TEST_CASE("UNSUBSCRIBE lists filters") {
  CHECK(text_of(0xa2, "00 0a 00 03 'a/b' 00 01 '#'") == "UNSUBSCRIBE id=10 \"a/b\" \"#\"");
}

TEST_CASE("PINGREQ, PINGRESP and DISCONNECT are empty") {
  CHECK(text_of(0xc0, "") == "PINGREQ");
  CHECK(text_of(0xd0, "") == "PINGRESP");
  CHECK(text_of(0xe0, "") == "DISCONNECT");
  for (const int first : {0xc0, 0xd0, 0xe0}) {
    CHECK_THAT(text_of(first, "00"), StartsWith("malformed_packet"));
  }
}

TEST_CASE("CONNACK has one flag and six codes [MQTT-3.2.2-4]") {
  CHECK(text_of(0x20, "01 00") == "CONNACK session_present=1 reason=success");
  CHECK(text_of(0x20, "00 05") == "CONNACK session_present=0 reason=not_authorized");
  for (const char* body : {"", "00", "00 00 00", "02 00", "80 00", "00 06", "00 ff"}) {
    INFO(body);
    CHECK_THAT(text_of(0x20, body), StartsWith("malformed_packet"));
  }
  CHECK_THAT(text_of(0x20, "01 05"), StartsWith("protocol_error") && Contains("MQTT-3.2.2-4"));
}

TEST_CASE("MQTT 3.1's CONNACK has no session present flag") {
  CHECK(text_of(0x20, "ff 00", Version::v31) == "CONNACK session_present=0 reason=success");
}

TEST_CASE("SUBACK has a code per filter [MQTT-3.9.3-1, 3.9.3-2]") {
  CHECK(text_of(0x90, "00 0a 00 01 02 80") ==
        "SUBACK id=10 success granted_qos_1 granted_qos_2 unspecified_error");
  CHECK_THAT(text_of(0x90, "00 0a 03"), Contains("MQTT-3.9.3-2"));
  CHECK_THAT(text_of(0x90, "00 0a 81"), Contains("MQTT-3.9.3-2"));
  CHECK_THAT(text_of(0x90, "00 0a"), StartsWith("protocol_error"));
  CHECK_THAT(text_of(0x90, "00 00 00"), Contains("MQTT-2.3.1-1"));
  CHECK_THAT(text_of(0x90, "00"), StartsWith("malformed_packet"));
}

TEST_CASE("packets of MQTT 5 are not guessed at") {
  CHECK_THAT(text_of(0x30, "00 01 'a' 00", Version::v5), StartsWith("unsupported_protocol_version"));
  CHECK_THAT(text_of(0xc0, "", Version::v5), StartsWith("unsupported_protocol_version"));
}

TEST_CASE("ack_id has an id for what decode takes for an acknowledgement, and for nothing else") {
  const auto is_ack = [](const auto& packet) {
    return packet &&
           (std::holds_alternative<mqtt::Puback>(*packet) || std::holds_alternative<mqtt::Pubrec>(*packet) ||
            std::holds_alternative<mqtt::Pubrel>(*packet) || std::holds_alternative<mqtt::Pubcomp>(*packet));
  };
  for (int first = 0x10; first < 0xf0; ++first) {
    for (const std::uint8_t body : std::initializer_list<std::uint8_t>{0, 1, 2, 3}) {
      for (const std::uint8_t last : std::initializer_list<std::uint8_t>{0, 7}) {
        std::vector<std::uint8_t> bytes = {static_cast<std::uint8_t>(first), body};
        bytes.resize(2U + body, 0);
        if (body > 0) bytes.back() = last;
        const auto frame = mqtt::next_frame(bytes, 100).value().value();
        if (frame.type == mqtt::PacketType::publish) continue;
        INFO(first << " " << int{body} << " " << int{last});
        REQUIRE((mqtt::ack_id(frame) == 7) == is_ack(mqtt::decode(frame, Version::v311)));
        REQUIRE((mqtt::ack_id(frame) == 7 || mqtt::ack_id(frame) == 0));
      }
    }
  }
}
