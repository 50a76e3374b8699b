// SPDX-License-Identifier: Apache-2.0
#include "broker/base/owner.h"

#include <array>
#include <string>

#include <catch2/catch.hpp>

using base::owner_of;

TEST_CASE("the owner is FNV-1a of the client id, mixed, for ever the same") {
  // 64-bit FNV-1a: "" cbf29ce484222325, "a" af63dc4c8601ec8c, "foobar" 85944171f73967e8 (published test
  // values), then the first half of MurmurHash3's finalizer.
  CHECK(owner_of("", 1'000'003) == 0xecba3df2c3383c52 % 1'000'003);
  CHECK(owner_of("a", 1'000'003) == 0xed8170de1919a24d % 1'000'003);
  CHECK(owner_of("foobar", 1'000'003) == 0x6916ce8b48d4bc55 % 1'000'003);
}

TEST_CASE("bytes from 0x80 hash as unsigned") {
  CHECK(owner_of("\xff", 1'000'003) == 0xaf9baf0b40b2142d % 1'000'003);
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

TEST_CASE("who differs only in one letter may still share a worker") {
  int together = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::string number = std::to_string(i);
    together += owner_of("load-s-" + number, 2) == owner_of("load-p-" + number, 2) ? 1 : 0;
  }
  CHECK(together > 400);
  CHECK(together < 600);
}
