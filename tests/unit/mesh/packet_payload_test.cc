// SPDX-License-Identifier: Apache-2.0
// What mesh/packet/… says about the content of packets.
#include <algorithm>
#include <string_view>

#include <catch2/catch.hpp>

#include "tests/unit/mesh/packet_fixture.h"

namespace mesh::test {
namespace {

/// What a case has as its `json`.
std::string content_of(std::string_view message) {
  constexpr std::string_view before = R"("decrypted":true,)";
  const std::size_t begin = message.find(before) + before.size();
  return std::string(message.substr(begin, message.find(R"(,"signature")") - begin));
}

TEST_CASE("every port is told in readable JSON") {
  const std::vector<PacketCase> cases = read_packet_cases();
  CHECK(cases.size() > 40);
  for (const PacketCase& one : cases) {
    INFO(one.name);
    const std::string message = told_of(one.data);
    CHECK(is_json(message));
    CHECK(content_of(message) == one.json);
  }
}

TEST_CASE("the golden cases have a form for every port whose content is decoded") {
  const std::vector<PacketCase> cases = read_packet_cases();
  for (const int port : {1, 2, 3, 4, 5, 6, 8, 10, 11, 32, 34, 36, 37, 65, 66, 67, 70, 71, 73}) {
    const auto is_of_port = [port](const PacketCase& one) { return one.data.portnum() == port; };
    CHECK(std::ranges::any_of(cases, is_of_port));
  }
}

TEST_CASE("what a message asks and answers is told") {
  proto::Data data = make_text("+1");
  data.set_want_response(true);
  data.set_request_id(1);
  data.set_reply_id(2);
  data.set_emoji(3);
  data.set_dest(4);
  data.set_source(5);
  data.set_bitfield(1);
  CHECK(has(told_of(data),
            R"("want_response":true,"request_id":1,"reply_id":2,"emoji":3,"dest":4,"source":5,)"
            R"("bitfield":1,"ok_to_mqtt":true,)"));
}

TEST_CASE("the bitfield may ask for a response, too") {
  proto::Data data = make_text("x");
  data.set_bitfield(2);
  CHECK(has(told_of(data), R"("want_response":true,"bitfield":2,"ok_to_mqtt":false)"));
}

TEST_CASE("a hardware address is never told") {
  proto::User user;
  user.set_macaddr("secret");
  proto::Data data;
  data.set_portnum(proto::NODEINFO_APP);
  data.set_payload(user.SerializeAsString());
  CHECK_FALSE(has(told_of(data), "macaddr"));
}

TEST_CASE("remote administration is withheld") {
  proto::Data data;
  data.set_portnum(proto::ADMIN_APP);
  data.set_payload("secret");
  const std::string message = told_of(data);
  CHECK(has(message, R"("problem":"withheld")"));
  CHECK_FALSE(has(message, "c2VjcmV0"));
}

TEST_CASE("a traceroute has the names of nodes that are known") {
  proto::User user;
  user.set_long_name("Alpha");
  proto::Data info;
  info.set_portnum(proto::NODEINFO_APP);
  info.set_payload(user.SerializeAsString());
  proto::RouteDiscovery route;
  route.add_route(0x11223344);
  route.add_route(0x55667788);
  proto::Data data;
  data.set_portnum(proto::TRACEROUTE_APP);
  data.set_payload(route.SerializeAsString());
  MeshConfig config = packets_only();
  config.mirror = Mirror::packet;
  Feed feed(config);
  feed.hear({}, 0, info);
  feed.told(3);
  Sending sending;
  sending.packet.set_id(8);
  feed.hear(sending, 4, data);
  CHECK(has(feed.told(7), R"("route_names":["Alpha",null])"));
}

TEST_CASE("a packet from a stranger that says it is signed is told so") {
  proto::Data data = make_text("x");
  CHECK(has(told_of(data), R"("signature":"none")"));
  data.set_xeddsa_signature(std::string(64, 's'));
  CHECK(has(told_of(data), R"("signature":"key_unknown")"));
}

}  // namespace
}  // namespace mesh::test
