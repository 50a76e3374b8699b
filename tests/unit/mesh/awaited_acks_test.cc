// SPDX-License-Identifier: Apache-2.0
#include "mesh/awaited_acks.h"

#include <catch2/catch.hpp>

#include "mesh/send_request.h"

namespace mesh::test {
namespace {

base::TimePoint at(std::int64_t seconds) { return base::TimePoint{std::chrono::seconds{seconds}}; }

TEST_CASE("an arrival is news once, and only from the addressee") {
  AwaitedAcks awaited;
  awaited.expect(7, 100, at(0));
  CHECK_FALSE(awaited.settle({8, 100, 0}, at(1)));
  CHECK_FALSE(awaited.settle({7, 101, 0}, at(1)));
  CHECK(awaited.settle({7, 100, 0}, at(1)));
  CHECK_FALSE(awaited.settle({7, 100, 0}, at(2)));
}

TEST_CASE("a failure is told once and does not hide the arrival") {
  AwaitedAcks awaited;
  awaited.expect(7, 100, at(0));
  CHECK(awaited.settle({7, 55, 6}, at(1)));
  CHECK_FALSE(awaited.settle({7, 55, 6}, at(2)));
  CHECK(awaited.settle({7, 100, 0}, at(3)));
}

TEST_CASE("anybody may confirm a packet to all") {
  AwaitedAcks awaited;
  awaited.expect(7, broadcast_number, at(0));
  CHECK(awaited.settle({7, 55, 0}, at(1)));
}

TEST_CASE("after ten minutes nobody waits any more") {
  AwaitedAcks awaited;
  awaited.expect(7, 100, at(0));
  CHECK_FALSE(awaited.settle({7, 100, 0}, at(600)));
}

TEST_CASE("beyond the capacity the oldest is forgotten") {
  AwaitedAcks awaited;
  for (std::uint32_t id = 1; id <= AwaitedAcks::capacity + 1; ++id) awaited.expect(id, 100, at(0));
  CHECK_FALSE(awaited.settle({1, 100, 0}, at(1)));
  CHECK(awaited.settle({2, 100, 0}, at(1)));
}

}  // namespace
}  // namespace mesh::test
