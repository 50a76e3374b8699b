// SPDX-License-Identifier: Apache-2.0
// The node table as the plugin shows it: retained topics, restarts, tombstones.
#include "mesh/node_publisher.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

constexpr std::string_view info_topic = "mesh/node/!11223344/info";

MeshConfig config() {
  MeshConfig config;
  config.channels = {{.name = "LongFast", .psk = "AQ=="}};
  return config;
}

proto::Data user(std::string_view long_name) {
  proto::User user;
  user.set_long_name(std::string(long_name));
  proto::Data data;
  data.set_portnum(proto::NODEINFO_APP);
  data.set_payload(user.SerializeAsString());
  return data;
}

proto::Data user_with_key(char key) {
  proto::User user;
  user.set_long_name("Hill");
  user.set_public_key(std::string(32, key));
  proto::Data data;
  data.set_portnum(proto::NODEINFO_APP);
  data.set_payload(user.SerializeAsString());
  return data;
}

void send(Mesh& mesh, const proto::Data& data, std::uint32_t id, std::uint32_t from = 0x11223344) {
  Sending sending;
  sending.packet.set_id(id);
  sending.packet.set_from(from);
  mesh.receive(topic_of(sending), make_envelope(data, sending));
}

void send_twice(Mesh& mesh, std::uint32_t from = 0x11223344) {
  send(mesh, user("Hill"), 1, from);
  send(mesh, make_text("hello"), 2, from);
}

/// What is retained after these were published.
using Topics = std::map<std::string, std::string>;
Topics& follow(Topics& retained, const std::vector<Published>& published) {
  for (const Published& each : published) {
    CHECK(each.retain);
    CHECK(each.qos == mqtt::Qos::at_most_once);
    if (each.payload.empty()) {
      retained.erase(each.topic);
    } else {
      retained[each.topic] = each.payload;
    }
  }
  return retained;
}

std::size_t nodes_in(const Topics& retained) {
  return static_cast<std::size_t>(
      std::ranges::count_if(retained, [](const auto& each) { return each.first.starts_with("mesh/node/"); }));
}

TEST_CASE("a node heard twice has its topics, one heard once has none") {
  Mesh mesh(config());
  send(mesh, user("Hill"), 1);
  Topics retained;
  follow(retained, mesh.tick(1));
  CHECK(nodes_in(retained) == 0);
  send(mesh, make_text("hello"), 2);
  follow(retained, mesh.tick(2));
  CHECK(retained.contains(std::string(info_topic)));
  CHECK(retained.contains("mesh/node/!11223344/radio"));
  for (const auto& [topic, payload] : retained) CHECK((topic == "mesh/status" || is_json(payload)));
}

TEST_CASE("what has not changed is not published again") {
  Mesh mesh(config());
  send_twice(mesh);
  CHECK_FALSE(mesh.tick(1).empty());
  CHECK(mesh.tick(2).empty());
}

TEST_CASE("a node that announces another key than the pinned one is marked") {
  Mesh mesh(config());
  send(mesh, user_with_key('a'), 1);
  send(mesh, user_with_key('a'), 2);
  Topics retained;
  follow(retained, mesh.tick(1));
  CHECK(retained[std::string(info_topic)].find("key_changed") == std::string::npos);
  send(mesh, user_with_key('b'), 3);
  follow(retained, mesh.tick(2));
  CHECK(retained[std::string(info_topic)].find(R"("key_changed":true)") != std::string::npos);
}

TEST_CASE("a private channel gives no node") {
  MeshConfig with_private = config();
  with_private.channels[0].json = false;
  Mesh mesh(with_private);
  send_twice(mesh);
  Topics retained;
  CHECK(nodes_in(follow(retained, mesh.tick(1))) == 0);
}

TEST_CASE("a channel that becomes private takes its nodes' content away") {
  Mesh before(config());
  send_twice(before);
  Topics retained;
  follow(retained, before.tick(1));
  MeshConfig with_private = config();
  with_private.channels[0].json = false;
  Mesh after(with_private);
  after.restore(before);
  follow(retained, after.tick(1));
  CHECK_FALSE(retained.contains(std::string(info_topic)));
  CHECK(retained["mesh/node/!11223344/radio"].find("LongFast") == std::string::npos);
}

TEST_CASE("after a restart a node's topics are as they were, and only news is published") {
  Mesh before(config());
  send_twice(before);
  before.tick(1);
  Mesh after(config());
  after.restore(before);
  const auto published = after.tick(1);
  CHECK(published.size() == 1);  // mesh/status
  send(after, user("Dale"), 3);
  Topics retained;
  follow(retained, after.tick(2));
  CHECK(retained[std::string(info_topic)].find("Dale") != std::string::npos);
}

