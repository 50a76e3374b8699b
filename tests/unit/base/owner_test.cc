// SPDX-License-Identifier: Apache-2.0
#include "broker/base/owner.h"

#include <array>
#include <string>

#include <catch2/catch.hpp>

using base::owner_of;

TEST_CASE("the owner is FNV-1a of the client id, for ever the same") {
  // 64-bit FNV-1a: "" cbf29ce484222325, "a" af63dc4c8601ec8c, "foobar" 85944171f73967e8 (published test
  // values).
  CHECK(owner_of("", 1'000'003) == 0xcbf29ce484222325 % 1'000'003);
  CHECK(owner_of("a", 1'000'003) == 0xaf63dc4c8601ec8c % 1'000'003);
  CHECK(owner_of("foobar", 1'000'003) == 0x85944171f73967e8 % 1'000'003);
}

TEST_CASE("bytes from 0x80 hash as unsigned") {
  CHECK(owner_of("\xff", 1'000'003) == 0xaf64724c8602eb6e % 1'000'003);
}

TEST_CASE("one worker owns everybody") {
  for (const char* id : {"", "a", "!deadbeef", "MeshtasticPythonMqttProxy"}) CHECK(owner_of(id, 1) == 0);
}

TEST_CASE("every worker has its share of clients") {
  std::array<int, 4> clients{};
  for (int i = 0; i < 4'000; ++i) ++clients.at(owner_of("client-" + std::to_string(i), 4));
  for (const int count : clients) {
    CHECK(count > 800);
    CHECK(count < 1'200);
  }
}
