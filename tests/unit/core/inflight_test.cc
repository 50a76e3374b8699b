// SPDX-License-Identifier: Apache-2.0
#include "broker/core/inflight.h"

#include <algorithm>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

using core::Inflight;
using mqtt::Qos;

TEST_CASE("an id under way is not claimed again, the next free one is [MQTT-2.3.1-4]") {
  Inflight inflight;
  inflight.add({.id = inflight.claim(7), .qos = Qos::at_least_once});
  CHECK(inflight.claim(7) == 8);
  inflight.add({.id = 8, .qos = Qos::exactly_once});
  CHECK(inflight.claim(7) == 9);
  CHECK(inflight.acknowledge(7));
  CHECK(inflight.claim(7) == 7);
}

TEST_CASE("ids go on at 1 after 65535, never with 0") {
  Inflight inflight;
  inflight.add({.id = 0xffff, .qos = Qos::at_least_once});
  CHECK(inflight.claim(0xffff) == 1);
}

TEST_CASE("with every id under way there is none to claim") {
  Inflight inflight;
  for (unsigned id = 1; id <= 0xffff; ++id) {
    inflight.add({.id = static_cast<mqtt::PacketId>(id), .qos = Qos::at_least_once});
  }
  CHECK(inflight.claim(1) == 0);
  CHECK(inflight.acknowledge(1));
  CHECK(inflight.claim(1) == mqtt::PacketId{1});
}

TEST_CASE("an acknowledgement of the wrong kind completes nothing") {
  Inflight inflight;
  inflight.add({.id = 1, .qos = Qos::at_least_once});
  inflight.add({.id = 2, .qos = Qos::exactly_once});
  CHECK_FALSE(inflight.release(1));
  CHECK_FALSE(inflight.acknowledge(2));
  CHECK_FALSE(inflight.complete(2));
  CHECK(inflight.release(2));
  CHECK(inflight.release(2));
  CHECK(inflight.complete(2));
  CHECK_FALSE(inflight.complete(2));
  CHECK(inflight.size() == 1);
}

TEST_CASE("an oldest message that is never acknowledged makes no pile of the others") {
  Inflight inflight;
  inflight.add({.id = 1, .qos = Qos::at_least_once});
  for (int i = 0; i < 10'000; ++i) {
    inflight.add({.id = 2, .qos = Qos::at_least_once});
    REQUIRE(inflight.acknowledge(2));
  }
  CHECK(inflight.size() == 1);
  CHECK(inflight.entry_count() < 50);
  CHECK(inflight.acknowledge(1));
  CHECK(inflight.entry_count() == 0);
}

TEST_CASE("what is still under way is visited in the order of sending, whatever was acknowledged between") {
  Inflight inflight;
  for (const auto id : std::initializer_list<mqtt::PacketId>{5, 6, 7, 8})
    inflight.add({.id = id, .qos = Qos::at_least_once});
  CHECK(inflight.acknowledge(6));
  CHECK(inflight.acknowledge(5));
  std::vector<mqtt::PacketId> seen;
  inflight.each([&](const Inflight::Entry& entry) { seen.push_back(entry.id); });
  CHECK(seen == std::vector<mqtt::PacketId>{7, 8});
}

TEST_CASE("a window of any size finds its ids, in order, out of order, over the end of the numbers") {
  const mqtt::PacketId start = GENERATE(mqtt::PacketId{1}, mqtt::PacketId{60'000}, mqtt::PacketId{65'535});
  std::mt19937 random(start);
  Inflight inflight;
  std::vector<mqtt::PacketId> live;
  mqtt::PacketId next = start;
  for (int i = 0; i < 200'000; ++i) {
    if (live.size() < 500 && random() % 3 != 0) {
      const mqtt::PacketId id = inflight.claim(next);
      REQUIRE(id != 0);
      REQUIRE(std::ranges::find(live, id) == live.end());
      inflight.add({.id = id, .qos = Qos::at_least_once});
      live.push_back(id);
      next = next == 0xffff ? mqtt::PacketId{1} : static_cast<mqtt::PacketId>(next + 1);
    } else if (!live.empty()) {
      // Mostly the oldest but one: the oldest of all stays until ids have gone round more than once.
      const std::size_t at = live.size() == 1 || random() % 100 == 0 ? random() % live.size() : 1;
      if (at == 0 && i < 150'000) continue;
      REQUIRE(inflight.acknowledge(live[at]));
      REQUIRE_FALSE(inflight.acknowledge(live[at]));
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(at));
    }
    REQUIRE(inflight.size() == live.size());
  }
  std::vector<mqtt::PacketId> seen;
  inflight.each([&](const Inflight::Entry& entry) { seen.push_back(entry.id); });
  CHECK(seen == live);
  CHECK(inflight.entry_count() <= 2 * live.size() + 33);
}
