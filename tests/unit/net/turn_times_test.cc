// SPDX-License-Identifier: Apache-2.0
#include "broker/net/turn_times.h"

#include <catch2/catch.hpp>

using net::Turns;
using net::TurnTimes;

TEST_CASE("a turn's time is that from the first wake-up to its end") {
  TurnTimes times;
  times.begin(1000);
  times.begin(1040);
  times.end(1050);
  CHECK(times.counters()[Turns::all] == 1);
  CHECK(times.counters()[Turns::longest_ms] == 50);
  CHECK(times.counters()[Turns::over_10ms] == 1);
  CHECK(times.counters()[Turns::over_100ms] == 0);
  times.end(1060);  // nobody woke it up
  CHECK(times.counters()[Turns::all] == 2);
  CHECK(times.counters()[Turns::over_10ms] == 1);
}

TEST_CASE("a very long turn counts as long, too") {
  TurnTimes times;
  times.begin(1000);
  times.end(2001);
  CHECK(times.counters()[Turns::over_10ms] == 1);
  CHECK(times.counters()[Turns::over_100ms] == 1);
  CHECK(times.counters()[Turns::over_1s] == 1);
}

TEST_CASE("the longest turn is forgotten after ten to twenty seconds") {
  TurnTimes times;
  times.begin(1000);
  times.end(1050);
  times.begin(12'000);
  times.end(12'003);
  CHECK(times.counters()[Turns::longest_ms] == 50);
  times.end(23'000);
  CHECK(times.counters()[Turns::longest_ms] == 3);
  times.end(53'000);
  CHECK(times.counters()[Turns::longest_ms] == 0);
}
