// SPDX-License-Identifier: Apache-2.0
// What the golden file does not reach: the node table, the channel index, odd gateway ids, saturation.
#include "mesh/json_mirror.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

std::string mirrored(const proto::Data& data, const Sending& sending, const NodeTable& nodes = NodeTable(0)) {
  MeshConfig config;
  config.channels = {{"Family", "AQIDBAUGBwgJCgsMDQ4PEA==", 3}};
  const auto keyring = Keyring::open(config);
  EnvelopeReader envelopes;
  ReceptionReader receptions(*keyring);
  JsonText json_text;
  const std::string bytes = make_envelope(data, sending);
  const auto envelope = envelopes.read(base::as_bytes(bytes));
  if (!envelope) return "no envelope";
  const auto reception = receptions.read(*envelope);
  if (!reception) return "no reception";
  TextBuffer out;
  append_mirror(*reception, {nodes, json_text}, out);
  return std::string(out.view());
}

template <class Message>
proto::Data make_data(proto::PortNum port, const Message& message) {
  proto::Data data;
  data.set_portnum(port);
  data.set_payload(message.SerializeAsString());
  return data;
}

/// The value of "payload", or all when there is none.
std::string payload_of(const std::string& json) {
  const std::size_t start = json.find("\"payload\":");
  const std::size_t end = json.find(",\"rssi\"");
  return start == std::string::npos ? json : json.substr(start + 10, end - start - 10);
}

bool has(const std::string& json, std::string_view part) { return json.find(part) != std::string::npos; }

Sending encrypted() {
  Sending sending;
  sending.channel = "Family";
  sending.psk = "AQIDBAUGBwgJCgsMDQ4PEA==";
  return sending;
}

TEST_CASE("a text message in full") {
  CHECK(
      mirrored(make_text("Hello"), {}) ==
      R"({"channel":0,"from":287454020,"hop_start":3,"hops_away":1,"id":7,"payload":{"text":"Hello"},"rssi":-85,)"
      R"("sender":"!aabbccdd","snr":6.25,"timestamp":1609459200,"to":4294967295,"type":"text"})");
}

TEST_CASE("an encrypted packet has the index of the configuration, a decoded one its own") {
  CHECK(has(mirrored(make_text("x"), encrypted()), "\"channel\":3,"));
  Sending decoded;
  decoded.packet.set_channel(5);
  CHECK(has(mirrored(make_text("x"), decoded), "\"channel\":5,"));
}

TEST_CASE("signal strength and ratio are left out when they are 0, not when they are no number") {
  Sending sending;
  sending.packet.set_rx_rssi(0);
  sending.packet.set_rx_snr(-0.0F);
  CHECK_FALSE(has(mirrored(make_text("x"), sending), "snr"));
  CHECK_FALSE(has(mirrored(make_text("x"), sending), "rssi"));
  sending.packet.set_rx_snr(std::nanf(""));
  CHECK(has(mirrored(make_text("x"), sending), "\"snr\":null,"));
}

std::string hops(std::uint32_t start, std::uint32_t limit, bool has_bitfield) {
  Sending sending;
  sending.packet.set_hop_start(start);
  sending.packet.set_hop_limit(limit);
  proto::Data data = make_text("x");
  if (has_bitfield) data.set_bitfield(0);
  const std::string json = mirrored(data, sending);
  const std::size_t from = json.find("\"hop_start\"");
  return from == std::string::npos ? "" : json.substr(from, json.find(",\"id\"") - from);
}

TEST_CASE("hops are told when sender and numbers allow it") {
  CHECK(hops(3, 1, false) == "\"hop_start\":3,\"hops_away\":2");
  CHECK(hops(3, 3, false) == "\"hop_start\":3,\"hops_away\":0");
  CHECK(hops(0, 0, true) == "\"hop_start\":0,\"hops_away\":0");
  CHECK(hops(0, 0, false).empty());
  CHECK(hops(0, 1, true).empty());
  CHECK(hops(2, 3, true).empty());
}

