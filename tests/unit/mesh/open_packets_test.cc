// SPDX-License-Identifier: Apache-2.0
#include "mesh/open_packets.h"

#include <chrono>
#include <string>

#include <catch2/catch.hpp>

namespace mesh {
namespace {

constexpr OpenPacketsLimits limits{std::chrono::seconds{3}, std::chrono::minutes{15}, 100, 3, 2};

base::TimePoint at(int seconds) { return base::TimePoint{std::chrono::seconds{seconds}}; }

HeardBy heard(const std::string& gateway) {
  HeardBy heard;
  heard.gateway = gateway;
  return heard;
}

OpenPacket packet(std::uint32_t id, Readability readability = Readability::readable) {
  OpenPacket packet;
  packet.identity = {0, 1, id};
  packet.head.readability = readability;
  packet.head.json = "{" + std::to_string(static_cast<int>(readability));
  packet.heard.push_back(heard("first"));
  return packet;
}

TEST_CASE("an unknown packet needs content, an open and readable one only its copies") {
  OpenPackets packets(limits);
  CHECK(packets.add_copy({0, 1, 7}, heard("a"), at(0)).wish == OpenPackets::Wish::content);
  packets.add(packet(7), at(0));
  CHECK(packets.add_copy({0, 1, 7}, heard("a"), at(1)).wish == OpenPackets::Wish::nothing);
  CHECK(packets.take_due(at(3)).at(0).heard.size() == 2);
}

TEST_CASE("a packet that was given out needs its name only") {
  OpenPackets packets(limits);
  packets.add(packet(7), at(0));
  packets.take_due(at(3));
  CHECK(packets.add_copy({0, 1, 7}, heard("a"), at(4)).wish == OpenPackets::Wish::name);
  packets.add(packet(7, Readability::unread), at(4));
  CHECK(packets.add_copy({0, 1, 7}, heard("b"), at(5)).wish == OpenPackets::Wish::nothing);
  const std::vector<OpenPacket> due = packets.take_due(at(7));
  REQUIRE(due.size() == 1);
  CHECK(due[0].is_update);
}

TEST_CASE("content goes on being wished until a copy is readable") {
  OpenPackets packets(limits);
  packets.add(packet(7, Readability::closed), at(0));
  const OpenPackets::Answer answer = packets.add_copy({0, 1, 7}, heard("a"), at(1));
  CHECK(answer.wish == OpenPackets::Wish::content);
  CHECK(answer.shown == Readability::closed);
  packets.add(packet(7, Readability::undecodable), at(1));
  packets.add(packet(7, Readability::readable), at(1));
  packets.add(packet(7, Readability::closed), at(2));
  CHECK(packets.take_due(at(3)).at(0).head.readability == Readability::readable);
}

TEST_CASE("a packet told without content stays incomplete, so that its content may follow") {
  OpenPackets packets(limits);
  packets.add(packet(7, Readability::closed), at(0));
  packets.take_due(at(3));
  CHECK(packets.add_copy({0, 1, 7}, heard("a"), at(4)).wish == OpenPackets::Wish::content);
}

TEST_CASE("of too many open packets the oldest leaves before its time") {
  OpenPackets packets(limits);
  for (const std::uint32_t id : {1U, 2U, 3U}) CHECK_FALSE(packets.add(packet(id), at(0)).displaced);
  const OpenPackets::Added added = packets.add(packet(4), at(0));
  REQUIRE(added.displaced);
  CHECK(added.displaced->identity.id == 1);
  CHECK(packets.add_copy({0, 1, 1}, heard("a"), at(1)).wish == OpenPackets::Wish::name);
  CHECK(packets.take_due(at(3)).size() == 3);
}

TEST_CASE("a packet lists so many copies and counts the rest") {
  OpenPackets packets(limits);
  packets.add(packet(7), at(0));
  CHECK(packets.add_copy({0, 1, 7}, heard("a"), at(0)).fate == OpenPackets::Fate::listed);
  CHECK(packets.add_copy({0, 1, 7}, heard("a"), at(0)).fate == OpenPackets::Fate::repeated);
  CHECK(packets.add_copy({0, 1, 7}, heard("b"), at(0)).fate == OpenPackets::Fate::dropped);
  CHECK(packets.take_due(at(3)).at(0).dropped == 1);
}

TEST_CASE("what is taken to be kept does not count as given out") {
  OpenPackets packets(limits);
  packets.add(packet(7), at(0));
  std::vector<OpenPacket> all = packets.take_all();
  REQUIRE(all.size() == 1);
  CHECK(packets.take_due(at(100)).empty());
  packets.restore(std::move(all[0]), at(100));
  CHECK(packets.take_due(at(102)).empty());
  CHECK(packets.take_due(at(103)).size() == 1);
}

}  // namespace
}  // namespace mesh
