// SPDX-License-Identifier: Apache-2.0
#include "broker/core/endings.h"

#include <catch2/catch.hpp>

namespace core::test {
namespace {

const base::TimePoint start{};

TEST_CASE("the last ending of a client is known, and nobody else's") {
  Endings endings;
  endings.note("a", {CloseReason::too_slow, start});
  endings.note("a", {CloseReason::connection_lost, start + base::Duration(5)});
  REQUIRE(endings.of("a"));
  CHECK(endings.of("a")->reason == CloseReason::connection_lost);
  CHECK(endings.of("a")->at == start + base::Duration(5));
  CHECK_FALSE(endings.of("b"));
}

TEST_CASE("of more clients than are noted the first is forgotten, again and again") {
  Endings endings;
  const auto id = [](std::size_t i) { return "a client with an id of its own " + std::to_string(i); };
  for (std::size_t i = 0; i < 3 * Endings::most_clients; ++i)
    endings.note(id(i), {CloseReason::disconnected, start + base::Duration(i)});
  CHECK_FALSE(endings.of(id(2 * Endings::most_clients - 1)));
  for (std::size_t i = 2 * Endings::most_clients; i < 3 * Endings::most_clients; ++i) {
    REQUIRE(endings.of(id(i)));
    REQUIRE(endings.of(id(i))->at == start + base::Duration(i));
  }
}

TEST_CASE("an id longer than any device's is not noted") {
  Endings endings;
  endings.note(std::string(Endings::longest_id, 'x'), {CloseReason::disconnected, start});
  endings.note(std::string(Endings::longest_id + 1, 'y'), {CloseReason::disconnected, start});
  CHECK(endings.of(std::string(Endings::longest_id, 'x')));
  CHECK_FALSE(endings.of(std::string(Endings::longest_id + 1, 'y')));
}

}  // namespace
}  // namespace core::test