TEST_CASE("what has changed since the last tick survives a graceful stop") {
  Mesh before(config());
  send_twice(before);
  before.tick(1);
  send(before, user("Dale"), 3);
  before.stop();
  Mesh after(config());
  after.restore(before);
  Topics retained;
  follow(retained, after.tick(1));
  CHECK(retained[std::string(info_topic)].find("Dale") != std::string::npos);
}

TEST_CASE("a node that is silent too long is cleared, also if it fell silent before a restart") {
  Mesh before(config());
  send_twice(before);
  Topics retained;
  follow(retained, before.tick(1));
  Mesh after(config());
  after.restore(before);
  after.host().wall += std::chrono::hours{24 * 7 + 1};
  follow(retained, after.tick(1));
  CHECK(nodes_in(retained) == 0);
  CHECK(std::ranges::none_of(after.host().kept,
                             [](const auto& each) { return each.first.starts_with("mesh/node/"); }));
}

TEST_CASE("nodes pushed out are cleared") {
  MeshConfig small = config();
  small.nodes = 2;
  Mesh mesh(small);
  Topics retained;
  for (std::uint32_t from = 1; from < 6; ++from) {
    send_twice(mesh, from);
    follow(retained, mesh.tick(from));
  }
  follow(retained, mesh.tick(10));
  CHECK(std::ranges::none_of(
      retained, [](const auto& each) { return each.first.find("!00000001") != std::string::npos; }));
  CHECK(retained.contains("mesh/node/!00000005/info"));
}

TEST_CASE("with topics off what was retained before is cleared, and the names stay known") {
  Mesh before(config());
  send_twice(before);
  Topics retained;
  follow(retained, before.tick(1));
  MeshConfig off = config();
  off.node_topics = false;
  Mesh after(off);
  after.restore(before);
  CHECK(nodes_in(follow(retained, after.tick(1))) == 0);
  CHECK(after.host().kept.contains("mesh/node/11223344"));
  Mesh again(config());
  again.restore(after);
  CHECK(nodes_in(follow(retained, again.tick(1))) == 3);  // the gateway has one
}

TEST_CASE("topics move with mesh.topic, and the old ones are cleared") {
  Mesh before(config());
  send_twice(before);
  Topics retained;
  follow(retained, before.tick(1));
  MeshConfig elsewhere = config();
  elsewhere.topic = "home/mesh";
  Mesh after(elsewhere);
  after.restore(before);
  follow(retained, after.tick(1));
  CHECK(nodes_in(retained) == 0);
  CHECK(retained.contains("home/mesh/node/!11223344/info"));
  CHECK(after.host().kept.at("mesh/node_topic") == "home/mesh");
}

TEST_CASE("a record that is not understood is dropped with all that may be published of it") {
  Mesh mesh(config());
  Mesh before(config());
  before.host().kept["mesh/node/11223344"] = std::string("\0\x63what", 6);
  mesh.restore(before);
  const auto published = mesh.tick(1);
  CHECK(published.size() == static_cast<std::size_t>(NodeTopic::end_) + 1);
  CHECK_FALSE(mesh.host().kept.contains("mesh/node/11223344"));
}

TEST_CASE("a storm of nodes takes more ticks, not longer ones") {
  MeshConfig large = config();
  large.nodes = 2000;
  Mesh mesh(large);
  for (std::uint32_t from = 1; from <= 1000; ++from) send_twice(mesh, from);
  Topics retained;
  for (int tick = 1; tick <= 4; ++tick) {
    const auto published = mesh.tick(tick);
    CHECK(published.size() <= 2 * NodePublisher::nodes_per_tick + 1);
    follow(retained, published);
  }
  CHECK(nodes_in(retained) == 2001);  // the gateway has one
}

TEST_CASE("the broker is online from the first tick on, and offline when it stops") {
  Mesh mesh(config());
  auto published = mesh.tick(1);
  REQUIRE(published.size() == 1);
  CHECK(published[0].topic == "mesh/status");
  CHECK(published[0].payload == "online");
  CHECK(published[0].retain);
  CHECK(mesh.tick(2).empty());
  published = mesh.stop();
  REQUIRE(published.size() == 1);
  CHECK(published[0].payload == "offline");
}

}  // namespace
}  // namespace mesh::test
