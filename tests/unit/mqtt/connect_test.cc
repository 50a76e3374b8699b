// SPDX-License-Identifier: Apache-2.0
// CONNECT, the packet with the most clauses; the others are in decode_test.cc.
#include <catch2/catch.hpp>

#include "broker/mqtt/decode.h"
#include "tests/support/packet_text.h"
#include "tests/support/wire.h"

using Catch::Contains;
using Catch::StartsWith;
using mqtt::Version;

namespace {

/// The packet in words, or its error.
std::string connect(std::string_view body, std::uint8_t first = 0x10) {
  const auto bytes = support::wire_packet(first, body);
  const auto frame = mqtt::next_frame(bytes, bytes.size()).value().value();
  const auto packet = mqtt::decode(frame, Version::v311);
  return packet ? support::packet_text(*packet) : support::error_text(packet.error());
}

/// MQTT 3.1.1, these flags, keep-alive 60, this payload.
std::string with_flags(std::string_view flags, std::string_view payload) {
  return connect("00 04 'MQTT' 04 " + std::string(flags) + " 00 3c " + std::string(payload));
}
std::string with_flags_v31(std::string_view flags, std::string_view payload) {
  return connect("00 06 'MQIsdp' 03 " + std::string(flags) + " 00 3c " + std::string(payload));
}

const std::string decoded = "CONNECT ";

}  // namespace

TEST_CASE("CONNECT with every field is read in its order [MQTT-3.1.3-1]") {
  CHECK(with_flags("f6", "00 02 'id' 00 01 'w' 00 02 00 ff 00 04 'user' 00 03 00 01 02") ==
        "CONNECT version=4 clean_start=1 expiry=0 keepalive=60 client_id=\"id\" will.topic=\"w\" will.qos=2 "
        "will.retain=1 will.payload=\"\\x00\\xff\" user_name=\"user\" password=\"\\x00\\x01\\x02\"");
}

TEST_CASE("clean session 0 is a session that never expires") {
  CHECK(with_flags("00", "00 01 'a'") ==
        "CONNECT version=4 clean_start=0 expiry=4294967295 keepalive=60 client_id=\"a\"");
}

TEST_CASE("MQTT 3.1 is served under its own name") {
  CHECK(with_flags_v31("02", "00 01 'a'") ==
        "CONNECT version=3 clean_start=1 expiry=0 keepalive=60 client_id=\"a\"");
}

TEST_CASE("an empty client id decodes: the session judges it [MQTT-3.1.3-6, 3.1.3-7]") {
  CHECK_THAT(with_flags("02", "00 00"), StartsWith(decoded));
  CHECK_THAT(with_flags("00", "00 00"), StartsWith(decoded));
}

TEST_CASE("a client id of 65,535 bytes decodes") {
  const std::string id(65535, 'x');
  CHECK_THAT(with_flags("02", "ff ff '" + id + "'"), StartsWith(decoded) && Contains(id));
}

TEST_CASE("an empty will message, user name and password are present and empty") {
  CHECK(with_flags("c6", "00 01 'a' 00 01 'w' 00 00 00 00 00 00") ==
        "CONNECT version=4 clean_start=1 expiry=0 keepalive=60 client_id=\"a\" will.topic=\"w\" will.qos=0 "
        "will.retain=0 will.payload=\"\" user_name=\"\" password=\"\"");
}

TEST_CASE("CONNECT's own flags are 0 [MQTT-2.2.2-2]") {
  for (int flags = 1; flags <= 15; ++flags) {
    CHECK_THAT(connect("00 04 'MQTT' 04 02 00 3c 00 01 'a'", static_cast<std::uint8_t>(0x10 | flags)),
               StartsWith("malformed_packet") && Contains("MQTT-2.2.2-2"));
  }
}

TEST_CASE("an unknown protocol name is closed without a word [MQTT-3.1.2-1]") {
  for (const char* name : {"00 04 'mqtt'", "00 04 'MQTX'", "00 05 'MQTT1'", "00 03 'MQT'", "00 00",
                           "00 06 'MQISDP'", "00 06 'MQTT' 00 00"}) {
    INFO(name);
    CHECK_THAT(connect(std::string(name) + " 04 02 00 3c 00 01 'a'"),
               StartsWith("malformed_packet") && Contains("MQTT-3.1.2-1"));
  }
}

TEST_CASE("a level that does not go with its name is unsupported [MQTT-3.1.2-2]") {
  for (const char* protocol : {"00 04 'MQTT' 03", "00 04 'MQTT' 05", "00 04 'MQTT' 00", "00 04 'MQTT' 84",
                               "00 04 'MQTT' ff", "00 06 'MQIsdp' 04", "00 06 'MQIsdp' 83"}) {
    INFO(protocol);
    CHECK_THAT(connect(std::string(protocol) + " 02 00 3c 00 01 'a'"),
               StartsWith("unsupported_protocol_version") && Contains("MQTT-3.1.2-2"));
  }
}

