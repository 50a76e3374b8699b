// SPDX-License-Identifier: Apache-2.0
// mesh/packet/…: one message for each packet, with every gateway that heard it.
#include <algorithm>

#include <catch2/catch.hpp>
#include <simdjson.h>

#include "tests/unit/mesh/packet_fixture.h"

namespace mesh::test {
namespace {

Sending from_gateway(const std::string& gateway) {
  Sending sending;
  sending.gateway = gateway;
  return sending;
}

std::size_t receptions_in(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::array receptions;
  if (parser.parse(simdjson::padded_string(json))["receptions"].get(receptions) != simdjson::SUCCESS)
    return 0;
  return receptions.size();
}

TEST_CASE("a packet is told once, after its window, with every gateway that heard it") {
  Feed feed;
  CHECK(feed.hear(from_gateway("!00000001"), 10).empty());
  CHECK(feed.hear(from_gateway("!00000002"), 11).empty());
  CHECK(feed.tick(12).empty());
  const std::vector<Published> published = feed.tick(13);
  REQUIRE(published.size() == 1);
  CHECK(published[0].topic == "mesh/packet/LongFast/!11223344");
  CHECK(published[0].qos == mqtt::Qos::at_most_once);
  CHECK_FALSE(published[0].retain);
  CHECK(receptions_in(published[0].payload) == 2);
  CHECK(has(published[0].payload, R"("payload":{"text":"hello"})"));
  CHECK(feed.tick(20).empty());
  CHECK(feed.count("mesh_packets_published") == 1);
}

TEST_CASE("nothing is collected while nobody listens") {
  Feed feed;
  feed.host().is_wanted = false;
  feed.hear(from_gateway("!00000001"));
  CHECK(feed.tick(100).empty());
}

TEST_CASE("copies that come after a packet was told are bundled in an update") {
  Feed feed;
  feed.hear(from_gateway("!00000001"), 0);
  CHECK_FALSE(has(feed.told(3), "update"));
  feed.hear(from_gateway("!00000002"), 100);
  feed.hear(from_gateway("!00000003"), 101);
  const std::string update = feed.told(103);
  CHECK(has(update, R"("update":true)"));
  CHECK(receptions_in(update) == 2);
  CHECK_FALSE(has(update, "payload"));
  CHECK(feed.count("mesh_packets_updated") == 1);
}

TEST_CASE("a packet that is forgotten is told anew") {
  Feed feed;
  feed.hear(from_gateway("!00000001"), 0);
  feed.told(3);
  feed.hear(from_gateway("!00000002"), 3 + 15 * 60);
  CHECK_FALSE(has(feed.told(10 + 15 * 60), "update"));
}

TEST_CASE("a copy that could not be opened gives way to one that could") {
  Feed feed;
  Sending closed = from_gateway("!00000001");
  closed.psk = "simple7";
  feed.hear(closed, 0);
  feed.hear(from_gateway("!00000002"), 1);
  const std::string told = feed.told(3);
  CHECK(has(told, R"("decrypted":true)"));
  CHECK(has(told, R"("text":"hello")"));
  CHECK(receptions_in(told) == 2);
}

TEST_CASE("content that was closed when the packet was told comes with the update") {
  Feed feed;
  Sending closed = from_gateway("!00000001");
  closed.psk = "simple7";
  feed.hear(closed, 0);
  CHECK(has(feed.told(3), R"("problem":"wrong_hash")"));
  feed.hear(from_gateway("!00000002"), 4);
  const std::string update = feed.told(7);
  CHECK(has(update, R"("update":true)"));
  CHECK(has(update, R"("text":"hello")"));
}

TEST_CASE("a direct message that nobody here can read is told without content") {
  Feed feed;
  Sending direct = from_gateway("!00000001");
  direct.channel = "PKI";
  proto::ServiceEnvelope envelope;
  *envelope.mutable_packet() = make_packet();
  envelope.mutable_packet()->set_encrypted("0123456789abcdef");
  envelope.set_channel_id("PKI");
  envelope.set_gateway_id(direct.gateway);
  feed.receive(topic_of(direct), envelope.SerializeAsString());
  const std::string told = feed.told(3);
  CHECK(has(told, R"("pki":true,"encrypted":true,"decrypted":false,"problem":"direct_message","bytes":16)"));
}

TEST_CASE("a channel with json = false is told nothing of") {
  MeshConfig closed = packets_only();
  closed.channels = {{"Secret", "simple1", 0, false}};
  Feed feed(closed);
  for (const std::string psk : {"", "simple1", "simple2"}) {
    Sending sending = from_gateway("!00000001");
    sending.channel = "Secret";
    sending.psk = psk;
    feed.hear(sending);
  }
  CHECK(feed.tick(100).empty());
}

TEST_CASE("of two channels of one name the one that allows it is told") {
  MeshConfig two = packets_only();
  two.channels = {{"Two", "simple1", 0, false}, {"Two", "simple2", 3, true}};
  Feed feed(two);
  Sending sending = from_gateway("!00000001");
  sending.channel = "Two";
  sending.psk = "simple2";
  feed.hear(sending);
  CHECK(has(feed.told(3), R"("channel_index":3)"));
}

TEST_CASE("a packet without id is told at once") {
  Feed feed;
  Sending sending = from_gateway("!00000001");
  sending.packet.set_id(0);
  CHECK(feed.hear(sending).size() == 1);
  CHECK(feed.hear(sending).size() == 1);
}

TEST_CASE("a map report is told at once") {
  proto::MapReport report;
  report.set_region(3);
  proto::Data data;
  data.set_portnum(proto::MAP_REPORT_APP);
  Sending sending = from_gateway("!11223344");
  sending.packet.set_id(0);
  sending.packet.clear_rx_time();
  Feed feed;
  report.set_long_name("Map node");
  data.set_payload(report.SerializeAsString());
  const auto published = feed.receive("msh/EU_868/2/map/", make_envelope(data, sending));
  REQUIRE(published.size() == 1);
  CHECK(published[0].topic == "mesh/packet/LongFast/!11223344");
  CHECK(has(published[0].payload, R"("region":3,"region_name":"EU_868")"));
  CHECK(has(published[0].payload, R"("originator":true)"));
}

TEST_CASE("a channel's name is one level of the topic") {
  Feed feed;
  Sending sending = from_gateway("!00000001");
  sending.channel = "a/b%\x01";
  feed.hear(sending);
  const auto published = feed.tick(3);
  REQUIRE(published.size() == 1);
  CHECK(published[0].topic == "mesh/packet/a%2Fb%25%01/!11223344");
}

TEST_CASE("mesh.topic moves the packets") {
  MeshConfig moved = packets_only();
  moved.topic = "home/radio";
  Feed feed(moved);
  feed.hear(from_gateway("!00000001"));
  CHECK(feed.tick(3).at(0).topic == "home/radio/packet/LongFast/!11223344");
}

TEST_CASE("a gateway's repetition is not listed again") {
  Feed feed;
  feed.hear(from_gateway("!00000001"));
  feed.hear(from_gateway("!00000001"));
  CHECK(receptions_in(feed.told(3)) == 1);
  CHECK(feed.count("mesh_packet_receptions_repeated") == 1);
}

TEST_CASE("a packet lists at most 64 gateways and says how many more there were") {
  Feed feed;
  for (std::uint32_t gateway = 1; gateway <= 70; ++gateway) feed.hear(from_gateway(node_id(gateway)));
  const std::string told = feed.told(3);
  CHECK(receptions_in(told) == 64);
  CHECK(has(told, R"("receptions_dropped":6)"));
  CHECK(feed.count("mesh_packet_receptions_dropped") == 6);
}

TEST_CASE("names no device has are not collected") {
  Feed feed;
  feed.hear(from_gateway("!0000000100000002"));
  Sending sending = from_gateway("!00000001");
  sending.channel = std::string(33, 'x');
  feed.hear(sending);
  CHECK(feed.tick(3).empty());
  CHECK(feed.count("mesh_packet_names_too_long") == 2);
}

TEST_CASE("an open packet survives a graceful restart and is told once, with all copies") {
  Feed before;
  Feed after;
  before.hear(from_gateway("!00000001"), 10);
  before.stop(after, 11);
  after.hear(from_gateway("!00000002"), 12);
  const std::string told = after.told(14);
  CHECK(receptions_in(told) == 2);
  CHECK(has(told, R"("text":"hello")"));
  CHECK_FALSE(has(told, "update"));
}

TEST_CASE("what was told before a restart is not told again") {
  Feed before;
  Feed after;
  before.hear(from_gateway("!00000001"), 10);
  before.told(13);
  before.stop(after, 20);
  after.hear(from_gateway("!00000002"), 30);
  CHECK(has(after.told(33), R"("update":true)"));
}

std::ptrdiff_t kept_packets_in(const FakeHost& host) {
  return std::ranges::count_if(host.kept, [](const auto& each) {
    return each.first.starts_with("mesh/open/") || each.first.starts_with("mesh/packets/");
  });
}

TEST_CASE("what was kept is removed when it is over") {
  Feed before;
  Feed after;
  before.hear(from_gateway("!00000001"), 10);
  before.told(13);
  before.hear(from_gateway("!00000002"), 14);
  before.stop(after, 20);
  CHECK(kept_packets_in(after.host()) == 2);
  after.tick(21);
  CHECK(kept_packets_in(after.host()) == 1);
  after.tick(14 + 15 * 60);
  CHECK(kept_packets_in(after.host()) == 0);
}

TEST_CASE("the mirror's JSON is the same whether packets are collected or not") {
  MeshConfig mirrored = packets_only();
  mirrored.mirror = Mirror::packet;
  Feed collecting(mirrored);
  Mesh plain(mirrored);
  const Sending sending = from_gateway("!00000001");
  const auto with = collecting.hear(sending);
  const auto without = plain.receive(topic_of(sending), make_envelope(make_text("hello"), sending));
  REQUIRE(with.size() == 1);
  REQUIRE(without.size() == 1);
  CHECK(with[0].payload == without[0].payload);
}

}  // namespace
}  // namespace mesh::test
