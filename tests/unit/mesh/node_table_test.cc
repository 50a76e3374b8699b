// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_table.h"

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

constexpr std::uint32_t first_time = 1700000000;

base::TimePoint at(int seconds) { return base::TimePoint{std::chrono::seconds{seconds}}; }
base::WallTime wall(std::int64_t seconds) { return base::WallTime{std::chrono::seconds{seconds}}; }

/// A packet without content.
Sighting packet(std::uint32_t from, std::uint32_t id, std::uint32_t received = first_time) {
  Sighting seen;
  seen.from = from;
  seen.id = id;
  seen.received = received;
  return seen;
}

Sighting payload(std::uint32_t from, std::uint32_t id, NodePart part, std::string_view wire) {
  Sighting seen = packet(from, id);
  seen.part = part;
  seen.wire = wire;
  return seen;
}

Sighting name(std::uint32_t from, std::string_view text) {
  Sighting seen = payload(from, 0, NodePart::user, text);
  seen.name = text;
  return seen;
}

Sighting by(std::uint32_t gateway, Sighting seen) {
  seen.gateway = gateway;
  return seen;
}

/// All there is to do now.
std::vector<NodeTable::Work> work_of(NodeTable& nodes, int seconds) {
  std::vector<NodeTable::Work> all;
  while (auto work = nodes.take_work(at(seconds))) all.push_back(*std::move(work));
  return all;
}

NodeTopics only(NodeTopic topic) {
  NodeTopics topics;
  topics.add(topic);
  return topics;
}

TEST_CASE("a name that was heard is known, also an empty one") {
  NodeTable nodes(10);
  CHECK_FALSE(nodes.name_of(1));
  nodes.see(name(1, "Base"));
  nodes.see(name(2, ""));
  CHECK(nodes.name_of(1) == "Base");
  CHECK(nodes.name_of(2) == "");
}

TEST_CASE("a node that never said its name has none") {
  NodeTable nodes(10);
  nodes.see(packet(1, 1));
  CHECK(nodes.size() == 1);
  CHECK_FALSE(nodes.name_of(1));
}

TEST_CASE("a new name replaces the old one") {
  NodeTable nodes(10);
  nodes.see(name(1, "old"));
  nodes.see(name(1, "new"));
  CHECK(nodes.name_of(1) == "new");
  CHECK(nodes.size() == 1);
}

TEST_CASE("at the limit those heard once go first, then the one silent longest") {
  NodeTable nodes(3);
  for (const std::uint32_t number : {1U, 2U}) {
    nodes.see(packet(number, 1));
    nodes.see(packet(number, 2));
  }
  nodes.see(packet(3, 1));
  nodes.see(packet(4, 1));
  CHECK_FALSE(nodes.find(3));
  CHECK(nodes.find(1));
  nodes.see(packet(4, 2));
  nodes.see(packet(1, 3));
  nodes.see(packet(5, 1));
  CHECK_FALSE(nodes.find(2));
  CHECK(nodes.size() == 3);
  CHECK(nodes.counts().front().value == 2);
}

TEST_CASE("a table without room learns nothing") {
  NodeTable nodes(0);
  nodes.see(name(1, "a"));
  CHECK(nodes.size() == 0);
}

TEST_CASE("a packet counts once, whoever brings it") {
  NodeTable nodes(10);
  nodes.see(by(8, packet(1, 7)));
  nodes.see(by(9, packet(1, 7)));
  nodes.see(by(9, packet(1, 7)), true);
  CHECK(nodes.find(1)->packets == 1);
  CHECK(nodes.find(8)->gateway->duplicates == 0);
  CHECK(nodes.find(9)->gateway->envelopes == 2);
  CHECK(nodes.find(9)->gateway->duplicates == 2);
}

TEST_CASE("a copy of a packet of a node that has gone makes no new node") {
  NodeTable nodes(10);
  nodes.see(packet(1, 7), true);
  CHECK(nodes.size() == 0);
}

TEST_CASE("the nearest gateway speaks for a packet, and direct receptions are remembered") {
  NodeTable nodes(10);
  Sighting far = by(8, packet(1, 7));
  far.hops = 2;
  far.rssi = -100;
  nodes.see(far);
  Sighting near = by(9, packet(1, 7));
  near.hops = 0;
  near.rssi = -40;
  near.snr = 6.5F;
  nodes.see(near, true);
  nodes.see(far, true);
  const auto record = nodes.find(1);
  CHECK(record->heard_by == 9);
  CHECK(record->hops == 0);
  CHECK(record->direct == DirectReception{9, -40, 6.5F, first_time});
}

