// SPDX-License-Identifier: Apache-2.0
#include "mesh/duplicates.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

constexpr bool complete = true;
constexpr bool incomplete = false;

base::TimePoint at(int seconds) { return base::TimePoint{std::chrono::seconds{seconds}}; }
PacketIdentity packet(std::uint32_t id) { return {1, 2, id}; }

TEST_CASE("only the first copy of a packet is first") {
  Duplicates duplicates(std::chrono::seconds{60}, 100);
  CHECK_FALSE(duplicates.contains(packet(7), at(0)));
  CHECK(duplicates.claim(packet(7), complete, at(0)));
  CHECK(duplicates.contains(packet(7), at(0)));
  CHECK_FALSE(duplicates.claim(packet(7), complete, at(1)));
}

TEST_CASE("packets differ by id, sender and place") {
  Duplicates duplicates(std::chrono::seconds{60}, 100);
  CHECK(duplicates.claim({1, 2, 3}, complete, at(0)));
  CHECK(duplicates.claim({1, 2, 4}, complete, at(0)));
  CHECK(duplicates.claim({1, 9, 3}, complete, at(0)));
  CHECK(duplicates.claim({9, 2, 3}, complete, at(0)));
  CHECK(duplicates.size() == 4);
}

TEST_CASE("a packet is forgotten exactly when its window has passed, counted from its first copy") {
  Duplicates duplicates(std::chrono::seconds{60}, 100);
  CHECK(duplicates.claim(packet(7), complete, at(0)));
  CHECK_FALSE(duplicates.claim(packet(7), complete, at(59)));
  CHECK_FALSE(duplicates.contains(packet(7), at(60)));
  CHECK(duplicates.claim(packet(7), complete, at(60)));
}

TEST_CASE("a full memory forgets the oldest packet first") {
  Duplicates duplicates(std::chrono::seconds{60}, 2);
  CHECK(duplicates.claim(packet(1), complete, at(0)));
  CHECK(duplicates.claim(packet(2), complete, at(1)));
  CHECK(duplicates.claim(packet(3), complete, at(2)));
  CHECK(duplicates.size() == 2);
  CHECK_FALSE(duplicates.contains(packet(1), at(3)));
  CHECK(duplicates.contains(packet(2), at(3)));
  CHECK(duplicates.contains(packet(3), at(3)));
}

TEST_CASE("an incomplete copy does not stand in for a complete one") {
  Duplicates duplicates(std::chrono::seconds{60}, 100);
  CHECK(duplicates.claim(packet(7), incomplete, at(0)));
  CHECK_FALSE(duplicates.contains(packet(7), at(0)));
  CHECK_FALSE(duplicates.claim(packet(7), incomplete, at(1)));
  CHECK(duplicates.claim(packet(7), complete, at(2)));
  CHECK_FALSE(duplicates.claim(packet(7), complete, at(3)));
  CHECK_FALSE(duplicates.claim(packet(7), incomplete, at(4)));
}

TEST_CASE("the clock of a worker that lags behind does no harm") {
  Duplicates duplicates(std::chrono::seconds{60}, 100);
  CHECK(duplicates.claim(packet(1), complete, at(100)));
  CHECK(duplicates.claim(packet(2), complete, at(50)));
  CHECK(duplicates.contains(packet(2), at(159)));
  CHECK_FALSE(duplicates.contains(packet(2), at(160)));
  CHECK(duplicates.size() == 0);
}

TEST_CASE("without capacity every copy is the first") {
  Duplicates duplicates(std::chrono::seconds{60}, 0);
  CHECK(duplicates.claim(packet(7), complete, at(0)));
  CHECK(duplicates.claim(packet(7), complete, at(0)));
}

TEST_CASE("of copies that arrive on several workers at once exactly one is first") {
  Duplicates duplicates(std::chrono::seconds{60}, 100000);
  std::atomic<int> firsts = 0;
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&duplicates, &firsts] {
      for (std::uint32_t id = 1; id <= 500; ++id)
        firsts += duplicates.claim(packet(id), complete, at(0)) ? 1 : 0;
    });
  }
  for (std::thread& worker : workers) worker.join();
  CHECK(firsts == 500);
}

}  // namespace
}  // namespace mesh::test
