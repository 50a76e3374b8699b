// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_json.h"

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

constexpr std::uint32_t received = 1700000000;

NodeRecord node() { return {.number = 0x11223344, .packets = 2, .first_heard = 5, .last_heard = received}; }

template <class Message>
NodeRecord with(NodePart part, const Message& message) {
  NodeRecord record = node();
  record.parts.push_back({part, received, 1, message.SerializeAsString()});
  return record;
}

std::string written(const NodeRecord& record, NodeTopic topic) {
  NodeJson json;
  std::string text(json.write(record, topic));
  if (!text.empty()) CHECK(is_json(text));
  return text;
}

TEST_CASE("a node's info is what it says of itself") {
  proto::User user;
  user.set_short_name("HILL");
  user.set_role(2);
  user.set_hw_model(43);
  user.set_public_key(std::string(32, 'k'));
  NodeRecord record = with(NodePart::user, user);
  record.name = "Hill \xf0\x9f\x90\xb8";
  CHECK(written(record, NodeTopic::info) ==
        "{\"id\":\"!11223344\",\"number\":287454020,\"long_name\":\"Hill \xf0\x9f\x90\xb8\","
        "\"short_name\":\"HILL\",\"role\":2,\"role_name\":\"ROUTER\",\"hw_model\":43,\"hw_model_name\":"
        "\"HELTEC_V3\",\"is_licensed\":false,"
        "\"public_key_fingerprint\":\"5e318f8cf9cbe249\"}");
}

TEST_CASE("a map report adds the firmware and what the mesh is like") {
  proto::MapReport report;
  report.set_short_name("HILL");
  report.set_firmware_version("2.8.0.abc");
  report.set_num_online_local_nodes(12);
  const std::string json = written(with(NodePart::map_report, report), NodeTopic::info);
  CHECK(json.find(R"("firmware_version":"2.8.0.abc")") != std::string::npos);
  CHECK(json.find(R"("online_nodes":12)") != std::string::npos);
  CHECK(json.find(R"("short_name":"HILL")") != std::string::npos);
}

TEST_CASE("a position is in degrees, and in the devices' units") {
  proto::Position position;
  position.set_latitude_i(525200000);
  position.set_longitude_i(-134050001);
  position.set_altitude(34);
  position.set_time(1699999990);
  position.set_precision_bits(16);
  CHECK(written(with(NodePart::position, position), NodeTopic::position) ==
        R"({"id":"!11223344","number":287454020,"latitude":52.52,"longitude":-13.4050001,)"
        R"("latitude_i":525200000,"longitude_i":-134050001,"altitude":34,"precision_bits":16,)"
        R"("time":1699999990,"time_source":"device","received":1700000000,"source":"position"})");
}

TEST_CASE("a time of 0, of 1970 or in the future is the time of reception, and says so") {
  for (const std::uint32_t time : {0U, 1000U, received + 90000}) {
    proto::Telemetry telemetry;
    telemetry.set_time(time);
    telemetry.mutable_device_metrics()->set_battery_level(101);
    CHECK(written(with(NodePart::device, telemetry), NodeTopic::device) ==
          R"({"id":"!11223344","number":287454020,"time":1700000000,"time_source":"broker",)"
          R"("received":1700000000,"battery_level":101})");
  }
}

TEST_CASE("a map report's position serves where there is no other") {
  proto::MapReport report;
  report.set_latitude_i(525200000);
  report.set_longitude_i(134050000);
  CHECK(written(with(NodePart::map_report, report), NodeTopic::position).find(R"("source":"map_report")") !=
        std::string::npos);
  CHECK(written(with(NodePart::map_report, proto::MapReport{}), NodeTopic::position).empty());
}

TEST_CASE("radio says who hears whom, and what a gateway does") {
  NodeRecord record = node();
  record.heard_by = 9;
  record.hops = 0;
  record.root = "msh/EU_868";
  record.channel = "LongFast";
  record.direct = DirectReception{9, -85, 6.25F, received};
  record.gateway = GatewayRecord{.envelopes = 4, .duplicates = 1, .last_uplink = received};
  record.gateway->note_skew(-2);
  proto::NeighborInfo info;
  info.set_node_id(record.number);
  auto* const neighbor = info.add_neighbors();
  neighbor->set_node_id(7);
  neighbor->set_snr(-3.5F);
  record.parts.push_back({NodePart::neighbors, received, 1, info.SerializeAsString()});
  proto::RouteDiscovery route;
  route.add_route(3);
  route.add_snr_towards(10);
  route.add_snr_towards(-128);
  record.routes.push_back({8, received, 1, route.SerializeAsString()});
  CHECK(written(record, NodeTopic::radio) ==
        R"({"id":"!11223344","number":287454020,"first_heard":5,"last_heard":1700000000,"packets":2,)"
        R"("heard_by":"!00000009","root":"msh/EU_868","channel":"LongFast","hops":0,)"
        R"("direct":{"gateway":"!00000009","rssi":-85,"snr":6.25,"time":1700000000},)"
        R"("neighbors":[{"id":"!00000007","snr":-3.5}],"neighbors_time":1700000000,)"
        R"("traceroutes":[{"asked_by":"!00000008","time":1700000000,"route":["!00000003"],)"
        R"("snr_towards":[2.5,null],"route_back":[],"snr_back":[]}],)"
        R"("gateway":{"envelopes":4,"duplicates":1,"duplicates_ratio":0.25,"last_uplink":1700000000,)"
        R"("clock_skew":-2}})");
}

TEST_CASE("bytes that are no payload any more leave the rest as it is") {
  NodeRecord record = node();
  for (std::uint8_t part = 0; part < static_cast<std::uint8_t>(NodePart::end_); ++part)
    record.parts.push_back({static_cast<NodePart>(part), received, 1, "\xff\xff"});
  record.routes.push_back({1, received, 1, "\xff"});
  for (std::uint8_t topic = 0; topic < static_cast<std::uint8_t>(NodeTopic::end_); ++topic)
    written(record, static_cast<NodeTopic>(topic));
}

}  // namespace
}  // namespace mesh::test
