// SPDX-License-Identifier: Apache-2.0
// The rules of the devices' decoder, each with bytes on both sides of it.
#include "mesh/wire_check.h"

#include <string>

#include <catch2/catch.hpp>

#include "mesh/wire_rules.h"
#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

constexpr WireVerdict plain = WireVerdict::plain;
constexpr WireVerdict unusual = WireVerdict::unusual;
constexpr WireVerdict refused = WireVerdict::refused;

WireVerdict check(const MessageRule& rule, std::string_view hex) {
  return check_wire(base::as_bytes(from_hex(hex)), rule);
}

std::string field(std::uint32_t number, std::string_view content) {
  std::string out;
  out.push_back(static_cast<char>(number << 3 | 2));
  if (content.size() > 127) {
    out.push_back(static_cast<char>((content.size() & 0x7f) | 0x80));
    out.push_back(static_cast<char>(content.size() >> 7));
  } else {
    out.push_back(static_cast<char>(content.size()));
  }
  return out.append(content);
}

bool takes(const MessageRule& rule, const std::string& bytes) {
  return check_wire(base::as_bytes(bytes), rule) != WireVerdict::refused;
}

/// What a device reads of it, as the usual library writes it again.
template <class Message>
std::string reread(const MessageRule& rule, const std::string& bytes) {
  std::string scratch;
  const auto wire = readable_wire(base::as_bytes(bytes), rule, scratch);
  Message message;
  if (!wire || !message.ParseFromArray(wire->data(), static_cast<int>(wire->size()))) return "refused";
  return to_hex(message.SerializeAsString());
}

TEST_CASE("an empty message is a message") { CHECK(check(position_rule, "") == plain); }

TEST_CASE("a known field with another wire type is refused") {
  CHECK(check(position_rule, "0d01000000") == plain);
  CHECK(check(position_rule, "0805") == refused);
  CHECK(check(position_rule, "0a00") == refused);
  CHECK(check(waypoint_rule, "0a0178") == refused);
  CHECK(check(telemetry_rule, "1203120178") == refused);
}

TEST_CASE("unknown fields are skipped whatever they hold") {
  CHECK(check(paxcount_rule, "7806") == plain);
  CHECK(check(paxcount_rule, "7a03ffffff") == plain);
  CHECK(check(paxcount_rule, "7d01020304") == plain);
  CHECK(check(paxcount_rule, "790102030405060708") == plain);
  CHECK(check(paxcount_rule, "fa7f00") == plain);
}

TEST_CASE("groups and wire types that do not exist are refused, also in unknown fields") {
  CHECK(check(paxcount_rule, "7b08017c") == refused);
  CHECK(check(paxcount_rule, "7c") == refused);
  CHECK(check(paxcount_rule, "7e") == refused);
  CHECK(check(paxcount_rule, "7f") == refused);
}

TEST_CASE("field number 0 is refused") {
  CHECK(check(paxcount_rule, "00") == refused);
  CHECK(check(paxcount_rule, "0501020304") == refused);
}

TEST_CASE("whatever is cut off is refused") {
  CHECK(check(position_rule, "0d010000") == refused);
  CHECK(check(position_rule, "18") == refused);
  CHECK(check(position_rule, "1880") == refused);
  CHECK(check(user_rule, "0a0541") == refused);
  CHECK(check(user_rule, "0a") == refused);
  CHECK(check(paxcount_rule, "7903") == refused);
  CHECK(check(telemetry_rule, "1202150000") == refused);
  CHECK(check(telemetry_rule, "12021500") == refused);
}

TEST_CASE("an unsigned number must fit its C type") {
  CHECK(check(position_rule, "58ffffffff0f") == plain);
  CHECK(check(position_rule, "588080808010") == refused);
  CHECK(check(position_rule, "58ffffffffffffffffff01") == refused);
  CHECK(check(data_rule, "48ff01") == plain);
  CHECK(check(data_rule, "488002") == refused);
  CHECK(check(telemetry_rule, "1a0438ffff03") == plain);
  CHECK(check(telemetry_rule, "1a0438808004") == refused);
  CHECK(check(telemetry_rule, "1a04a801ff01") == plain);
  CHECK(check(telemetry_rule, "1a04a8018002") == refused);
}

TEST_CASE("a signed number is cut to 32 bits first") {
  CHECK(check(position_rule, "18ffffffffffffffffff01") == plain);
  CHECK(check(position_rule, "18ccfdffff0f") == plain);
  CHECK(check(position_rule, "18ffffffffff01") == plain);
  CHECK(check(position_rule, "18ffffffffffffffffff02") == refused);
}

