// SPDX-License-Identifier: Apache-2.0
#include "mesh/stand_down.h"

#include <catch2/catch.hpp>

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""h;
using mesh::StandDown;

namespace {

base::TimePoint at(base::Duration since_start) { return base::TimePoint(since_start); }

}  // namespace

TEST_CASE(
    "a gateway that publishes JSON is left alone until its envelopes have gone on for an hour without") {
  StandDown down;
  CHECK_FALSE(down.on_envelope(1, at(0s)));
  down.on_json(1);
  CHECK(down.on_envelope(1, at(10h)));  // silence is no sign
  CHECK(down.on_envelope(1, at(11h - 1ms)));
  CHECK_FALSE(down.on_envelope(2, at(10h)));
  down.on_json(1);
  CHECK(down.on_envelope(1, at(11h)));
  CHECK(down.is_served(1));
  CHECK_FALSE(down.on_envelope(1, at(12h)));
  CHECK_FALSE(down.is_served(1));
  down.on_json(1);
  CHECK(down.on_envelope(1, at(13h)));
}

TEST_CASE("no more gateways are taken in than anybody has") {
  StandDown down;
  for (std::uint32_t number = 1; number <= StandDown::most_gateways + 1; ++number) down.on_json(number);
  CHECK(down.is_served(StandDown::most_gateways));
  CHECK_FALSE(down.is_served(StandDown::most_gateways + 1));
  down.on_json(1);
  CHECK(down.is_served(1));
}
