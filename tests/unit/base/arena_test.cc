// SPDX-License-Identifier: Apache-2.0
#include "broker/base/arena.h"

#include <algorithm>
#include <array>

#include <catch2/catch.hpp>

using base::Arena;

TEST_CASE("what is taken one after the other lies side by side") {
  Arena arena(64);
  const auto first = arena.take(10);
  const auto second = arena.take(20);
  CHECK(first.size() == 10);
  CHECK(second.data() == first.data() + 10);
  CHECK(arena.used() == 30);
}

TEST_CASE("a full chunk is followed by another, and what was taken stays") {
  Arena arena(16);
  const auto first = arena.take(12);
  first[0] = 42;
  const auto second = arena.take(12);
  CHECK(second.data() != first.data() + 12);
  std::ranges::fill(second, std::uint8_t{43});
  CHECK(first[0] == 42);
  CHECK(arena.used() == 24);
}

TEST_CASE("more than a chunk can be taken at once") {
  Arena arena(16);
  const auto large = arena.take(1000);
  REQUIRE(large.size() == 1000);
  large[999] = 1;
  CHECK(arena.used() == 1000);
}

TEST_CASE("a reset arena gives the same memory again") {
  Arena arena(64);
  const std::uint8_t* first = arena.take(10).data();
  arena.take(200);
  arena.reset();
  CHECK(arena.used() == 0);
  CHECK(arena.take(64).data() == first);
}

TEST_CASE("after a reset the whole first chunk is there, even when it was taken for something large") {
  Arena arena(16);
  const std::uint8_t* first = arena.take(1000).data();
  arena.reset();
  CHECK(arena.take(1000).data() == first);
}

TEST_CASE("nothing can be taken and nothing reset") {
  Arena arena(16);
  arena.reset();
  CHECK(arena.take(0).empty());
  CHECK(arena.used() == 0);
  arena.take(16);
  CHECK(arena.take(0).empty());
}

TEST_CASE("a copy is independent of its source") {
  Arena arena(16);
  std::array<std::uint8_t, 3> source = {1, 2, 3};
  const base::Bytes copy = arena.copy(source);
  source[0] = 9;
  REQUIRE(copy.size() == 3);
  CHECK(copy[0] == 1);
  CHECK(arena.copy({}).empty());
}

#ifndef NDEBUG
TEST_CASE("memory of an earlier turn is poisoned in debug builds") {
  Arena arena(16);
  const auto taken = arena.take(4);
  taken[0] = 1;
  arena.reset();
  CHECK(taken[0] == 0xdd);
}
#endif
