// SPDX-License-Identifier: Apache-2.0
#include "broker/core/received_ids.h"

#include <random>
#include <set>
#include <utility>

#include <catch2/catch.hpp>

TEST_CASE("an id is new once, and again after its PUBREL [MQTT-4.3.3-2]") {
  core::ReceivedIds ids;
  CHECK(ids.add(9));
  CHECK_FALSE(ids.add(9));
  CHECK_FALSE(ids.add(9));
  ids.remove(9);
  CHECK(ids.add(9));
}

TEST_CASE("list and bitmap answer alike while ids come and go across the border") {
  core::ReceivedIds ids;
  std::set<mqtt::PacketId> naive;
  std::mt19937 random(5);
  for (int i = 0; i < 20'000; ++i) {
    const auto id = static_cast<mqtt::PacketId>(1 + random() % (3 * core::ReceivedIds::listed_up_to));
    if (random() % 3 != 0) {
      REQUIRE(ids.add(id) == naive.insert(id).second);
    } else {
      ids.remove(id);
      naive.erase(id);
    }
    REQUIRE(ids.size() == naive.size());
    if (i % 3000 == 0) {
      for (const mqtt::PacketId each : std::exchange(naive, {})) ids.remove(each);
    }
  }
}

TEST_CASE("every id there is can wait, and an unknown one is removed without harm") {
  core::ReceivedIds ids;
  ids.remove(3);
  for (unsigned id = 1; id <= 0xffff; ++id) CHECK(ids.add(static_cast<mqtt::PacketId>(id)));
  CHECK(ids.size() == 0xffff);
  CHECK_FALSE(ids.add(40000));
  ids.remove(40000);
  CHECK(ids.add(40000));
}
