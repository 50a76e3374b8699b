// SPDX-License-Identifier: Apache-2.0
#include "broker/base/deadline_queue.h"

#include <string>

#include <catch2/catch.hpp>

using base::DeadlineQueue;
using base::TimePoint;

namespace {

TimePoint at(std::int64_t ms) { return TimePoint(base::Duration(ms)); }

}  // namespace

TEST_CASE("ids come up in the order of their times, not of their pushing") {
  DeadlineQueue<int> queue;
  queue.push(at(30), 3);
  queue.push(at(10), 1);
  queue.push(at(20), 2);
  CHECK(queue.next() == at(10));
  CHECK(queue.pop_due(at(100)) == 1);
  CHECK(queue.pop_due(at(100)) == 2);
  CHECK(queue.pop_due(at(100)) == 3);
  CHECK(queue.pop_due(at(100)) == std::nullopt);
}

TEST_CASE("an id is due at its time exactly and not a millisecond before") {
  DeadlineQueue<int> queue;
  queue.push(at(10), 1);
  CHECK(queue.pop_due(at(9)) == std::nullopt);
  CHECK(queue.size() == 1);
  CHECK(queue.pop_due(at(10)) == 1);
  CHECK(queue.size() == 0);
}

TEST_CASE("an empty queue has no next time") {
  DeadlineQueue<int> queue;
  CHECK(queue.next() == std::nullopt);
  CHECK(queue.pop_due(at(0)) == std::nullopt);
}

TEST_CASE("an id may be in the queue more than once") {
  DeadlineQueue<std::string> queue;
  queue.push(at(10), "a");
  queue.push(at(20), "a");
  CHECK(queue.pop_due(at(15)) == "a");
  CHECK(queue.pop_due(at(15)) == std::nullopt);
  CHECK(queue.next() == at(20));
}
