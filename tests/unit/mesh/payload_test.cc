// SPDX-License-Identifier: Apache-2.0
#include "mesh/payload.h"

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

proto::Data make_data(proto::PortNum port, std::string_view payload) {
  proto::Data data;
  data.set_portnum(port);
  data.set_payload(std::string(payload));
  return data;
}

template <class Kind>
bool reads_as(const proto::Data& data) {
  PayloadReader reader;
  return std::holds_alternative<Kind>(reader.read(data));
}

bool is_credible_data(const proto::Data& data) {
  PayloadReader reader;
  return is_credible(reader.read(data), data);
}

TEST_CASE("each port is read as its kind") {
  CHECK(reads_as<Text>(make_data(proto::TEXT_MESSAGE_APP, "hi")));
  CHECK(reads_as<Detection>(make_data(proto::DETECTION_SENSOR_APP, "hi")));
  CHECK(reads_as<const proto::Position*>(make_data(proto::POSITION_APP, "")));
  CHECK(reads_as<const proto::User*>(make_data(proto::NODEINFO_APP, "")));
  CHECK(reads_as<const proto::Waypoint*>(make_data(proto::WAYPOINT_APP, "")));
  CHECK(reads_as<const proto::Paxcount*>(make_data(proto::PAXCOUNTER_APP, "")));
  CHECK(reads_as<const proto::Telemetry*>(make_data(proto::TELEMETRY_APP, "")));
  CHECK(reads_as<const proto::NeighborInfo*>(make_data(proto::NEIGHBORINFO_APP, "")));
}

TEST_CASE("ports without a JSON form are unsupported") {
  for (const proto::PortNum port : {proto::UNKNOWN_APP, proto::ROUTING_APP, proto::ADMIN_APP,
                                    proto::MAP_REPORT_APP, proto::RANGE_TEST_APP, proto::PRIVATE_APP}) {
    INFO(port);
    CHECK(reads_as<Unsupported>(make_data(port, "")));
  }
}

TEST_CASE("a traceroute is one when it answers, not when it asks") {
  proto::Data data = make_data(proto::TRACEROUTE_APP, "");
  CHECK(reads_as<Unsupported>(data));
  data.set_request_id(1);
  CHECK(reads_as<const proto::RouteDiscovery*>(data));
}

TEST_CASE("pins are reported, questions about pins are not, and what does not decode is no report") {
  CHECK(reads_as<const proto::HardwareMessage*>(make_data(proto::REMOTE_HARDWARE_APP, from_hex("0803"))));
  CHECK(reads_as<const proto::HardwareMessage*>(make_data(proto::REMOTE_HARDWARE_APP, from_hex("0805"))));
  CHECK(reads_as<Unsupported>(make_data(proto::REMOTE_HARDWARE_APP, from_hex("0804"))));
  CHECK(reads_as<Unsupported>(make_data(proto::REMOTE_HARDWARE_APP, from_hex("08"))));
}

TEST_CASE("a payload that does not decode keeps its type") {
  PayloadReader reader;
  const Payload payload = reader.read(make_data(proto::NODEINFO_APP, from_hex("08")));
  REQUIRE(std::holds_alternative<Malformed>(payload));
  CHECK(std::get<Malformed>(payload).type == "nodeinfo");
}

TEST_CASE("text ends at its first NUL") {
  PayloadReader reader;
  const proto::Data data = make_data(proto::TEXT_MESSAGE_APP, std::string_view("ab\0cd", 5));
  CHECK(std::get<Text>(reader.read(data)).text == "ab");
}

TEST_CASE("a map report is read from its port only") {
  PayloadReader reader;
  const std::string report = from_hex("0a0442617365");
  const proto::MapReport* const read = reader.read_map_report(make_data(proto::MAP_REPORT_APP, report));
  REQUIRE(read != nullptr);
  CHECK(read->long_name() == "Base");
  CHECK(reader.read_map_report(make_data(proto::POSITION_APP, report)) == nullptr);
  CHECK(reader.read_map_report(make_data(proto::MAP_REPORT_APP, "\xff")) == nullptr);
}

TEST_CASE("what decodes, is UTF-8 or has a port that exists is credible") {
  CHECK(is_credible_data(make_data(proto::POSITION_APP, "")));
  CHECK_FALSE(is_credible_data(make_data(proto::POSITION_APP, "\xff")));
  CHECK(is_credible_data(make_data(proto::TEXT_MESSAGE_APP, "Küche")));
  CHECK_FALSE(is_credible_data(make_data(proto::TEXT_MESSAGE_APP, "\xff")));
  CHECK_FALSE(is_credible_data(make_data(proto::DETECTION_SENSOR_APP, "\xc3")));
  CHECK(is_credible_data(make_data(proto::ROUTING_APP, "\xff")));
  CHECK_FALSE(is_credible_data(make_data(static_cast<proto::PortNum>(200), "")));
}

}  // namespace
}  // namespace mesh::test