TEST_CASE("the hop difference is a signed byte") {
  CHECK(hops(130, 3, true) == "\"hop_start\":130,\"hops_away\":127");
  CHECK(hops(130, 2, true).empty());
  CHECK(hops(255, 255, true) == "\"hop_start\":255,\"hops_away\":0");
}

TEST_CASE("a node info that came encrypted has the id of its number, a decoded one its own") {
  proto::User user;
  user.set_id("whatever");
  user.set_long_name("Base");
  user.set_hw_model(43);
  const proto::Data data = make_data(proto::NODEINFO_APP, user);
  CHECK(payload_of(mirrored(data, encrypted())) ==
        R"({"hardware":43,"id":"!11223344","longname":"Base","role":0,"shortname":""})");
  CHECK(has(mirrored(data, {}), "\"id\":\"whatever\""));
}

TEST_CASE("a neighbour list that came encrypted was last sent by the gateway") {
  proto::NeighborInfo info;
  info.set_last_sent_by_id(5);
  const proto::Data data = make_data(proto::NEIGHBORINFO_APP, info);
  CHECK(has(mirrored(data, encrypted()), "\"last_sent_by_id\":2864434397,"));
  CHECK(has(mirrored(data, {}), "\"last_sent_by_id\":5,"));
  Sending odd = encrypted();
  for (const std::string gateway : {"gateway", "!aabbccd", "!aabbccdx", "!aabbccdd0"}) {
    odd.gateway = gateway;
    CHECK(has(mirrored(data, odd), "\"last_sent_by_id\":5,"));
  }
}

TEST_CASE("signal ratios of neighbours are cut toward zero and stay within an int") {
  proto::NeighborInfo info;
  for (const float snr : {-2.75F, 2.75F, 3e9F, -3e9F, INFINITY, -INFINITY})
    info.add_neighbors()->set_snr(snr);
  const std::string json = mirrored(make_data(proto::NEIGHBORINFO_APP, info), {});
  CHECK(has(
      json,
      R"([{"node_id":0,"snr":-2},{"node_id":0,"snr":2},{"node_id":0,"snr":2147483647},)"
      R"({"node_id":0,"snr":-2147483648},{"node_id":0,"snr":2147483647},{"node_id":0,"snr":-2147483648}],)"
      R"("neighbors_count":6)"));
}

TEST_CASE("a traceroute has the names that are known") {
  NodeTable nodes(10);
  nodes.restore({.number = 0x11223344, .name = "Far"});
  nodes.restore({.number = 9, .name = "Hill/Top"});
  proto::RouteDiscovery route;
  route.add_route(9);
  route.add_snr_towards(-128);
  route.add_snr_towards(25);
  route.add_route_back(10);
  route.add_snr_back(1);
  proto::Data data = make_data(proto::TRACEROUTE_APP, route);
  data.set_request_id(1);
  Sending sending;
  sending.packet.set_to(0x55);
  CHECK(payload_of(mirrored(data, sending, nodes)) ==
        R"({"route":["Unknown","Hill\/Top","Far"],"route_back":["Far","Unknown","Unknown"],)"
        R"("snr_back":[0.25],"snr_towards":[-32,6.25]})");
}

TEST_CASE("numbers that the firmware prints through an int become negative") {
  proto::Position position;
  position.set_pdop(0xffffffff);
  position.set_sats_in_view(0xffffffff);
  CHECK(payload_of(mirrored(make_data(proto::POSITION_APP, position), {})) ==
        R"({"PDOP":-1,"latitude_i":0,"longitude_i":0,"sats_in_view":4294967295})");
}

TEST_CASE("a direct message has neither payload nor index") {
  Sending sending = encrypted();
  sending.channel = "PKI";
  const std::string json = mirrored(make_text("x"), sending);
  CHECK(has(json, "\"channel\":0,"));
  CHECK(has(json, "\"type\":\"\"}"));
  CHECK_FALSE(has(json, "payload"));
}

}  // namespace
}  // namespace mesh::test
