// SPDX-License-Identifier: Apache-2.0
// What the judge of the other tests takes for the broker's fault.
#include "tests/hostile/round_trips.h"

#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

using hostile::RoundTrip;
using hostile::RoundTrips;
using std::chrono::milliseconds;

namespace {

RoundTrip from_to(int begin_ms, int end_ms, int starved_ms = 0) {
  return {hostile::Clock::time_point(milliseconds(begin_ms)),
          hostile::Clock::time_point(milliseconds(end_ms)), milliseconds(starved_ms)};
}

}  // namespace

TEST_CASE("a long round trip counts less what the control lost in the same time") {
  const RoundTrips::Result asked{.long_ones = {from_to(0, 50), from_to(100, 300)}};
  CHECK(longest_beyond(asked, {}) == milliseconds(200));
  CHECK(longest_beyond(asked, {.long_ones = {from_to(90, 240)}}) == milliseconds(50));
  CHECK(longest_beyond(asked, {.long_ones = {from_to(60, 99), from_to(300, 400)}}) == milliseconds(200));
}

TEST_CASE("a long round trip counts less the time that who answers had no processor") {
  const RoundTrips::Result asked{.long_ones = {from_to(0, 200, 150), from_to(200, 260)}};
  CHECK(longest_beyond(asked, {}) == milliseconds(60));
}

TEST_CASE("asking ends with the answer that fails") {
  std::atomic<int> asked = 0;
  RoundTrips failing([&] { return ++asked < 3; });
  while (asked < 3) std::this_thread::yield();
  CHECK(failing.stop().has_failed);
  CHECK(failing.stop().count == 3);
}

TEST_CASE("asking ends when told to") {
  std::atomic<int> asked = 0;
  RoundTrips lasting([&] { return ++asked > 0; });
  while (asked < 3) std::this_thread::yield();
  CHECK_FALSE(lasting.stop().has_failed);
  CHECK(lasting.stop().count >= 3);
}
