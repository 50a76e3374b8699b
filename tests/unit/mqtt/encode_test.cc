// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/encode.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/wire.h"

using mqtt::PacketType;
using mqtt::Qos;
using mqtt::Reason;
using mqtt::Version;
using support::wire;

namespace {

using Octets = std::vector<std::uint8_t>;

Octets encoded(const mqtt::Packet& packet, Version version = Version::v311) {
  base::Buffer out;
  mqtt::encode(packet, version, out);
  return {out.bytes().begin(), out.bytes().end()};
}

mqtt::Publish publish_of(std::string_view topic, base::Bytes payload = {}) {
  mqtt::Publish publish;
  publish.topic = topic;
  publish.payload = payload;
  return publish;
}

Octets head_of(const mqtt::Publish& publish) {
  Octets head(mqtt::publish_head_size(publish));
  mqtt::write_publish_head(publish, head);
  return head;
}

Octets octets(const std::array<std::uint8_t, 4>& frame) { return {frame.begin(), frame.end()}; }

}  // namespace

TEST_CASE("CONNECT is written field by field") {
  mqtt::Connect connect;
  connect.keepalive_s = 60;
  connect.client_id = "id";
  CHECK(encoded(connect) == wire("10 0e 00 04 'MQTT' 04 02 00 3c 00 02 'id'"));
  const Octets payload = {0xff};
  connect.clean_start = false;
  connect.will = mqtt::Will{.topic = "w", .payload = payload, .qos = Qos::exactly_once, .retain = true};
  connect.user_name = "u";
  connect.password = payload;
  CHECK(encoded(connect) ==
        wire("10 1a 00 04 'MQTT' 04 f4 00 3c 00 02 'id' 00 01 'w' 00 01 ff 00 01 'u' 00 01 ff"));
}

TEST_CASE("CONNECT brings its own version") {
  mqtt::Connect connect;
  connect.version = Version::v31;
  connect.client_id = "id";
  CHECK(encoded(connect, Version::v311) == wire("10 10 00 06 'MQIsdp' 03 02 00 00 00 02 'id'"));
}

TEST_CASE("CONNACK says session present to 3.1.1 only, and never beside a refusal [MQTT-3.2.2-4]") {
  CHECK(encoded(mqtt::Connack{true, Reason::success}) == wire("20 02 01 00"));
  CHECK(encoded(mqtt::Connack{true, Reason::success}, Version::v31) == wire("20 02 00 00"));
  CHECK(encoded(mqtt::Connack{true, Reason::not_authorized}) == wire("20 02 00 05"));
}

TEST_CASE("PUBLISH is written with its flags and, above QoS 0, its id") {
  const Octets payload = wire("'xy'");
  mqtt::Publish publish = publish_of("a/b", payload);
  publish.packet_id = 7;
  CHECK(encoded(publish) == wire("30 07 00 03 'a/b' 'xy'"));
  publish.qos = Qos::at_least_once;
  publish.retain = true;
  publish.dup = true;
  CHECK(encoded(publish) == wire("3b 09 00 03 'a/b' 00 07 'xy'"));
}

TEST_CASE("DUP is not written at QoS 0 [MQTT-3.3.1-2]") {
  mqtt::Publish publish = publish_of("a");
  publish.dup = true;
  CHECK(encoded(publish) == wire("30 03 00 01 'a'"));
}

