// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/network.h"

#include <catch2/catch.hpp>

#include "broker/net/address.h"

namespace {

bool is_in(std::string_view network, std::string_view address) {
  return app::contains(*app::parse_network(network), net::parse_address(address, 0)->ip);
}

TEST_CASE("a network holds its first and its last address and not their neighbours") {
  CHECK(is_in("10.0.0.0/8", "10.0.0.0"));
  CHECK(is_in("10.0.0.0/8", "10.255.255.255"));
  CHECK_FALSE(is_in("10.0.0.0/8", "11.0.0.0"));
  CHECK_FALSE(is_in("10.0.0.0/8", "9.255.255.255"));
  CHECK(is_in("192.0.2.128/25", "192.0.2.128"));
  CHECK_FALSE(is_in("192.0.2.128/25", "192.0.2.127"));
  CHECK(is_in("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(is_in("2001:db8::/33", "2001:db8:8000::"));
}

TEST_CASE("an address alone is a network of one, and a mapped one is the same as IPv4's") {
  CHECK(is_in("192.0.2.7", "192.0.2.7"));
  CHECK_FALSE(is_in("192.0.2.7", "192.0.2.6"));
  CHECK(is_in("192.0.2.7", "::ffff:192.0.2.7"));
  CHECK(is_in("::ffff:192.0.2.0/120", "192.0.2.9"));
}

TEST_CASE("everything is in the network of no bits, of its own kind") {
  CHECK(is_in("0.0.0.0/0", "255.255.255.255"));
  CHECK_FALSE(is_in("0.0.0.0/0", "2001:db8::1"));
  CHECK(is_in("::/0", "192.0.2.7"));
}

TEST_CASE("what is no network is an error that says so") {
  for (const char* text : {"", "x", "10.0.0.0/", "10.0.0.0/33", "10.0.0/8", "::/129", "10.0.0.0/-1",
                           "10.0.0.0/8 ", "localhost", "10.0.0.1/8", "2001:db8::1/64"}) {
    INFO(text);
    CHECK_FALSE(app::parse_network(text));
  }
}

}  // namespace
