// SPDX-License-Identifier: Apache-2.0
#include "broker/net/address.h"

#include <catch2/catch.hpp>

TEST_CASE("an address reads back as it was written; IPv4 in IPv6 clothes is IPv4") {
  CHECK(net::parse_address("192.0.2.7", 1883)->text() == "192.0.2.7:1883");
  CHECK(net::parse_address("2001:db8::1", 8883)->text() == "[2001:db8::1]:8883");
  CHECK(net::parse_address("::ffff:10.0.0.1", 1)->text() == "10.0.0.1:1");
  CHECK(*net::parse_address("::ffff:10.0.0.1", 1) == *net::parse_address("10.0.0.1", 1));
  CHECK(net::parse_address("::", 0)->text() == "[::]:0");
}

TEST_CASE("what is no IP address is said to be none") {
  for (const char* text : {"", "localhost", "1.2.3", "256.1.1.1", "::g"}) {
    const auto address = net::parse_address(text, 1);
    REQUIRE_FALSE(address);
    CHECK(address.error() == "\"" + std::string(text) + "\" is no IP address");
  }
}