TEST_CASE("a gateway's own packet is no direct reception") {
  NodeTable nodes(10);
  Sighting own = by(1, packet(1, 7));
  own.hops = 0;
  own.rssi = -40;
  nodes.see(own);
  CHECK_FALSE(nodes.find(1)->direct);
}

TEST_CASE("the skew of a gateway's clock is the median of the last ones") {
  NodeTable nodes(10);
  std::uint32_t id = 0;
  for (const std::int32_t skew : {3, 4, -3000, 3, 5, 80000, 4}) {
    Sighting seen = by(9, packet(1, ++id));
    seen.skew = skew;
    nodes.see(seen);
  }
  CHECK(nodes.find(9)->gateway->skew() == 4);
}

TEST_CASE("of each kind of payload the latest is remembered, of traceroutes four") {
  NodeTable nodes(10);
  nodes.see(payload(1, 1, NodePart::device, "a"));
  nodes.see(payload(1, 2, NodePart::environment, "b"));
  nodes.see(payload(1, 3, NodePart::device, "c"));
  for (std::uint32_t id = 4; id < 10; ++id) {
    Sighting route = packet(1, id);
    route.is_route = true;
    route.to = id;
    nodes.see(route);
  }
  const auto record = nodes.find(1);
  CHECK(record->find(NodePart::device)->wire == "c");
  CHECK(record->find(NodePart::environment)->wire == "b");
  REQUIRE(record->routes.size() == NodeRecord::max_routes);
  CHECK(record->routes.front().to == 6);
}

TEST_CASE("a node heard once is neither published nor kept") {
  NodeTable nodes(10);
  nodes.see(name(1, "once"));
  CHECK(work_of(nodes, 0).empty());
  CHECK_FALSE(nodes.take_unkept());
}

TEST_CASE("a node heard twice is published with all that is known, then only what changed") {
  NodeTable nodes(10);
  nodes.see(name(1, "a"));
  nodes.see(payload(1, 2, NodePart::device, "x"));
  auto work = work_of(nodes, 0);
  REQUIRE(work.size() == 1);
  CHECK(work[0].publish == work[0].record.topics());
  CHECK(work[0].publish.contains(NodeTopic::info));
  nodes.see(payload(1, 3, NodePart::environment, "y"));
  work = work_of(nodes, 1);
  REQUIRE(work.size() == 1);
  CHECK(work[0].publish == (only(NodeTopic::radio) | only(NodeTopic::environment)));
  CHECK(work_of(nodes, 2).empty());
}

TEST_CASE("a name said again is no change") {
  NodeTable nodes(10);
  nodes.see(name(1, "a"));
  nodes.see(name(1, "a"));
  CHECK(work_of(nodes, 0).size() == 1);
  nodes.see(name(1, "a"));
  const auto work = work_of(nodes, 100);
  REQUIRE(work.size() == 1);
  CHECK(work[0].publish == only(NodeTopic::radio));
}

TEST_CASE("counts alone are published and kept once a minute") {
  NodeTable nodes(10);
  nodes.see(packet(1, 1));
  nodes.see(packet(1, 2));
  CHECK(work_of(nodes, 0).size() == 1);
  nodes.see(packet(1, 3));
  CHECK(work_of(nodes, 59).empty());
  CHECK(work_of(nodes, 60).size() == 1);
  CHECK(work_of(nodes, 200).empty());
}

TEST_CASE("what has changed since it was kept is found at stop") {
  NodeTable nodes(10);
  nodes.see(packet(1, 1));
  nodes.see(packet(1, 2));
  nodes.see(packet(2, 1));
  nodes.see(packet(2, 2));
  CHECK(work_of(nodes, 0).size() == 2);
  nodes.see(packet(1, 3));
  const auto record = nodes.take_unkept();
  REQUIRE(record);
  CHECK(record->number == 1);
  CHECK(record->changed.contains(NodeTopic::radio));
  CHECK_FALSE(nodes.take_unkept());
}

TEST_CASE("of a node that goes, what was published is cleared") {
  NodeTable nodes(2);
  nodes.see(packet(1, 1));
  nodes.see(name(1, "a"));
  CHECK(work_of(nodes, 0).size() == 1);
  nodes.see(packet(2, 1));
  nodes.see(packet(2, 2));
  nodes.see(packet(3, 1));
  const auto work = work_of(nodes, 1);
  REQUIRE(work.size() == 2);
  const auto& gone = work[0].is_forgotten ? work[0] : work[1];
  CHECK(gone.record.number == 1);
  CHECK(gone.is_forgotten);
  CHECK(gone.clear == (only(NodeTopic::radio) | only(NodeTopic::info)));
}

