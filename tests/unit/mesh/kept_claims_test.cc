// SPDX-License-Identifier: Apache-2.0
#include "mesh/kept_claims.h"

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

constexpr base::Duration window = std::chrono::seconds{600};

base::TimePoint at(int seconds) { return base::TimePoint{std::chrono::seconds{seconds}}; }
PacketIdentity packet(std::uint32_t id) { return {0x1122334455667788, 0xaabbccdd, id}; }

struct Life {
  explicit Life(std::size_t capacity = 100) : duplicates(window, capacity) {}
  void restore(const FakeHost& host, int seconds) {
    for (const auto& [name, value] : host.kept) kept.restore(name, base::as_bytes(value), at(seconds));
  }
  Duplicates duplicates;
  KeptClaims kept{{"mesh/duplicates/", duplicates, duplicates, window}};
};

TEST_CASE("a packet that was published before a restart is a duplicate after it, until its window is over") {
  FakeHost host;
  Life before;
  CHECK(before.duplicates.claim(packet(1), true, at(1000)));
  before.kept.on_tick(host, at(1001));
  CHECK(before.duplicates.claim(packet(2), false, at(1002)));
  before.kept.on_tick(host, at(1002));

  Life after;
  after.restore(host, 1010);
  CHECK(after.duplicates.contains(packet(1), at(1010)));
  CHECK_FALSE(after.duplicates.contains(packet(2), at(1010)));  // it was incomplete
  CHECK(after.duplicates.claim(packet(2), true, at(1011)));
  CHECK(after.duplicates.contains(packet(1), at(1600)));
  CHECK_FALSE(after.duplicates.contains(packet(1), at(1601)));
}

TEST_CASE("after the machine has started anew a packet counts as just published") {
  FakeHost host;
  Life before;
  CHECK(before.duplicates.claim(packet(1), true, at(5000)));
  before.kept.on_tick(host, at(5000));
  Life after;
  after.restore(host, 7);
  CHECK(after.duplicates.contains(packet(1), at(8)));
  CHECK_FALSE(after.duplicates.contains(packet(1), at(607)));
}

TEST_CASE("a second's packets are kept once, and no longer than the window") {
  FakeHost host;
  Life life;
  CHECK(life.duplicates.claim(packet(1), true, at(0)));
  life.kept.on_tick(host, at(1));
  CHECK(host.kept.size() == 1);
  life.kept.on_tick(host, at(2));
  CHECK(host.kept.size() == 1);
  life.kept.on_tick(host, at(600));
  CHECK(host.kept.size() == 1);
  life.kept.on_tick(host, at(601));
  CHECK(host.kept.empty());
}

TEST_CASE("old packets are forgotten after a restart too") {
  FakeHost host;
  Life before;
  CHECK(before.duplicates.claim(packet(1), true, at(0)));
  before.kept.on_tick(host, at(1));
  Life after;
  after.restore(host, 5);
  after.kept.on_tick(host, at(602));
  CHECK(host.kept.empty());
}

TEST_CASE("what makes no sense is ignored") {
  Life life;
  for (const char* name :
       {"mesh/node/", "mesh/node/xyz", "mesh/node/1122334455", "mesh/other/1", "mesh/duplicates/-"})
    life.kept.restore(name, base::as_bytes("whatever"), at(0));
  life.kept.restore("mesh/duplicates/0000000000000001", base::as_bytes("too short"), at(2));
  CHECK(life.duplicates.size() == 0);
}

}  // namespace
}  // namespace mesh::test
