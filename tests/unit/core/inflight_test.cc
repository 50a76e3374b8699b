// SPDX-License-Identifier: Apache-2.0
#include "broker/core/inflight.h"

#include <catch2/catch.hpp>

using core::Inflight;
using mqtt::Qos;

TEST_CASE("an id under way is not claimed again, the next free one is [MQTT-2.3.1-4]") {
  Inflight inflight;
  inflight.add(*inflight.claim(7), Qos::at_least_once, {});
  CHECK(*inflight.claim(7) == 8);
  inflight.add(8, Qos::exactly_once, {});
  CHECK(*inflight.claim(7) == 9);
  CHECK(inflight.acknowledge(7));
  CHECK(*inflight.claim(7) == 7);
}

TEST_CASE("ids go on at 1 after 65535, never with 0") {
  Inflight inflight;
  inflight.add(0xffff, Qos::at_least_once, {});
  CHECK(*inflight.claim(0xffff) == 1);
}

TEST_CASE("with every id under way there is none to claim") {
  Inflight inflight;
  for (unsigned id = 1; id <= 0xffff; ++id) {
    inflight.add(static_cast<mqtt::PacketId>(id), Qos::at_least_once, {});
  }
  CHECK_FALSE(inflight.claim(1));
  CHECK(inflight.acknowledge(1));
  CHECK(inflight.claim(1) == mqtt::PacketId{1});
}

TEST_CASE("an acknowledgement of the wrong kind completes nothing") {
  Inflight inflight;
  inflight.add(1, Qos::at_least_once, {});
  inflight.add(2, Qos::exactly_once, {});
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
  inflight.add(1, Qos::at_least_once, {});
  for (int i = 0; i < 10'000; ++i) {
    inflight.add(2, Qos::at_least_once, {});
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
    inflight.add(id, Qos::at_least_once, {});
  CHECK(inflight.acknowledge(6));
  CHECK(inflight.acknowledge(5));
  std::vector<mqtt::PacketId> seen;
  inflight.each([&](const Inflight::Entry& entry) { seen.push_back(entry.id); });
  CHECK(seen == std::vector<mqtt::PacketId>{7, 8});
}
