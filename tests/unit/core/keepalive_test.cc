// SPDX-License-Identifier: Apache-2.0
#include "broker/core/keepalive.h"

#include <catch2/catch.hpp>

using base::Duration;
using base::TimePoint;

TEST_CASE("the deadline is exactly one and a half times the interval after the last packet [MQTT-3.1.2-24]") {
  core::Keepalive keepalive;
  const TimePoint start{Duration(100)};
  keepalive.start(5, start);
  CHECK(keepalive.deadline() == start + Duration(7500));
  keepalive.on_packet(start + Duration(1));
  CHECK(keepalive.deadline() == start + Duration(7501));
  keepalive.start(65535, start);
  CHECK(keepalive.deadline() == start + Duration(98'302'500));
}

TEST_CASE("an interval of 0 switches it off") {
  core::Keepalive keepalive;
  keepalive.start(0, TimePoint{});
  CHECK_FALSE(keepalive.deadline());
}
