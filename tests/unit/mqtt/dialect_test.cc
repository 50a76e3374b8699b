// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/dialect.h"

#include <catch2/catch.hpp>

#include "broker/mqtt/reason.h"
#include "tests/support/packet_text.h"
#include "tests/support/wire.h"

using mqtt::connack_code;
using mqtt::connack_reason;
using mqtt::Reason;
using mqtt::suback_code;
using mqtt::suback_reason;
using mqtt::Version;

namespace {

std::vector<std::uint8_t> refusal(std::uint8_t level) {
  const base::Bytes bytes = mqtt::refusal_of_level(level);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("a refusal has the return code of table 3.1") {
  for (const Version version : {Version::v31, Version::v311}) {
    CHECK(connack_code(Reason::success, version) == 0x00);
    CHECK(connack_code(Reason::unsupported_protocol_version, version) == 0x01);
    CHECK(connack_code(Reason::client_identifier_not_valid, version) == 0x02);
    CHECK(connack_code(Reason::server_unavailable, version) == 0x03);
    CHECK(connack_code(Reason::server_shutting_down, version) == 0x03);
    CHECK(connack_code(Reason::quota_exceeded, version) == 0x03);
    CHECK(connack_code(Reason::bad_user_name_or_password, version) == 0x04);
    CHECK(connack_code(Reason::not_authorized, version) == 0x05);
  }
}

TEST_CASE("a reason without a return code is not said [MQTT-3.2.2-6]") {
  for (const Reason reason :
       {Reason::malformed_packet, Reason::protocol_error, Reason::packet_too_large,
        Reason::topic_name_invalid, Reason::session_taken_over, Reason::unspecified_error}) {
    INFO(mqtt::reason_name(reason));
    CHECK(connack_code(reason, Version::v311) == std::nullopt);
    CHECK(connack_code(reason, Version::v31) == std::nullopt);
  }
}

TEST_CASE("a return code is understood as the reason it is made from") {
  for (std::uint8_t code = 0; code <= 5; ++code) {
    REQUIRE(connack_reason(code));
    CHECK(connack_code(*connack_reason(code), Version::v311) == code);
  }
  CHECK(connack_reason(3) == Reason::server_unavailable);
  CHECK(connack_reason(6) == std::nullopt);
  CHECK(connack_reason(0x84) == std::nullopt);
}

TEST_CASE("SUBACK says 0, 1, 2 or 0x80 [MQTT-3.9.3-2]") {
  CHECK(suback_code(Reason::success, Version::v311) == 0);
  CHECK(suback_code(Reason::granted_qos_1, Version::v311) == 1);
  CHECK(suback_code(Reason::granted_qos_2, Version::v311) == 2);
  CHECK(suback_code(Reason::not_authorized, Version::v311) == 0x80);
  CHECK(suback_code(Reason::quota_exceeded, Version::v311) == 0x80);
}

TEST_CASE("a 3.1 client hears QoS 0 for a refused subscription") {
  CHECK(suback_code(Reason::granted_qos_2, Version::v31) == 2);
  CHECK(suback_code(Reason::not_authorized, Version::v31) == 0);
}

TEST_CASE("SUBACK's codes are understood per version") {
  CHECK(suback_reason(0, Version::v31) == Reason::success);
  CHECK(suback_reason(2, Version::v311) == Reason::granted_qos_2);
  CHECK(suback_reason(0x80, Version::v311) == Reason::unspecified_error);
  CHECK(suback_reason(0x80, Version::v31) == std::nullopt);
  CHECK(suback_reason(3, Version::v311) == std::nullopt);
  CHECK(suback_reason(0x87, Version::v311) == std::nullopt);
}

TEST_CASE("MQTT 5 hears the reason itself") {
  CHECK(connack_code(Reason::malformed_packet, Version::v5) == 0x81);
  CHECK(suback_code(Reason::not_authorized, Version::v5) == 0x87);
}

TEST_CASE("level 5 is refused in MQTT 5's form, every other level in 3.1.1's [MQTT-3.1.2-2]") {
  CHECK(refusal(5) == support::wire("20 03 00 84 00"));
  for (const int level : {0, 1, 2, 3, 4, 6, 0x83, 0x84, 255}) {
    INFO(level);
    CHECK(refusal(static_cast<std::uint8_t>(level)) == support::wire("20 02 00 01"));
  }
}
