// SPDX-License-Identifier: Apache-2.0
#include "mesh/packets_by_age.h"

#include <map>
#include <memory>
#include <random>

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

PacketIdentity packet(std::uint32_t id) { return {7, 0x11223344, id}; }

TEST_CASE("what is told apart is place, sender and id") {
  PacketsByAge<int> packets;
  packets.add({1, 2, 3}, 10);
  CHECK(*packets.find({1, 2, 3}) == 10);
  CHECK(packets.find({9, 2, 3}) == nullptr);
  CHECK(packets.find({1, 9, 3}) == nullptr);
  CHECK(packets.find({1, 2, 9}) == nullptr);
}

TEST_CASE("packets leave in the order they came, and are not found any more") {
  PacketsByAge<int> packets;
  CHECK(packets.find(packet(1)) == nullptr);
  for (int i = 0; i < 100; ++i) packets.add(packet(static_cast<std::uint32_t>(i)), i);
  for (int i = 0; i < 100; ++i) {
    CHECK(packets.first() == i);
    CHECK(packets.take_first() == i);
    CHECK(packets.find(packet(static_cast<std::uint32_t>(i))) == nullptr);
  }
  CHECK(packets.empty());
}

TEST_CASE("a packet that leaves takes its memory with it") {
  PacketsByAge<std::shared_ptr<int>> packets;
  const auto value = std::make_shared<int>(1);
  packets.add(packet(1), value);
  static_cast<void>(packets.take_first());
  CHECK(value.use_count() == 1);
}

/// Long enough for the ring and the table to grow, go round and be full of gaps.
TEST_CASE("packets by age hold what a plain map and a list hold") {
  std::mt19937 random(1);
  PacketsByAge<std::uint32_t> packets;
  std::map<std::uint32_t, std::uint32_t> expected;  // by id
  std::uint32_t first = 0, next = 0;
  for (int step = 0; step < 200000; ++step) {
    const bool grows = step / 20000 % 2 == 0;
    if (random() % 100 < (grows ? 60 : 40)) {
      packets.add(packet(next * 64), next);
      expected[next] = next;
      ++next;
    } else if (!expected.empty()) {
      if (packets.take_first() != first) FAIL("another one than " << first);
      expected.erase(first++);
    }
    const auto asked = static_cast<std::uint32_t>(first + random() % 1000);
    const std::uint32_t* const found = packets.find(packet(asked * 64));
    const auto known = expected.find(asked);
    if ((found == nullptr) != (known == expected.end())) FAIL("wrong about " << asked << " at step " << step);
    if (found != nullptr && *found != known->second) FAIL("another value of " << asked);
    if (packets.size() != expected.size()) FAIL("another size at step " << step);
  }
}

}  // namespace
}  // namespace mesh::test
