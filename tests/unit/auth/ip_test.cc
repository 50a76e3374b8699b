// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/ip.h"

#include <catch2/catch.hpp>

namespace {

auth::Ip v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d};
}

TEST_CASE("a network has the addresses that share its first bits") {
  const auth::Network ten{v4(10, 0, 0, 0), 96 + 8};
  CHECK(ten.has(v4(10, 255, 1, 2)));
  CHECK_FALSE(ten.has(v4(11, 0, 0, 0)));
  const auth::Network twelve{v4(172, 16, 0, 0), 96 + 12};
  CHECK(twelve.has(v4(172, 31, 255, 255)));
  CHECK_FALSE(twelve.has(v4(172, 32, 0, 0)));
  const auth::Network one{v4(127, 0, 0, 1), 128};
  CHECK(one.has(v4(127, 0, 0, 1)));
  CHECK_FALSE(one.has(v4(127, 0, 0, 2)));
  CHECK(auth::Network{{}, 0}.has(v4(1, 2, 3, 4)));
}

TEST_CASE("IPv4 stands for itself, IPv6 for its /64") {
  CHECK(auth::origin_of(v4(192, 0, 2, 7)) == v4(192, 0, 2, 7));
  auth::Ip address{0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2, 9, 9, 9, 9, 9, 9, 9, 9};
  auth::Ip network{0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 2};
  CHECK(auth::origin_of(address) == network);
}

}  // namespace
