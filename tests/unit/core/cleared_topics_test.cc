// SPDX-License-Identifier: Apache-2.0
#include "broker/core/cleared_topics.h"

#include <catch2/catch.hpp>

using core::ClearedTopics;

TEST_CASE("a message older than its topic's last clear comes too late, a newer one does not") {
  ClearedTopics cleared;
  CHECK_FALSE(cleared.is_after("a", 1));
  cleared.add("a", 5);
  CHECK(cleared.is_after("a", 4));
  CHECK_FALSE(cleared.is_after("a", 6));
  CHECK_FALSE(cleared.is_after("b", 4));
  cleared.add("a", 3);  // came late itself
  CHECK(cleared.is_after("a", 4));
}

TEST_CASE("the oldest clears are forgotten when they are too many") {
  ClearedTopics cleared;
  const std::string rest(60'000, '.');
  for (core::Stamp stamp = 1; stamp <= 200; ++stamp) cleared.add(std::to_string(stamp) + rest, stamp);
  CHECK_FALSE(cleared.is_after("1" + rest, 0));
  CHECK(cleared.is_after("200" + rest, 199));
}
