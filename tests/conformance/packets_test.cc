// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/packets.h"

#include <catch2/catch.hpp>

namespace {

std::string spelled(std::string_view packet) {
  const auto text = conformance::spell_packet(packet, "me");
  return text ? *text : "error: " + text.error();
}

}  // namespace

TEST_CASE("a packet's name stands for its bytes") {
  CHECK(spelled("CONNECT") == "10 {('MQTT') 04 02 00 00 ('me')}");
  CHECK(spelled("CONNECT id='' clean=0 keepalive=300") == "10 {('MQTT') 04 00 01 2c ('')}");
  CHECK(spelled("CONNECT will=w/t will_payload='a b' will_qos=2 will_retain=1") ==
        "10 {('MQTT') 04 36 00 00 ('me') ('w/t') ('a b')}");
  CHECK(spelled("CONNECT user=u password=p version=3.1") == "10 {('MQIsdp') 03 c2 00 00 ('me') ('u') ('p')}");
  CHECK(spelled("CONNACK present=1") == "20 {01 00}");
  CHECK(spelled("CONNACK code=2") == "20 {00 02}");
  CHECK(spelled("PUBLISH a/b 'hi'") == "30 {('a/b') 'hi'}");
  CHECK(spelled("PUBLISH t '' qos=2 id=258 retain=1 dup=1") == "3d {('t') 01 02 ''}");
  CHECK(spelled("PUBLISH t x qos=1 id=<m>") == "32 {('t') <m> 'x'}");
  CHECK(spelled("PUBACK 7") == "40 {00 07}");
  CHECK(spelled("PUBREC <m>") == "50 {<m>}");
  CHECK(spelled("PUBREL 7") == "62 {00 07}");
  CHECK(spelled("PUBCOMP 7") == "70 {00 07}");
  CHECK(spelled("SUBSCRIBE 1 a/+:0 #:2") == "82 {00 01 ('a/+') 00 ('#') 02}");
  CHECK(spelled("SUBACK 1 00 80") == "90 {00 01 00 80}");
  CHECK(spelled("UNSUBSCRIBE 1 a 'b c'") == "a2 {00 01 ('a') ('b c')}");
  CHECK(spelled("UNSUBACK 1") == "b0 {00 01}");
  CHECK(spelled("PINGREQ") == "c0 00");
  CHECK(spelled("PINGRESP") == "d0 00");
  CHECK(spelled("DISCONNECT") == "e0 00");
}

TEST_CASE("bytes are left as they are, also where they look like letters") {
  CHECK(spelled("C0 00") == "C0 00");
  CHECK(spelled("'PUBLISH'") == "'PUBLISH'");
}

TEST_CASE("several packets go into one write, a + inside quotes is text") {
  const auto pattern = conformance::parse_packets("PINGREQ + PUBLISH t ' + ' + e0 00", "me");
  REQUIRE(pattern);
  REQUIRE(pattern->size() == 1);
  const std::vector<std::uint8_t> expected = {0xc0, 0x00, 0x30, 0x06, 0, 1, 't', ' ', '+', ' ', 0xe0, 0x00};
  CHECK(pattern->front().bytes == expected);
}

TEST_CASE("what a packet does not take or lacks is an error that names it") {
  CHECK(spelled("") == "error: no bytes");
  CHECK(spelled("PUBLISCH t x") == "error: no packet is called PUBLISCH");
  CHECK(spelled("PUBLISH t") == "error: PUBLISH: something is missing at its end");
  CHECK(spelled("PUBLISH t x y") == "error: PUBLISH: too much: y");
  CHECK(spelled("PUBLISH t x colour=1") == "error: PUBLISH: does not take colour=");
  CHECK(spelled("PUBLISH t x id=7") == "error: PUBLISH: does not take id=");
  CHECK(spelled("PUBACK x") == "error: PUBACK: not a number: x");
  CHECK(spelled("PUBACK 65536") == "error: PUBACK: not a number: 65536");
  CHECK(spelled("SUBSCRIBE 1 t") == "error: SUBSCRIBE: no QoS behind t");
  CHECK(spelled("PINGREQ 1") == "error: PINGREQ: too much: 1");
}