TEST_CASE("a publish head plus its payload is the packet, at every border of Remaining Length") {
  for (const std::size_t size : {0U, 123U, 124U, 125U, 16'379U, 16'380U, 16'381U, 2'097'147U, 2'097'148U}) {
    const Octets payload(size, 0x55);
    for (const Qos qos : {Qos::at_most_once, Qos::exactly_once}) {
      const mqtt::Publish publish{.topic = "a", .payload = payload, .qos = qos, .packet_id = 9};
      Octets whole = head_of(publish);
      whole.insert(whole.end(), payload.begin(), payload.end());
      INFO("payload of " << size);
      CHECK((whole == encoded(publish)));
    }
  }
}

TEST_CASE("Remaining Length is written in the fewest bytes") {
  const auto length_bytes = [](std::size_t remaining) {
    const Octets payload(remaining - 3);
    return head_of({.topic = "a", .payload = payload}).size() - 1 - 3;
  };
  CHECK(length_bytes(127) == 1);
  CHECK(length_bytes(128) == 2);
  CHECK(length_bytes(16'383) == 2);
  CHECK(length_bytes(16'384) == 3);
  CHECK(length_bytes(2'097'151) == 3);
  CHECK(length_bytes(2'097'152) == 4);
}

TEST_CASE("a topic of 65,535 bytes is written whole") {
  const std::string topic(65535, 't');
  const Octets bytes = encoded(publish_of(topic));
  CHECK(bytes.size() == 1 + 3 + 2 + 65535);
  CHECK(Octets(bytes.begin(), bytes.begin() + 6) == wire("30 81 80 04 ff ff"));
}

TEST_CASE("acknowledgements are four bytes; PUBREL has its flags [MQTT-3.6.1-1]") {
  CHECK(octets(mqtt::ack_frame(PacketType::puback, 0x1234)) == wire("40 02 12 34"));
  CHECK(octets(mqtt::ack_frame(PacketType::pubrec, 1)) == wire("50 02 00 01"));
  CHECK(octets(mqtt::ack_frame(PacketType::pubrel, 1)) == wire("62 02 00 01"));
  CHECK(octets(mqtt::ack_frame(PacketType::pubcomp, 0xffff)) == wire("70 02 ff ff"));
  CHECK(encoded(mqtt::Puback{1}) == wire("40 02 00 01"));
  CHECK(encoded(mqtt::Pubrec{1}) == wire("50 02 00 01"));
  CHECK(encoded(mqtt::Pubrel{1}) == wire("62 02 00 01"));
  CHECK(encoded(mqtt::Pubcomp{1}) == wire("70 02 00 01"));
  CHECK(encoded(mqtt::Unsuback{1}) == wire("b0 02 00 01"));
}

TEST_CASE("SUBSCRIBE and UNSUBSCRIBE have their flags [MQTT-3.8.1-1, 3.10.1-1]") {
  const mqtt::Subscribe subscribe{1, {{"a", {.qos = Qos::at_least_once}}, {"#", {}}}};
  CHECK(encoded(subscribe) == wire("82 0a 00 01 00 01 'a' 01 00 01 '#' 00"));
  CHECK(encoded(mqtt::Unsubscribe{1, {"a", "#"}}) == wire("a2 08 00 01 00 01 'a' 00 01 '#'"));
}

TEST_CASE("SUBACK has its codes in order [MQTT-3.9.3-1]") {
  const mqtt::Suback suback{1, {Reason::granted_qos_2, Reason::not_authorized, Reason::success}};
  CHECK(encoded(suback) == wire("90 05 00 01 02 80 00"));
  CHECK(encoded(suback, Version::v31) == wire("90 05 00 01 02 00 00"));
}

TEST_CASE("packets without a body are two bytes") {
  CHECK(encoded(mqtt::Pingreq{}) == wire("c0 00"));
  CHECK(encoded(mqtt::Pingresp{}) == wire("d0 00"));
  CHECK(encoded(mqtt::Disconnect{Reason::server_shutting_down}) == wire("e0 00"));
}

TEST_CASE("encode appends") {
  base::Buffer out;
  mqtt::encode(mqtt::Pingreq{}, Version::v311, out);
  mqtt::encode(publish_of("a"), Version::v311, out);
  mqtt::encode(mqtt::Puback{1}, Version::v311, out);
  CHECK(Octets(out.bytes().begin(), out.bytes().end()) == wire("c0 00 30 03 00 01 'a' 40 02 00 01"));
}