TEST_CASE("signal ratios of a route must fit eight bits") {
  CHECK(check(route_discovery_rule, "1080ffffffffffffffff01") == plain);
  CHECK(check(route_discovery_rule, "10fffeffffffffffffff01") == refused);
  CHECK(check(route_discovery_rule, "107f") == plain);
  CHECK(check(route_discovery_rule, "108001") == refused);
}

TEST_CASE("a zigzag number must fit 32 bits") {
  CHECK(check(position_rule, "48ffffffff0f") == plain);
  CHECK(check(position_rule, "48feffffff0f") == plain);
  CHECK(check(position_rule, "488080808010") == refused);
  CHECK(check(position_rule, "488180808010") == refused);
}

TEST_CASE("64-bit numbers may use all ten bytes, but not more bits") {
  CHECK(check(hardware_message_rule, "10ffffffffffffffffff01") == plain);
  CHECK(check(hardware_message_rule, "10ffffffffffffffffff02") == refused);
  CHECK(check(hardware_message_rule, "10ffffffffffffffffff8100") == refused);
  CHECK(check(hardware_message_rule, "10808080808080808080808000") == refused);
}

TEST_CASE("a bool is a 32-bit varint") {
  CHECK(check(data_rule, "1801") == plain);
  CHECK(check(data_rule, "18ffffffff0f") == plain);
  CHECK(check(data_rule, "18ffffffff10") == refused);
  CHECK(check(data_rule, "18ffffffff7f") == plain);
  CHECK(check(data_rule, "18ffffffffffffffffff01") != refused);
  CHECK(check(data_rule, "18ffffffffffffffffff02") == refused);
  CHECK(check(data_rule, "188080808008ff01") == refused);
  CHECK(check(data_rule, "188080808088ffffffff01") != refused);
  CHECK(check(data_rule, "188080808080808080808000") == refused);
}

TEST_CASE("tags and lengths may carry padding of up to ten bytes, which the library gets without") {
  CHECK(check(paxcount_rule,
              "88808000"
              "05") == plain);
  CHECK(check(paxcount_rule,
              "888080808000"
              "05") == unusual);
  CHECK(check(paxcount_rule,
              "88808080808080808000"
              "05") == unusual);
  CHECK(check(paxcount_rule,
              "8880808080808080808000"
              "05") == refused);
  CHECK(reread<proto::Paxcount>(paxcount_rule, from_hex("88808080800005")) == "0805");
  CHECK(reread<proto::User>(user_rule, from_hex("0a8280808080004142")) == "0a024142");
}

TEST_CASE("an unknown varint may go on for ever, which the library never sees") {
  const std::string bytes = from_hex(
      "0805"
      "78"
      "ffffffffffffffffffffffffffffff01"
      "1006");
  CHECK(check_wire(base::as_bytes(bytes), paxcount_rule) == unusual);
  CHECK(reread<proto::Paxcount>(paxcount_rule, bytes) == "08051006");
}

TEST_CASE("strings end at their limit") {
  CHECK(takes(user_rule, field(2, std::string(39, 'a'))));
  CHECK_FALSE(takes(user_rule, field(2, std::string(40, 'a'))));
  CHECK(takes(user_rule, field(3, "abcd")));
  CHECK_FALSE(takes(user_rule, field(3, "abcde")));
  CHECK(takes(waypoint_rule, field(6, std::string(29, 'a'))));
  CHECK_FALSE(takes(waypoint_rule, field(6, std::string(30, 'a'))));
  CHECK(takes(waypoint_rule, field(7, std::string(99, 'a'))));
  CHECK_FALSE(takes(waypoint_rule, field(7, std::string(100, 'a'))));
  CHECK(takes(map_report_rule, field(1, std::string(24, 'a'))));
  CHECK_FALSE(takes(map_report_rule, field(1, std::string(25, 'a'))));
  CHECK(takes(service_envelope_rule, field(2, std::string(500, 'a'))));
}

TEST_CASE("bytes end at their limit, which a device's padding may move by one") {
  CHECK(takes(data_rule, field(2, std::string(234, 'y'))));
  CHECK_FALSE(takes(data_rule, field(2, std::string(235, 'y'))));
  CHECK(takes(user_rule, field(8, std::string(32, 'k'))));
  CHECK_FALSE(takes(user_rule, field(8, std::string(33, 'k'))));
  const auto encrypted = [](std::size_t size) { return field(1, field(5, std::string(size, 'e'))); };
  CHECK(takes(service_envelope_rule, encrypted(256)));
  CHECK_FALSE(takes(service_envelope_rule, encrypted(257)));
}