TEST_CASE("a CONNECT of an unsupported level is refused whatever follows its level") {
  CHECK_THAT(connect("00 04 'MQTT' 05"), StartsWith("unsupported_protocol_version"));
  CHECK_THAT(connect("00 04 'MQTT' 06 ff ff ff"), StartsWith("unsupported_protocol_version"));
}

TEST_CASE("the level that was refused can be asked for") {
  const auto bytes = support::wire_packet(0x10, "00 04 'MQTT' 05 02");
  CHECK(mqtt::connect_level(mqtt::next_frame(bytes, 100).value().value()) == 5);
  const auto bridge = support::wire_packet(0x10, "00 06 'MQIsdp' 83");
  CHECK(mqtt::connect_level(mqtt::next_frame(bridge, 100).value().value()) == 0x83);
  const auto cut = support::wire_packet(0x10, "00 04 'MQTT'");
  CHECK(mqtt::connect_level(mqtt::next_frame(cut, 100).value().value()) == 0);
}

TEST_CASE("the reserved connect flag is 0 [MQTT-3.1.2-3]") {
  CHECK_THAT(with_flags("03", "00 01 'a'"), StartsWith("malformed_packet") && Contains("MQTT-3.1.2-3"));
  CHECK_THAT(with_flags("01", "00 01 'a'"), Contains("MQTT-3.1.2-3"));
}

TEST_CASE("MQTT 3.1 has no rule for the reserved connect flag") {
  CHECK_THAT(with_flags_v31("03", "00 01 'a'"), StartsWith(decoded));
}

TEST_CASE("will QoS without a will is malformed [MQTT-3.1.2-13]") {
  for (const char* flags : {"0a", "12"})
    CHECK_THAT(with_flags(flags, "00 01 'a'"), Contains("MQTT-3.1.2-13"));
  for (const char* flags : {"0a", "12"})
    CHECK_THAT(with_flags_v31(flags, "00 01 'a'"), Contains("MQTT-3.1.2-13"));
}

TEST_CASE("will QoS 3 is malformed [MQTT-3.1.2-14]") {
  CHECK_THAT(with_flags("1e", "00 01 'a' 00 01 'w' 00 00"), Contains("MQTT-3.1.2-14"));
  CHECK_THAT(with_flags("1a", "00 01 'a'"), Contains("MQTT-3.1.2-14"));
  CHECK_THAT(with_flags_v31("1e", "00 01 'a' 00 01 'w' 00 00"), Contains("MQTT-3.1.2-14"));
}

TEST_CASE("will retain without a will is malformed [MQTT-3.1.2-15]") {
  CHECK_THAT(with_flags("22", "00 01 'a'"), Contains("MQTT-3.1.2-15"));
}

TEST_CASE("a password without a user name is malformed in both versions [MQTT-3.1.2-22]") {
  CHECK_THAT(with_flags("42", "00 01 'a' 00 01 'p'"), Contains("MQTT-3.1.2-22"));
  CHECK_THAT(with_flags_v31("42", "00 01 'a' 00 01 'p'"), Contains("MQTT-3.1.2-22"));
}

TEST_CASE("every legal combination of connect flags wants exactly its fields [MQTT-3.1.2-9, 18..21]") {
  for (int flags = 0; flags < 256; ++flags) {
    const bool has_will = (flags & 0x04) != 0;
    const int will_qos = (flags >> 3) & 3;
    const bool is_legal = (flags & 0x01) == 0 && will_qos != 3 && (has_will || (flags & 0x38) == 0) &&
                          ((flags & 0x80) != 0 || (flags & 0x40) == 0);
    constexpr std::string_view digits = "0123456789abcdef";
    const std::string flag_words = {digits[static_cast<std::size_t>(flags >> 4)],
                                    digits[static_cast<std::size_t>(flags & 15)]};
    std::string payload = "00 01 'a'";
    if (has_will) payload += " 00 01 'w' 00 01 'm'";
    if ((flags & 0x80) != 0) payload += " 00 01 'u'";
    if ((flags & 0x40) != 0) payload += " 00 01 'p'";
    INFO("flags " << flag_words);
    CHECK((with_flags(flag_words, payload).substr(0, decoded.size()) == decoded) == is_legal);
    CHECK_THAT(with_flags(flag_words, payload + " 00"), StartsWith("malformed_packet"));
  }
}

