// SPDX-License-Identifier: Apache-2.0
#include "mesh/kept_packets.h"

#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

constexpr base::Duration window = std::chrono::minutes{15};
constexpr OpenPacketsLimits limits{std::chrono::seconds{3}, window, 100};

base::TimePoint at(int seconds) { return base::TimePoint{std::chrono::seconds{seconds}}; }

struct Life {
  OpenPackets packets{limits};
  KeptPackets kept{packets, window};

  void restore(const FakeHost& host, int seconds) {
    for (const auto& [name, value] : host.kept) kept.restore(name, base::as_bytes(value), at(seconds));
  }
};

OpenPacket full_packet() {
  OpenPacket packet;
  packet.identity = {0x0123456789abcdef, 0x11223344, 7};
  packet.channel = "LongFast";
  packet.head = {"{\"schema\":1", Readability::undecodable, SignatureVerdict::unverified, true};
  packet.dropped = 3;
  packet.is_update = true;
  packet.heard.push_back({"!aabbccdd", base::WallTime{std::chrono::milliseconds{1234567890123}}, 1609459200,
                          -85, 6.25F, 3, 1, 0x44, 0x55, 1, true});
  return packet;
}

TEST_CASE("an open packet comes back as it was kept") {
  FakeHost host;
  Life before;
  Life after;
  before.packets.restore(full_packet(), at(0));
  before.kept.on_stop(host);
  after.restore(host, 1);
  const std::vector<OpenPacket> due = after.packets.take_due(at(4));
  REQUIRE(due.size() == 1);
  const OpenPacket expected = full_packet();
  CHECK(due[0].identity == expected.identity);
  CHECK(due[0].channel == expected.channel);
  CHECK(due[0].dropped == 3);
  CHECK(packet_message(due[0].head, {1, true, 3, due[0].heard}) ==
        packet_message(expected.head, {1, true, 3, expected.heard}));
}

TEST_CASE("a kept packet that makes no sense is left out, wherever it was cut") {
  FakeHost host;
  Life before;
  before.packets.restore(full_packet(), at(0));
  before.kept.on_stop(host);
  const std::string whole = host.kept.at("mesh/open/00000000");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Life after;
    host.kept["mesh/open/00000000"] = whole.substr(0, size);
    after.restore(host, 1);
    for (const OpenPacket& packet : after.packets.take_due(at(4))) CHECK(packet.heard.empty());
  }
}

TEST_CASE("open packets are no longer kept once they are open again") {
  FakeHost host;
  Life before;
  Life after;
  before.packets.restore(full_packet(), at(0));
  before.kept.on_stop(host);
  CHECK(host.kept.size() == 1);
  after.restore(host, 1);
  after.kept.on_tick(host, at(2));
  CHECK(host.kept.empty());
}

TEST_CASE("what was given out is known for the window, also after a restart") {
  FakeHost host;
  Life before;
  Life after;
  before.packets.restore(full_packet(), at(0));
  before.packets.take_due(at(3));
  OpenPacket other = full_packet();
  other.identity.id = 8;
  other.is_update = false;
  before.packets.add(other, at(3));
  before.packets.take_due(at(6));
  before.kept.on_tick(host, at(6));
  after.restore(host, 10);
  CHECK(after.packets.published().completeness(other.identity, at(11)) == false);
  after.kept.on_tick(host, at(6 + 15 * 60));
  CHECK(host.kept.empty());
}

TEST_CASE("names of others and numbers beyond reason are ignored") {
  Life life;
  for (const std::string name : {"mesh/node/00000001", "mesh/open/ffffffff", "mesh/open/", "mesh/open/x"})
    life.kept.restore(name, base::as_bytes("something"), at(0));
  FakeHost host;
  life.kept.on_tick(host, at(1));
  CHECK(life.packets.take_due(at(100)).empty());
}

}  // namespace
}  // namespace mesh::test