TEST_CASE("bytes of a fixed length have it or none") {
  CHECK(takes(user_rule, field(4, "")));
  CHECK(takes(user_rule, field(4, "123456")));
  CHECK_FALSE(takes(user_rule, field(4, "12345")));
  CHECK_FALSE(takes(user_rule, field(4, "1234567")));
}

TEST_CASE("a string must be UTF-8 up to its first NUL, and no noncharacter U+FFFE or U+FFFF") {
  CHECK(takes(user_rule, field(2, "Küche 😀")));
  CHECK(takes(user_rule, field(2, std::string("ab\0\xff", 4))));
  CHECK_FALSE(takes(user_rule, field(2, "ab\xff")));
  CHECK_FALSE(takes(user_rule, field(2, "\xc0\x80")));
  CHECK_FALSE(takes(user_rule, field(2, "\xed\xa0\x80")));
  CHECK_FALSE(takes(user_rule, field(2, "\xf4\x90\x80\x80")));
  CHECK_FALSE(takes(user_rule, field(2, "\xef\xbf\xbe")));
  CHECK_FALSE(takes(user_rule, field(2, "\xef\xbf\xbf")));
  CHECK(takes(user_rule, field(2, "\xef\xbf\xbd")));
  CHECK_FALSE(takes(user_rule, field(2, "\xe2\x82")));
  CHECK(reread<proto::User>(user_rule, field(2, std::string("ab\0\xff", 4))) == "1204616200ff");
}

TEST_CASE("a list has at most as many items as its array") {
  std::string ten;
  for (int i = 0; i < 10; ++i) ten += field(4, from_hex("0801"));
  CHECK(takes(neighbor_info_rule, ten));
  CHECK_FALSE(takes(neighbor_info_rule, ten + field(4, from_hex("0801"))));
  CHECK(takes(route_discovery_rule, field(1, std::string(32, 'n'))));
  CHECK_FALSE(takes(route_discovery_rule, field(1, std::string(36, 'n'))));
}

TEST_CASE("numbers of a list come packed, one by one, or both, and are counted together") {
  const std::string single = from_hex("0d01000000");
  const std::string packed_seven = field(1, std::string(28, 'n'));
  CHECK(takes(route_discovery_rule, packed_seven + single));
  CHECK(takes(route_discovery_rule, single + packed_seven));
  CHECK_FALSE(takes(route_discovery_rule, packed_seven + single + single));
  CHECK_FALSE(takes(route_discovery_rule, field(1, "12345")));
  CHECK_FALSE(takes(route_discovery_rule, from_hex("0801")));
  CHECK(takes(route_discovery_rule, from_hex("1203010203"
                                             "1004")));
}

TEST_CASE("a nested message is judged by its own rules") {
  CHECK(check(telemetry_rule,
              "32043880800"
              "4") == refused);
  CHECK(check(telemetry_rule, "320438ffff03") == plain);
  CHECK(check(telemetry_rule, "3a03088002") == refused);
  CHECK(check(telemetry_rule, "3a0308ff01") == plain);
  CHECK(takes(telemetry_rule, field(8, field(9, "200 days"))));
  CHECK_FALSE(takes(telemetry_rule, field(8, field(9, std::string(200, 'd')))));
}

TEST_CASE("a second packet replaces the first in an envelope") {
  const std::string first = field(1, from_hex("0d01000000"
                                              "1d02000000"
                                              "1801")
                                         .substr(0, 5));
  const std::string second = field(1, from_hex("3507000000"));
  CHECK(check_wire(base::as_bytes(first + second), service_envelope_rule) == unusual);
  CHECK(reread<proto::ServiceEnvelope>(service_envelope_rule, first + second) == to_hex(second));
}

TEST_CASE("a second message of the same telemetry variant is merged, another variant takes its place") {
  const std::string one = field(2, from_hex("0801"));
  const std::string two = field(2, from_hex("2802"));
  const std::string other = field(3, from_hex("0d0000803f"));
  CHECK(reread<proto::Telemetry>(telemetry_rule, one + two) == "120408012802");
  CHECK(reread<proto::Telemetry>(telemetry_rule, one + other) == to_hex(other));
  CHECK(reread<proto::Telemetry>(telemetry_rule, one + other + two) == to_hex(two));
}

TEST_CASE("a field that came after firmware 2.7.26 is skipped with any content and hidden from the library") {
  const std::string bytes = from_hex(
      "0805"
      "4a03ffffff");
  CHECK(check_wire(base::as_bytes(bytes), waypoint_rule) == unusual);
  CHECK(reread<proto::Waypoint>(waypoint_rule, bytes) == "0805");
}

}  // namespace
}  // namespace mesh::test