TEST_CASE("bytes after the last field are malformed [MQTT-3.1.2-18, 3.1.2-20]") {
  CHECK_THAT(with_flags("02", "00 01 'a' 00 04 'user'"), Contains("MQTT-3.1.2-18"));
  CHECK_THAT(with_flags("82", "00 01 'a' 00 01 'u' 00 01 'p'"), Contains("3.1.2-20"));
  CHECK_THAT(with_flags_v31("02", "00 01 'a' 00"), StartsWith("malformed_packet"));
}

TEST_CASE("a CONNECT that ends early is malformed at every length, and never half read [MQTT-3.1.4-1]") {
  const auto whole =
      support::wire("00 04 'MQTT' 04 f6 00 3c 00 02 'id' 00 01 'w' 00 02 'mm' 00 04 'user' 00 02 'pw'");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::vector<std::uint8_t> bytes = {0x10, static_cast<std::uint8_t>(size)};
    bytes.insert(bytes.end(), whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const auto packet = mqtt::decode(mqtt::next_frame(bytes, 100).value().value(), Version::v311);
    INFO("body of " << size << " bytes");
    REQUIRE_FALSE(packet);
    CHECK(packet.error().reason == mqtt::Reason::malformed_packet);
  }
}

TEST_CASE("an inner length beyond the packet is malformed") {
  CHECK_THAT(with_flags("02", "ff ff 'a'"), StartsWith("malformed_packet"));
  CHECK_THAT(with_flags("06", "00 01 'a' 00 01 'w' ff ff"), StartsWith("malformed_packet"));
}

TEST_CASE("MQTT 3.1 lets a flagged user name or password be missing at the end") {
  CHECK(with_flags_v31("c2", "00 01 'a'") ==
        "CONNECT version=3 clean_start=1 expiry=0 keepalive=60 client_id=\"a\"");
  CHECK(with_flags_v31("c2", "00 01 'a' 00 01 'u'") ==
        "CONNECT version=3 clean_start=1 expiry=0 keepalive=60 client_id=\"a\" user_name=\"u\"");
  CHECK_THAT(with_flags_v31("c2", "00 01 'a' 00"), StartsWith("malformed_packet"));
  CHECK_THAT(with_flags("c2", "00 01 'a' 00 01 'u'"), StartsWith("malformed_packet"));
}

TEST_CASE("a client id is UTF-8 without U+0000 [MQTT-3.1.3-4, 1.5.3-1, 1.5.3-2]") {
  for (const char* id : {"00 01 ff", "00 01 00", "00 03 ed a0 80", "00 02 c0 80"}) {
    INFO(id);
    CHECK_THAT(with_flags("02", id), StartsWith("malformed_packet") && Contains("MQTT-3.1.3-4"));
  }
}

TEST_CASE("a will topic is UTF-8 [MQTT-3.1.3-10]") {
  CHECK_THAT(with_flags("06", "00 01 'a' 00 01 ff 00 00"), Contains("MQTT-3.1.3-10"));
  CHECK_THAT(with_flags("06", "00 01 'a' 00 01 00 00 00"), Contains("MQTT-3.1.3-10"));
}

TEST_CASE("a will topic is a topic: not empty, no wildcard [MQTT-4.7.3-1, 4.7.1-1]") {
  for (const char* topic : {"00 00", "00 01 '#'", "00 03 'a/+'", "00 02 'a+'"}) {
    INFO(topic);
    CHECK_THAT(with_flags("06", "00 01 'a' " + std::string(topic) + " 00 00"),
               StartsWith("topic_name_invalid") && Contains("4.7.3-1"));
  }
}

TEST_CASE("a user name is UTF-8 [MQTT-3.1.3-11]") {
  CHECK_THAT(with_flags("82", "00 01 'a' 00 02 c3 28"), Contains("MQTT-3.1.3-11"));
  CHECK_THAT(with_flags("82", "00 01 'a' 00 01 00"), Contains("MQTT-3.1.3-11"));
}

TEST_CASE("will message and password are bytes, not text") {
  CHECK_THAT(with_flags("c6", "00 01 'a' 00 01 'w' 00 01 ff 00 01 'u' 00 02 ff 00"), StartsWith(decoded));
}

TEST_CASE("a CONNECT is read the same whatever version the connection is said to have") {
  const auto bytes = support::wire_packet(0x10, "00 06 'MQIsdp' 03 02 00 3c 00 01 'a'");
  const auto frame = mqtt::next_frame(bytes, 100).value().value();
  for (const Version version : {Version::v31, Version::v311, Version::v5}) {
    CHECK_THAT(support::packet_text(mqtt::decode(frame, version).value()), StartsWith("CONNECT version=3"));
  }
}
