// SPDX-License-Identifier: Apache-2.0
#include "mesh/send_queue.h"

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

using Place = SendQueue::Place;

base::TimePoint at(double seconds) {
  return base::TimePoint{base::Duration{static_cast<std::int64_t>(seconds * 1000)}};
}

OwnPacket text(std::uint32_t id) { return {id, "msh/2/e/LongFast/!1", "bytes", true}; }
OwnPacket position(std::uint32_t id) { return {id, "msh/2/e/LongFast/!1", "bytes", false}; }

const std::vector<std::string> one = {"!0000000a"};
const std::vector<std::string> both = {"!0000000a", "!0000000b"};

/// What the only receiver was told for each of these packets, all at once.
std::vector<Place> fill(SendQueue& queue, std::uint32_t first, std::uint32_t last, base::TimePoint now) {
  std::vector<Place> places;
  for (std::uint32_t id = first; id <= last; ++id)
    places.push_back(queue.offer(text(id), one, now).places[0]);
  return places;
}

TEST_CASE("four packets leave at once, then one in each second") {
  SendQueue queue({});
  CHECK(fill(queue, 1, 6, at(0)) ==
        std::vector<Place>{Place::now, Place::now, Place::now, Place::now, Place::later, Place::later});
  CHECK(queue.release(at(0.9)).empty());
  REQUIRE(queue.release(at(1)).size() == 1);
  CHECK(queue.release(at(1.9)).empty());
  REQUIRE(queue.release(at(2))[0].id == 6);
  CHECK(queue.waiting() == 0);
}

TEST_CASE("after silence there is a whole burst again, but never more") {
  SendQueue queue({});
  fill(queue, 1, 4, at(0));
  CHECK(fill(queue, 5, 9, at(3600)) ==
        std::vector<Place>{Place::now, Place::now, Place::now, Place::now, Place::later});
}

TEST_CASE("nothing overtakes what waits, though there is a token") {
  SendQueue queue({});
  fill(queue, 1, 5, at(0));
  CHECK(queue.offer(text(6), one, at(1)).places[0] == Place::later);
  CHECK(queue.release(at(1)).front().id == 5);
}

TEST_CASE("of a full queue the oldest packet that is no text gives way") {
  SendQueue queue({.burst = 1, .waiting = 3});
  fill(queue, 1, 2, at(0));
  static_cast<void>(queue.offer(position(3), one, at(0)));
  static_cast<void>(queue.offer(position(4), one, at(0)));
  const auto offered = queue.offer(text(5), one, at(0));
  CHECK(offered.places[0] == Place::later);
  REQUIRE(offered.displaced.size() == 1);
  CHECK(offered.displaced[0].id == 3);
  CHECK(offered.displaced[0].receiver == one[0]);
  std::vector<std::uint32_t> left;
  for (const OwnPacket& each : queue.release(at(10))) left.push_back(each.id);
  CHECK(left == std::vector<std::uint32_t>{2});
}

TEST_CASE("a queue full of texts refuses what is new") {
  SendQueue queue({.burst = 1, .waiting = 2});
  CHECK(fill(queue, 1, 4, at(0)) ==
        std::vector<Place>{Place::now, Place::later, Place::later, Place::refused});
  CHECK(queue.waiting() == 2);
}

TEST_CASE("a packet is only for those that it was released for, and once") {
  SendQueue queue({.burst = 1});
  static_cast<void>(queue.offer(text(1), one, at(0)));
  const auto offered = queue.offer(text(2), both, at(0));
  CHECK(offered.places == std::vector<Place>{Place::later, Place::now});
  CHECK(offered.is_due());
  CHECK_FALSE(queue.take(2, "!0000000a"));
  CHECK(queue.take(2, "!0000000b"));
  CHECK_FALSE(queue.take(2, "!0000000b"));
  REQUIRE(queue.release(at(1)).size() == 1);
  CHECK(queue.take(2, "!0000000a"));
}

TEST_CASE("a packet that two gateways waited for is published once for both") {
  SendQueue queue({.burst = 1});
  static_cast<void>(queue.offer(text(1), both, at(0)));
  CHECK_FALSE(queue.offer(text(2), both, at(0)).is_due());
  CHECK(queue.release(at(1)).size() == 1);
}

TEST_CASE("a release that nobody takes lapses after a minute") {
  SendQueue queue({});
  static_cast<void>(queue.offer(text(1), one, at(0)));
  static_cast<void>(queue.release(at(60)));
  CHECK_FALSE(queue.take(1, one[0]));
  static_cast<void>(queue.offer(text(2), one, at(60)));
  static_cast<void>(queue.release(at(119)));
  CHECK(queue.take(2, one[0]));
}

TEST_CASE("of too many releases that nobody takes the oldest lapses") {
  SendQueue queue({.burst = SendQueue::max_released + 1});
  constexpr auto last = static_cast<std::uint32_t>(SendQueue::max_released + 1);
  fill(queue, 1, last, at(0));
  CHECK_FALSE(queue.take(1, one[0]));
  CHECK(queue.take(2, one[0]));
  CHECK(queue.take(last, one[0]));
}

TEST_CASE("the slowest pace is kept exactly") {
  SendQueue slow({.interval = std::chrono::hours{1}, .burst = 1});
  fill(slow, 1, 2, at(0));
  CHECK(slow.release(at(3599)).empty());
  CHECK(slow.release(at(3600)).size() == 1);
}

TEST_CASE("receivers beyond the limit are refused") {
  SendQueue queue({});
  std::vector<std::string> crowd;
  for (std::size_t i = 0; i <= SendQueue::max_receivers; ++i) crowd.push_back(std::to_string(i));
  const auto offered = queue.offer(text(1), crowd, at(0));
  CHECK(offered.places.front() == Place::now);
  CHECK(offered.places.back() == Place::refused);
  static_cast<void>(queue.release(at(10)));  // idle ones are forgotten
  CHECK(queue.offer(text(2), one, at(10)).places[0] == Place::now);
}

}  // namespace
}  // namespace mesh::test
