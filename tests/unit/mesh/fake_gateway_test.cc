// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_gateway.h"

#include <chrono>
#include <functional>
#include <set>

#include <catch2/catch.hpp>

#include "mesh/cipher.h"
#include "mesh/envelope.h"
#include "tests/support/wire.h"

namespace support {
namespace {

using mesh::proto::MeshPacket;
using mesh::proto::ServiceEnvelope;
using mesh::world::DeviceConfig;
using mesh::world::Handled;
using mesh::world::Ruling;

constexpr std::uint32_t us = 0xaabbccdd;
constexpr std::uint32_t virtual_node = 0x0b0b0b0b;
constexpr base::TimePoint start{std::chrono::seconds{1000}};

/// A downlink that would be accepted, before somebody breaks it.
struct Case {
  DeviceConfig device = plain_device(us);
  ServiceEnvelope envelope = make_downlink(plain_device(us).channels.front(), {});
  std::string topic = "msh/2/e/LongFast/!0b0b0b0b";
  std::string payload = {};  // empty: the envelope's
  bool is_empty = false;
  bool is_sent_before = false;

  MeshPacket& packet() { return *envelope.mutable_packet(); }
  /// Encrypts anew what the packet says now.
  void say(const mesh::proto::Data& data) {
    mesh::world::AirPacket air{.from = packet().from(), .id = packet().id()};
    seal(device.channels.front(), data, air);
    packet().set_encrypted(air.encrypted);
  }
  Handled play() {
    FakeGateway gateway(device);
    const std::string bytes = !payload.empty() || is_empty ? payload : envelope.SerializeAsString();
    if (is_sent_before) static_cast<void>(gateway.receive(topic, base::as_bytes(bytes)));
    return gateway.receive(topic, base::as_bytes(bytes));
  }
};

mesh::proto::Data text_data(std::string_view text) {
  mesh::proto::Data data;
  data.set_portnum(mesh::proto::TEXT_MESSAGE_APP);
  data.set_payload(std::string(text));
  data.set_bitfield(1);
  return data;
}

void make_direct(Case& broken) {
  broken.envelope.set_channel_id("PKI");
  broken.packet().set_channel(0);
  broken.packet().set_to(0x77777777);
}

struct Mutation {
  Ruling ruling;
  std::function<void(Case&)> apply;
};

const std::vector<Mutation>& mutations() {
  static const std::vector<Mutation> rows = {
      {Ruling::acknowledged,
       [](Case& c) {
         c.packet().set_from(us);
         c.envelope.set_gateway_id(mesh::node_id(us));
       }},
      {Ruling::oversize, [](Case& c) { c.payload = std::string(1000, 'x'); }},
      {Ruling::empty, [](Case& c) { c.is_empty = true; }},
      {Ruling::not_an_envelope, [](Case& c) { c.payload = "{\"no\":\"protobuf\"}"; }},
      {Ruling::no_packet, [](Case& c) { c.envelope.clear_packet(); }},
      {Ruling::no_channel_id, [](Case& c) { c.envelope.clear_channel_id(); }},
      {Ruling::no_gateway_id, [](Case& c) { c.envelope.clear_gateway_id(); }},
      {Ruling::pki_without_downlink,
       [](Case& c) {
         make_direct(c);
         c.device.channels.front().downlink = false;
       }},
      {Ruling::unknown_channel, [](Case& c) { c.envelope.set_channel_id("longfast"); }},
      {Ruling::downlink_off, [](Case& c) { c.device.channels.front().downlink = false; }},
      {Ruling::own_gateway_id, [](Case& c) { c.envelope.set_gateway_id(mesh::node_id(us)); }},
      {Ruling::own_packet, [](Case& c) { c.packet().set_from(us); }},
      {Ruling::hop_limit_too_high, [](Case& c) { c.packet().set_hop_limit(8); }},
      {Ruling::hop_start_too_high, [](Case& c) { c.packet().set_hop_start(8); }},
      {Ruling::sender_ignored, [](Case& c) { c.device.ignored.insert(virtual_node); }},
      {Ruling::sender_is_everyone, [](Case& c) { c.packet().set_from(0xffffffff); }},
      {Ruling::mqtt_ignored, [](Case& c) { c.device.ignores_mqtt = true; }},
      {Ruling::decoded_refused, [](Case& c) { *c.packet().mutable_decoded() = text_data("hi"); }},
      {Ruling::decoded_admin,
       [](Case& c) {
         c.device.encrypts = false;
         c.packet().mutable_decoded()->set_portnum(mesh::proto::ADMIN_APP);
       }},
      {Ruling::strangers_direct_message, make_direct},
      {Ruling::unknown_hash, [](Case& c) { c.packet().set_channel(c.packet().channel() ^ 1U); }},
      {Ruling::unreadable, [](Case& c) { c.packet().set_id(c.packet().id() + 1); }},
      {Ruling::bad_signature,
       [](Case& c) {
         auto data = text_data("hi");
         data.set_xeddsa_signature(std::string(63, 's'));
         c.say(data);
       }},
      {Ruling::unknown_sender, [](Case& c) { c.device.known_only = true; }},
      {Ruling::legacy_direct_message, [](Case& c) { c.packet().set_to(us); }},
      {Ruling::duplicate, [](Case& c) { c.is_sent_before = true; }},
      {Ruling::hops_before_start, [](Case& c) { c.packet().set_hop_start(2); }},
      {Ruling::no_bitfield,
       [](Case& c) {
         auto data = text_data("hi");
         data.clear_bitfield();
         c.say(data);
         c.packet().set_hop_limit(0);
         c.packet().set_hop_start(0);
       }},
  };
  return rows;
}

TEST_CASE("a downlink as the reference describes it is accepted, shown and relayed") {
  const Handled handled = Case{}.play();
  CHECK(word_for(handled.ruling) == "accepted");
  CHECK(handled.text == "hello from the broker");
  CHECK(handled.is_relayed);
  CHECK(handled.packet.via_mqtt());
}

TEST_CASE("each rule refuses a downlink that breaks it alone") {
  for (const Mutation& mutation : mutations()) {
    Case broken;
    mutation.apply(broken);
    CHECK(word_for(broken.play().ruling) == word_for(mutation.ruling));
  }
}

TEST_CASE("every ruling has a downlink that leads to it") {
  std::set<Ruling> covered{Ruling::accepted, Ruling::crowded_out};  // tests of their own
  for (const Mutation& mutation : mutations()) covered.insert(mutation.ruling);
  CHECK(covered.size() == static_cast<std::size_t>(Ruling::end_));
}

TEST_CASE("the router's four slots keep the newest") {
  mesh::world::Device device(plain_device(us));
  for (std::uint32_t id = 1; id <= 5; ++id) {
    const std::string bytes = make_downlink(device.config().channels.front(), {.id = id}).SerializeAsString();
    CHECK_FALSE(device.receive("msh/2/e/LongFast/!0b0b0b0b", base::as_bytes(bytes), {}));
  }
  const std::vector<Handled> handled = device.route();
  REQUIRE(handled.size() == 5);
  CHECK(word_for(handled.front().ruling) == "crowded_out");
  CHECK(handled.front().packet.id() == 1);
  CHECK(word_for(handled.back().ruling) == "accepted");
}

TEST_CASE("a hop limit of zero reaches the gateway and goes no further") {
  Case direct;
  direct.packet().set_hop_limit(0);
  const Handled handled = direct.play();
  CHECK(handled.text == "hello from the broker");
  CHECK_FALSE(handled.is_relayed);
}

TEST_CASE("a direct message between nodes that both are known is relayed unread") {
  Case direct;
  make_direct(direct);
  direct.device.known = {virtual_node, 0x77777777};
  const Handled handled = direct.play();
  CHECK(word_for(handled.ruling) == "accepted");
  CHECK(handled.is_relayed);
  CHECK(handled.text.empty());
}

TEST_CASE("a gateway's CONNECT is byte for byte the firmware's") {
  FakeGateway gateway(plain_device(us));
  gateway.open(start);
  CHECK(gateway.take_output() == wire_packet(0x10,
                                             "00 04 'MQTT' 04 c2 00 0f 00 09 '!aabbccdd' "
                                             "00 07 'meshdev' 00 0a 'large4cats'"));
}

/// Connected, its subscriptions read away.
FakeGateway connected(DeviceConfig config) {
  FakeGateway gateway(std::move(config));
  gateway.open(start);
  gateway.on_bytes(wire("20 02 00 00"));
  gateway.pass(start);
  return gateway;
}

TEST_CASE("after CONNACK it subscribes to its channels and to PKI, a packet each") {
  FakeGateway gateway = connected(plain_device(us));
  static_cast<void>(gateway);
  std::vector<std::uint8_t> expected = wire_packet(0x10,
                                                   "00 04 'MQTT' 04 c2 00 0f 00 09 '!aabbccdd' "
                                                   "00 07 'meshdev' 00 0a 'large4cats'");
  for (const auto& subscribe : {wire_packet(0x82, "00 02 00 12 'msh/2/e/LongFast/+' 01"),
                                wire_packet(0x82, "00 03 00 0d 'msh/2/e/PKI/+' 01")}) {
    expected.insert(expected.end(), subscribe.begin(), subscribe.end());
  }
  CHECK(gateway.take_output() == expected);
}

TEST_CASE("anything but a good CONNACK ends the connection") {
  for (const char* answer : {"20 02 00 05", "d0 00", "90 03 00 02 01"}) {
    FakeGateway gateway(plain_device(us));
    gateway.open(start);
    gateway.on_bytes(wire(answer));
    gateway.pass(start);
    CHECK_FALSE(gateway.is_connected());
  }
}

std::vector<std::uint8_t> publish_bytes(std::string_view topic, std::string_view payload, int qos = 0) {
  const std::size_t rest = 2 + topic.size() + payload.size() + (qos > 0 ? 2 : 0);
  std::vector<std::uint8_t> out{
      static_cast<std::uint8_t>(0x30 | qos << 1), static_cast<std::uint8_t>(0x80 | (rest & 0x7f)),
      static_cast<std::uint8_t>(rest >> 7), 0, static_cast<std::uint8_t>(topic.size())};
  out.insert(out.end(), topic.begin(), topic.end());
  if (qos > 0) out.insert(out.end(), {0, 7});
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

TEST_CASE("it takes one packet every 20 ms") {
  FakeGateway gateway = connected(plain_device(us));
  for (std::uint32_t id = 1; id <= 3; ++id) {
    const auto envelope = make_downlink(plain_device(us).channels.front(), {.id = id});
    gateway.on_bytes(publish_bytes("msh/2/e/LongFast/!0b0b0b0b", envelope.SerializeAsString()));
  }
  gateway.pass(start + base::Duration(20));
  CHECK(gateway.handled.size() == 1);
  gateway.pass(start + base::Duration(60));
  CHECK(gateway.handled.size() == 3);
}

TEST_CASE("a packet of more than 1024 bytes is discarded and never acknowledged") {
  FakeGateway gateway = connected(plain_device(us));
  static_cast<void>(gateway.take_output());
  gateway.on_bytes(publish_bytes("a", std::string(1100, 'x'), 1));
  gateway.on_bytes(publish_bytes("a", std::string(300, 'x'), 1));
  gateway.pass(start + base::Duration(40));
  CHECK(gateway.link().discarded() == 1);
  CHECK(gateway.take_output() == wire("40 02 00 07"));
}

TEST_CASE("it pings after 15 s of silence, and gives up when the ping stays unanswered") {
  FakeGateway gateway = connected(plain_device(us));
  static_cast<void>(gateway.take_output());
  gateway.pass(start + base::Duration(15'020));
  CHECK(gateway.take_output() == wire("c0 00"));
  gateway.pass(start + base::Duration(30'000));
  CHECK(gateway.is_connected());
  gateway.pass(start + base::Duration(30'100));
  CHECK_FALSE(gateway.is_connected());
}

TEST_CASE("while it is away it keeps the sixteen newest, and sends one of them per connect") {
  FakeGateway gateway(plain_device(us));
  for (int i = 0; i < 20; ++i) gateway.publish({"t", std::to_string(i)}, start);
  CHECK(gateway.queue().size() == 16);
  gateway.open(start);
  gateway.on_bytes(wire("20 02 00 00"));
  gateway.pass(start);
  CHECK(gateway.queue().size() == 15);
  const std::vector<std::uint8_t> bytes = gateway.take_output();
  const auto oldest_kept = wire("30 04 00 01 't4'");
  CHECK(std::vector<std::uint8_t>(bytes.end() - 6, bytes.end()) ==
        std::vector<std::uint8_t>(oldest_kept.begin(), oldest_kept.end()));
}

}  // namespace
}  // namespace support
