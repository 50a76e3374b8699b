// SPDX-License-Identifier: Apache-2.0
#include "mesh/deliveries.h"

#include <catch2/catch.hpp>

using std::chrono_literals::operator""s;
using mesh::Deliveries;
using mesh::PacketIdentity;

namespace {

base::TimePoint at(base::Duration since_start) { return base::TimePoint(since_start); }

}  // namespace

TEST_CASE("each receiver may be sent each packet once within the window") {
  Deliveries deliveries(10s, 100);
  const PacketIdentity packet{1, 2, 3}, other{1, 2, 4};
  CHECK(deliveries.claim(packet, "a", at(0s)));
  CHECK(deliveries.claim(packet, "b", at(1s)));
  CHECK(deliveries.claim(other, "a", at(1s)));
  CHECK_FALSE(deliveries.claim(packet, "a", at(9s)));
  CHECK_FALSE(deliveries.claim(packet, "b", at(9s)));
  CHECK(deliveries.claim(packet, "a", at(10s)));
}

TEST_CASE("at the limit the oldest packet is forgotten") {
  Deliveries deliveries(10s, 2);
  for (std::uint32_t id = 1; id <= 3; ++id) CHECK(deliveries.claim({0, 0, id}, "a", at(0s)));
  CHECK(deliveries.size() == 2);
  CHECK_FALSE(deliveries.claim({0, 0, 3}, "a", at(0s)));
  CHECK(deliveries.claim({0, 0, 1}, "a", at(0s)));
}
