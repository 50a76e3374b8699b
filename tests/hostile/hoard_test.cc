// SPDX-License-Identifier: Apache-2.0
// What clients may leave in the broker: retained messages and subscriptions, up to the limits and no further.
#include <random>

#include <catch2/catch.hpp>

#include "tests/hostile/siege.h"
#include "tests/hostile/sockets.h"

using hostile::Bytes;
using hostile::repeated;
using hostile::scaled;
using hostile::Siege;
using hostile::Sockets;

namespace {

/// Sends `make(0)`, `make(1)`, … in batches from one client, each batch answered before the next.
void send_numbered(Sockets& client, std::size_t count, const std::function<Bytes(std::size_t)>& make) {
  for (std::size_t i = 0; i < count && !client.has_ended(0);) {
    Bytes batch;
    for (; i < count && batch.size() < 500'000; ++i) hostile::add(batch, make(i));
    hostile::add(batch, hostile::pingreq());
    client.forget(0);
    client.send(0, batch);
    CHECK(client.run_until_received(0, 2));
  }
}

/// Many at a time ask for everything that is retained, and have it all in the end.
void replay_to_many(Siege& siege, std::size_t least_bytes) {
  Sockets readers(siege.port(), 20);
  REQUIRE(readers.connect_all("reader"));
  readers.send_all(hostile::subscribe(1, {"#"}));
  CHECK(readers.run([&] {
    for (std::size_t i = 0; i < readers.size(); ++i) {
      if (readers.received(i) < least_bytes) return false;
    }
    return true;
  }));
}

}  // namespace

TEST_CASE("F28: retained messages on ever new topics are as many as the limit says") {
  constexpr std::size_t limit = 10'000;
  Siege siege({.settings = {"limits.retained_messages=10000"}, .allowed_mib = 6});
  Sockets bomber(siege.port(), 1);
  REQUIRE(bomber.connect_all("f28"));
  const auto bomb = [](std::size_t i) {
    return hostile::publish("bomb/" + std::to_string(i), std::string(100, 'x'), {.retain = true});
  };
  send_numbered(bomber, scaled(200'000, 1'000'000), bomb);
  replay_to_many(siege, limit * bomb(0).size());
  siege.check_survived();
}

TEST_CASE("F28: retained messages that are large, or have topics as long or as deep as can be") {
  Siege siege({.settings = {"limits.retained_bytes=\"16MiB\""}, .allowed_mib = 16});
  Sockets bomber(siege.port(), 1);
  REQUIRE(bomber.connect_all("f28"));
  send_numbered(bomber, scaled(2000, 20'000), [](std::size_t i) {
    const std::string number = std::to_string(i);
    if (i % 3 == 0) return hostile::publish("large/" + number, std::string(60'000, 'x'), {.retain = true});
    if (i % 3 == 1)
      return hostile::publish("long" + std::string(60'000, 'x') + number, "x", {.retain = true});
    return hostile::publish(repeated("deep/", 150) + number, "x", {.retain = true});
  });
  replay_to_many(siege, 1'000'000);
  siege.check_survived();
}

TEST_CASE("F28: retained messages set, cleared and set again leave nothing behind") {
  Siege siege;
  Sockets bomber(siege.port(), 1);
  REQUIRE(bomber.connect_all("f28"));
  send_numbered(bomber, scaled(200'000, 2'000'000), [](std::size_t i) {
    Bytes both = hostile::publish("bomb/" + std::to_string(i), std::string(100, 'x'), {.retain = true});
    hostile::add(both, hostile::publish("bomb/" + std::to_string(i), "", {.retain = true}));
    return both;
  });
  siege.check_survived();
}

TEST_CASE("F29: one client's filters are as many and as large as the limits say") {
  Siege siege(
      {.settings = {"limits.subscriptions=10000", "limits.subscription_bytes=\"16MiB\""}, .allowed_mib = 16});
  Sockets bomber(siege.port(), 1);
  REQUIRE(bomber.connect_all("f29"));
  send_numbered(bomber, scaled(100, 1000), [](std::size_t i) {
    std::vector<std::string> filters;
    for (std::size_t at = 0; at < 1000; ++at)
      filters.push_back("bomb/" + std::to_string(i * 1000 + at) + "/+");
    return hostile::subscribe(1, filters);
  });
  send_numbered(bomber, scaled(300, 3000), [](std::size_t i) {
    return hostile::subscribe(
        1, {std::string(65'000, 'x') + std::to_string(i), repeated("+/", 190) + std::to_string(i)});
  });
  siege.check_survived();
}

namespace {

/// Each level of a filter is `+` or "a", as the bits of `choice` say.
std::string plus_or_a(std::uint64_t choice, std::size_t levels, std::string_view last) {
  std::string filter;
  for (std::size_t level = 0; level < levels; ++level) {
    filter += (choice >> (level % 64) & 1U) != 0 ? "+/" : "a/";
  }
  return filter + std::string(last);
}

std::string topic_of_a(std::size_t levels) { return repeated("a/", levels) + "a"; }

}  // namespace

TEST_CASE("F29: eight thousand filters of + and a in every combination, and a flood that meets them all") {
  constexpr std::size_t levels = 12;
  Siege siege({.allowed_mib = 10});
  Sockets sockets(siege.port(), 2);
  REQUIRE(sockets.connect_all("f29-"));
  send_numbered(sockets, std::size_t{1} << levels, [](std::size_t i) {
    return hostile::subscribe(1, {plus_or_a(i, levels, "#"), plus_or_a(i, levels, "+")}, 0);
  });
  // Two topics by turns, or the second message would have the first one's answer.
  Bytes both = hostile::publish(topic_of_a(levels), "x");
  hostile::add(both, hostile::publish(topic_of_a(levels - 1) + "/b", "x"));
  hostile::add(both, hostile::pingreq());
  for (std::size_t round = 0; round < scaled(200, 20'000); ++round)
    CHECK(sockets.run_until_answered(1, both, 2));
  siege.check_survived();
}

TEST_CASE(
    "F29: the deepest filters a client may have, at random of + and a, and messages that meet them all") {
  constexpr std::size_t levels = 199;
  const std::size_t clients = scaled(1, 16);
  Siege siege({.settings = {"limits.subscription_bytes=\"64MiB\""}, .allowed_mib = 64 * clients});
  std::mt19937_64 random(29);
  for (std::size_t client = 0; client < clients; ++client) {
    Sockets bomber(siege.port(), 1);
    REQUIRE(bomber.connect_all("f29-" + std::to_string(client) + "-", {.flags = 0}));  // its session stays
    send_numbered(bomber, scaled(400, 2000), [&](std::size_t) {
      std::string filter;
      for (std::size_t part = 0; part < levels; part += 50)
        filter += plus_or_a(random(), std::min<std::size_t>(50, levels - part), "");
      return hostile::subscribe(1, {filter + "+"}, 0);
    });
  }
  Sockets publisher(siege.port(), 1);
  REQUIRE(publisher.connect_all("publisher"));
  Bytes both = hostile::publish(topic_of_a(levels), "x");
  hostile::add(both, hostile::publish(topic_of_a(levels - 1) + "/b", "x"));
  publisher.send(0, both, scaled(5, 100));
  publisher.send(0, hostile::pingreq());
  CHECK(publisher.run_until_received(0, 2));
  siege.check_survived();
}

TEST_CASE("F29: SUBSCRIBE to filters of + and # with many retained messages, over and over") {
  Siege siege({.allowed_mib = 20});
  Sockets sockets(siege.port(), 4);
  REQUIRE(sockets.connect_all("f29-"));
  send_numbered(sockets, 20'000, [](std::size_t i) {
    return hostile::publish(topic_of_a(20) + "/" + std::to_string(i), "x", {.retain = true});
  });
  std::vector<std::string> filters;
  for (std::size_t i = 0; i < 200; ++i) filters.push_back(plus_or_a(i, 20, "nowhere"));
  sockets.send_all(hostile::subscribe(1, filters), scaled(3, 30));
  CHECK(sockets.run_until_sent());
  CHECK(sockets.run_until_received(3, 4 + filters.size()));
  siege.check_survived();
}