TEST_CASE("a node that comes back before it was cleared takes its topics over") {
  NodeTable nodes(1);
  nodes.see(packet(1, 1));
  nodes.see(name(1, "a"));
  CHECK(work_of(nodes, 0).size() == 1);
  nodes.see(packet(2, 1));
  nodes.see(packet(1, 5));
  SECTION("as one heard once it has none any more") {
    const auto work = work_of(nodes, 1);
    REQUIRE(work.size() == 1);
    CHECK(work[0].is_forgotten);
    CHECK(work[0].clear == (only(NodeTopic::radio) | only(NodeTopic::info)));
  }
  SECTION("heard twice it has those of its new life") {
    nodes.see(packet(1, 6));
    const auto work = work_of(nodes, 1);
    REQUIRE(work.size() == 1);
    CHECK_FALSE(work[0].is_forgotten);
    CHECK(work[0].publish == only(NodeTopic::radio));
    CHECK(work[0].clear == only(NodeTopic::info));
  }
}

TEST_CASE("a node that is silent too long expires, others stay") {
  NodeTable nodes(NodeRules{.capacity = 10, .expiry = std::chrono::seconds{100}});
  nodes.see(packet(1, 1, first_time));
  nodes.see(packet(2, 1, first_time + 50));
  nodes.expire(wall(first_time + 101), 10);
  CHECK_FALSE(nodes.find(1));
  CHECK(nodes.find(2));
}

TEST_CASE("a clock that has not been set expires nobody") {
  NodeTable nodes(NodeRules{.capacity = 10, .expiry = std::chrono::seconds{100}});
  nodes.see(packet(1, 1, 5));
  nodes.expire(wall(500), 10);
  CHECK(nodes.find(1));
}

TEST_CASE("restored nodes are sorted by silence, and what is too much goes") {
  NodeTable nodes(2);
  for (const std::uint32_t number : {1U, 2U, 3U})
    nodes.restore({.number = number, .packets = 2, .last_heard = first_time - number});
  nodes.see(packet(1, 9));
  CHECK(nodes.size() == 2);
  CHECK(nodes.find(1));
  CHECK(nodes.find(2));
}

TEST_CASE("what was published before a restart is not published again") {
  NodeTable nodes(2);
  NodeRecord record{.number = 1, .packets = 2};
  record.published = record.topics();
  nodes.restore(record);
  CHECK(work_of(nodes, 0).empty());
}

TEST_CASE("without topics what was published is cleared") {
  NodeTable nodes(NodeRules{.capacity = 2, .has_topics = false});
  NodeRecord record{.number = 1, .packets = 2};
  record.published = record.topics();
  nodes.restore(record);
  const auto work = work_of(nodes, 0);
  REQUIRE(work.size() == 1);
  CHECK(work[0].clear == record.published);
  CHECK_FALSE(work[0].is_forgotten);
}

TEST_CASE("a snapshot pages through the nodes in the order of their numbers") {
  NodeTable nodes(10);
  for (const std::uint32_t number : {5U, 1U, 9U}) nodes.see(packet(number, 1));
  const auto first = nodes.snapshot({}, 2);
  REQUIRE(first.size() == 2);
  CHECK(first[0].number == 1);
  const auto second = nodes.snapshot(first.back().number, 2);
  REQUIRE(second.size() == 1);
  CHECK(second[0].number == 9);
}

TEST_CASE("made up nodes push out neither those that were heard nor fill the memory") {
  constexpr std::size_t capacity = 1000;
  NodeTable nodes(capacity);
  nodes.see(packet(1, 1));
  nodes.see(packet(1, 2));
  const std::string wire(234, 'x');
  for (std::uint32_t number = 100; number < 100100; ++number) {
    for (std::uint8_t part = 0; part < static_cast<std::uint8_t>(NodePart::end_); ++part)
      nodes.see(payload(number, 1, static_cast<NodePart>(part), wire));
    Sighting route = packet(number, 1);
    route.is_route = true;
    nodes.see(route);
  }
  CHECK(nodes.size() <= capacity);
  CHECK(nodes.bytes() <= capacity * NodeRules::bytes_per_node);
  CHECK(nodes.find(1));
  CHECK(nodes.snapshot({}, 2 * capacity).size() == nodes.size());
}

TEST_CASE("large nodes are bounded by their bytes") {
  constexpr std::size_t capacity = 100;
  NodeTable nodes(capacity);
  const std::string wire(234, 'x');
  for (std::uint32_t number = 1; number <= capacity; ++number) {
    for (std::uint8_t part = 0; part < static_cast<std::uint8_t>(NodePart::end_); ++part)
      nodes.see(payload(number, part + 1U, static_cast<NodePart>(part), wire));
  }
  CHECK(nodes.size() < capacity);
  CHECK(nodes.bytes() <= capacity * NodeRules::bytes_per_node);
}

}  // namespace
}  // namespace mesh::test
