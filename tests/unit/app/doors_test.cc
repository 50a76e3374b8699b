// SPDX-License-Identifier: Apache-2.0
#include "broker/app/doors.h"

#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>
#include <unistd.h>

using app::Doors;
using core::CloseReason;

namespace {

net::Address at(std::string_view host) { return *net::parse_address(host, 4711); }

const app::Admission& admission() {
  static const app::Admission with_gateway({at("172.17.0.1")});
  return with_gateway;
}

}  // namespace

TEST_CASE("so many connections in all, and a place that is given back is free again") {
  Doors doors({.connections = 2}, admission());
  const app::Listener listener;
  auto first = doors.enter(listener, at("8.8.8.8"));
  const auto second = doors.enter(listener, at("127.0.0.1"));
  REQUIRE(first);
  REQUIRE(second);
  const auto third = doors.enter(listener, at("10.0.0.1"));
  REQUIRE_FALSE(third);
  CHECK(third.error().reason == CloseReason::too_many_connections);
  CHECK(third.error().why == "the broker is full: see limits.connections");
  *first = Doors::Ticket();
  CHECK(doors.enter(listener, at("10.0.0.1")));
}

TEST_CASE("a listener has its own limit; another one is not touched by it") {
  Doors doors({}, admission());
  app::Listener narrow;
  narrow.max_connections = 1;
  const app::Listener wide;
  const auto first = doors.enter(narrow, at("8.8.8.8"));
  REQUIRE(first);
  const auto second = doors.enter(narrow, at("8.8.4.4"));
  REQUIRE_FALSE(second);
  CHECK(second.error().reason == CloseReason::too_many_connections);
  CHECK(second.error().why == "the listener is full: see listener.max_connections");
  CHECK(doors.enter(wide, at("8.8.4.4")));
}

TEST_CASE("an address has its limit, whatever its ports; another address is not touched by it") {
  Doors doors({.per_address = 2}, admission());
  const app::Listener listener;
  const auto first = doors.enter(listener, at("8.8.8.8"));
  const auto second = doors.enter(listener, *net::parse_address("8.8.8.8", 1));
  REQUIRE(second);
  const auto third = doors.enter(listener, at("8.8.8.8"));
  REQUIRE_FALSE(third);
  CHECK(third.error().reason == CloseReason::too_many_from_address);
  CHECK(doors.enter(listener, at("8.8.8.9")));
}

TEST_CASE("IPv6 is limited by /64, and an IPv4 address in its mapped form is IPv4") {
  Doors doors({.per_address = 1}, admission());
  const app::Listener listener;
  const auto first = doors.enter(listener, at("2001:db8:0:1::1"));
  CHECK_FALSE(doors.enter(listener, at("2001:db8:0:1:ffff::2")));
  CHECK(doors.enter(listener, at("2001:db8:0:2::1")));
  const auto mapped = doors.enter(listener, at("::ffff:8.8.8.8"));
  CHECK_FALSE(doors.enter(listener, at("8.8.8.8")));
  CHECK(doors.enter(listener, at("8.8.8.9")));
}

TEST_CASE("private networks are never limited by address, the default gateway is") {
  Doors doors({.per_address = 1}, admission());
  const app::Listener listener;
  std::vector<base::Expected<Doors::Ticket, Doors::Refusal>> tickets;
  for (const char* host : {"127.0.0.1", "192.168.1.7", "172.17.0.2", "fe80::1", "fd00::1", "::1"}) {
    for (int i = 0; i < 3; ++i) {
      tickets.push_back(doors.enter(listener, at(host)));
      INFO(host);
      CHECK(tickets.back());
    }
  }
  tickets.push_back(doors.enter(listener, at("172.17.0.1")));
  CHECK(tickets.back());
  CHECK_FALSE(doors.enter(listener, at("172.17.0.1")));
}

TEST_CASE("without limits everybody comes in") {
  Doors doors({}, admission());
  const app::Listener listener;
  std::vector<base::Expected<Doors::Ticket, Doors::Refusal>> tickets;
  for (int i = 0; i < 1000; ++i) {
    tickets.push_back(doors.enter(listener, at("8.8.8.8")));
    CHECK(tickets.back());
  }
  CHECK(doors.taken() == 1000);
}

TEST_CASE("a ticket is given back once, wherever it went, and a refusal takes nothing") {
  Doors doors({.connections = 3, .per_address = 1}, admission());
  const app::Listener listener;
  {
    auto entered = doors.enter(listener, at("8.8.8.8"));
    CHECK_FALSE(doors.enter(listener, at("8.8.8.8")));
    CHECK(doors.taken() == 1);
    Doors::Ticket moved = *std::move(entered);
    Doors::Ticket again;
    again = std::move(moved);
    CHECK(doors.taken() == 1);
    again = *doors.enter(listener, at("8.8.4.4"));
    CHECK(doors.taken() == 1);
    CHECK(doors.enter(listener, at("8.8.8.8")));
  }
  CHECK(doors.taken() == 0);
}

TEST_CASE("several threads may come and go at once") {
  Doors doors({.connections = 3, .per_address = 2}, admission());
  const app::Listener listener;
  const auto come_and_go = [&](const char* host) {
    for (int i = 0; i < 2000; ++i) {
      const auto one = doors.enter(listener, at(host));
      const auto two = doors.enter(listener, at(host));
    }
  };
  std::thread other([&] { come_and_go("8.8.8.8"); });
  come_and_go("8.8.4.4");
  other.join();
  CHECK(doors.taken() == 0);
}

TEST_CASE("there is room for connections, and descriptors are left over") {
  const std::size_t room = app::room_for_connections();
  CHECK(room >= 1);
  CHECK(room < static_cast<std::size_t>(sysconf(_SC_OPEN_MAX)));
}
