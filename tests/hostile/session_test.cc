// SPDX-License-Identifier: Apache-2.0
// What a session holds, and whose it is: packet ids, wills, takeovers.
#include <random>

#include <catch2/catch.hpp>

#include "tests/hostile/siege.h"
#include "tests/hostile/sockets.h"
#include "tests/hostile/spy.h"

using hostile::Bytes;
using hostile::repeated;
using hostile::scaled;
using hostile::Siege;
using hostile::Sockets;
using hostile::Spy;
namespace connect_flag = hostile::connect_flag;
namespace packet_type = hostile::packet_type;

namespace {

constexpr std::size_t all_ids = 65'535;
constexpr std::uint8_t lasting = 0;  // CONNECT flags: no clean session

/// `make(id)` for all ids from all clients, as many at a time as the broker answers in time.
template <class Make>
bool send_all_ids(Sockets& clients, Make&& make, std::size_t answer_bytes = 4) {
  const std::size_t at_once = scaled(2500, all_ids);
  for (std::size_t id = 1; id <= all_ids;) {
    Bytes packets;
    std::size_t answers = 0;
    for (; id <= all_ids && answers < at_once; ++id, ++answers)
      hostile::add(packets, make(static_cast<std::uint16_t>(id)));
    hostile::add(packets, hostile::pingreq());
    if (!clients.run_until_answered(0, packets, answers * answer_bytes + 2)) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("F12: all 65535 ids of QoS 2 without a PUBREL, again as duplicates, then storms of PUBREL") {
  const std::size_t sessions = scaled(2, 100);
  Siege siege({.settings = {"limits.pending_qos2=65535"}, .allowed_mib = sessions * 8 / 1024 + 1});
  Sockets clients(siege.port(), sessions);
  REQUIRE(clients.connect_all("f12-"));
  for (const bool dup : {false, true}) {
    CHECK(send_all_ids(clients, [&](std::uint16_t id) {
      return hostile::publish("q", "", {.qos = 2, .id = id, .dup = dup});
    }));
  }
  for (int round = 0; round < 3; ++round)
    CHECK(send_all_ids(clients, [](std::uint16_t id) { return hostile::ack(packet_type::pubrel, id); }));
  CHECK(clients.open_count() == sessions);
  siege.check_survived();
}

TEST_CASE("F12: acknowledgements of what was never sent cost nothing") {
  Siege siege;
  Sockets clients(siege.port(), scaled(2, 4));
  REQUIRE(clients.connect_all("f12-"));
  for (const std::uint8_t type : {packet_type::puback, packet_type::pubrec, packet_type::pubcomp}) {
    const std::size_t answer_bytes = type == packet_type::pubrec ? 4 : 0;  // PUBREL
    CHECK(send_all_ids(
        clients, [&](std::uint16_t id) { return hostile::ack(type, id); }, answer_bytes));
  }
  CHECK(clients.open_count() == clients.size());
  siege.check_survived();
}

TEST_CASE("F12: sessions that outlive their connections with open ids are as many as the limit says") {
  constexpr std::size_t limit = 2000;
  Siege siege(
      {.settings = {"limits.sessions=2000", "limits.pending_qos2=100"}, .allowed_mib = limit * 10 / 1024});
  Bytes open_ids;
  for (std::uint16_t id = 1; id <= 100; ++id)
    hostile::add(open_ids, hostile::publish("q", "", {.qos = 2, .id = id}));
  std::vector<Bytes> scripts;
  for (std::size_t i = 0; i < scaled(6000, 100'000); ++i) {
    scripts.push_back(hostile::connect("f12-" + std::to_string(i), {.flags = lasting}));
    hostile::add(scripts.back(), open_ids);
  }
  CHECK(hostile::ask_each(siege.port(), scripts).ended == scripts.size());
  siege.check_survived();
}

TEST_CASE("F14: a flood of wills at broken connections, retained and of QoS 2, is bounded at everybody") {
  Siege siege(
      {.settings = {"limits.queued_messages=1000", "limits.queued_bytes=\"1MiB\""}, .allowed_mib = 4});
  Sockets absent(siege.port(), 1);
  REQUIRE(absent.connect_all("absent", {.flags = lasting}));
  absent.send(0, hostile::subscribe(1, {"f14/#"}, 2));
  REQUIRE(absent.run_until_received(0, 5));
  absent.reset(0);
  Sockets present(siege.port(), 1);
  REQUIRE(present.connect_all("present"));
  present.send(0, hostile::subscribe(1, {"f14/#"}, 2));
  for (std::size_t round = 0; round < scaled(100, 1000); ++round) {
    Sockets dying(siege.port(), 100);
    const std::uint8_t flags = connect_flag::clean_session | connect_flag::will | connect_flag::will_qos2 |
                               connect_flag::will_retain;
    const std::string topic = "f14/" + std::to_string(round % 16);
    CHECK(dying.connect_all("dying", {.flags = flags, .fields = {topic, std::string(4000, 'w')}}));
    for (std::size_t i = 0; i < dying.size(); ++i) dying.reset(i);
    present.run([] { return true; });
  }
  siege.check_survived();
}

TEST_CASE("F14: wills that are too large, too deep or for the broker's own topics reach nobody") {
  Siege siege({.settings = {"limits.packet_bytes=\"1KiB\""}});
  Spy spy(siege.port(), {"#", "$SYS/f14", "$SYS/broker/version"});
  REQUIRE(spy.is_subscribed());
  static_cast<void>(spy.heard());
  std::vector<Bytes> scripts;
  const auto add_will = [&](const std::string& topic, const std::string& message) {
    scripts.push_back(hostile::connect(
        "f14", {.flags = connect_flag::clean_session | connect_flag::will, .fields = {topic, message}}));
  };
  add_will("large", std::string(1000, 'w'));
  add_will("larger", std::string(65'535, 'w'));
  add_will(repeated("/", 500), "deep");
  add_will("$SYS/f14", "forged");
  add_will("$SYS/broker/version", "forged");
  CHECK(hostile::ask_each(siege.port(), scripts).ended == scripts.size());
  CHECK(spy.heard().empty());
  siege.check_survived();
}

TEST_CASE("F15: takeovers of one client id as fast as they go, during publish and (un)subscribe") {
  constexpr std::size_t publishers = 4;
  constexpr std::size_t rivals = 60;
  Siege siege;
  for (std::size_t round = 0; round < scaled(150, 1500); ++round) {
    Sockets sockets(siege.port(), publishers + rivals);
    for (std::size_t i = 0; i < publishers; ++i) {
      sockets.send(i, hostile::connect("publisher" + std::to_string(i)));
      sockets.send(i, hostile::publish("f15/" + std::to_string(i), "to whom", {.qos = 1}), 200);
    }
    for (std::size_t i = publishers; i < sockets.size(); ++i) {
      const auto flags =
          static_cast<std::uint8_t>((i + round) % 2 == 0 ? lasting : connect_flag::clean_session);
      Bytes script = hostile::connect("rival", {.flags = flags});
      hostile::add(script,
                   hostile::subscribe(1, {"f15/#", "f15/+", "f15/1"}, static_cast<std::uint8_t>(i % 3)));
      hostile::add(script, hostile::publish("f15/own", "mine", {.qos = 2, .id = 7}));
      if (i % 4 == 0) hostile::add(script, hostile::unsubscribe(2, {"f15/#", "f15/1"}));
      sockets.send(i, script);
    }
    REQUIRE(sockets.run([&] { return sockets.are_all_sent() && sockets.open_count() <= publishers + 1; }));
    CHECK(sockets.open_count() == publishers + 1);
  }
  siege.check_survived();
}

namespace {

/// One packet that makes sense to somebody, most of them to everybody.
Bytes any_packet(std::mt19937& random) {
  const auto any = [&](std::size_t count) { return static_cast<std::uint8_t>(random() % count); };
  const std::string topic = "f13/" + std::to_string(any(6));
  const std::vector<std::string> filters = {topic, "f13/+", "f13/#", "+/" + std::to_string(any(6)), "#"};
  const std::string& filter = filters[any(filters.size())];
  const std::uint16_t id = static_cast<std::uint16_t>(1 + any(4));
  switch (any(12)) {
    case 0:
      return hostile::subscribe(id, {filter}, any(3));
    case 1:
      return hostile::subscribe(id, filters, any(3));
    case 2:
      return hostile::unsubscribe(id, {filter});
    case 3:
      return hostile::ack(packet_type::puback, id);
    case 4:
      return hostile::ack(packet_type::pubrec, id);
    case 5:
      return hostile::ack(packet_type::pubrel, id);
    case 6:
      return hostile::ack(packet_type::pubcomp, id);
    case 7:
      return any(10) == 0 ? hostile::frame(packet_type::disconnect, {}) : hostile::pingreq();
    default:
      return hostile::publish(topic, repeated("x", any(4) * 100U),
                              {.qos = any(3), .id = id, .retain = any(4) == 0, .dup = any(4) == 0});
  }
}

Bytes any_story(std::mt19937& random) {
  const auto flags = static_cast<std::uint8_t>(
      (random() % 2 == 0 ? lasting : connect_flag::clean_session) |
      (random() % 2 == 0 ? 0 : connect_flag::will | connect_flag::will_qos1 | connect_flag::will_retain));
  Bytes story = hostile::connect(
      "f13-" + std::to_string(random() % 10),
      {.flags = flags,
       .fields = (flags & connect_flag::will) != 0 ? std::vector<std::string>{"f13/0", "gone"}
                                                   : std::vector<std::string>{}});
  for (auto packets = random() % 40; packets > 0; --packets) hostile::add(story, any_packet(random));
  return story;
}

}  // namespace

TEST_CASE("F13: random stories of many clients that share ten client ids, cut off anywhere") {
  Siege siege({.allowed_mib = 10});
  std::mt19937 random(13);
  for (std::size_t round = 0; round < scaled(150, 3000); ++round) {
    Sockets sockets(siege.port(), 40);
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      sockets.send(i, any_story(random));
      if (random() % 5 == 0) sockets.stop_reading(i);
      if (random() % 8 == 0) sockets.run([] { return true; });
      if (random() % 8 == 0) sockets.reset(random() % sockets.size());
      if (random() % 8 == 0) sockets.finish(random() % sockets.size());
    }
    CHECK(sockets.run_until_sent());
  }
  siege.check_survived();
}
