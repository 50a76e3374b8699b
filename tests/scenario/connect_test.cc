// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/support/world.h"

using std::chrono::milliseconds;
using support::World;

TEST_CASE("a clean session starts without session present [MQTT-3.2.2-1]") {
  World world;
  CHECK(world.client("c").connect().said() == "CONNACK");
}

TEST_CASE(
    "an empty client id gets one of the broker's, unless it wants its session kept [MQTT-3.1.3-6, -8]") {
  World world;
  CHECK(world.client("").connect().said() == "CONNACK");
  CHECK(world.client("").connect({.clean = false}).said() ==
        "CONNACK refused 0x85 | CLOSED client_id_refused");
}

TEST_CASE("a second connection of a client id closes the first [MQTT-3.1.4-2]") {
  World world;
  auto& first = world.client("same").connect();
  first.said();
  auto& second = world.client("same").connect();
  CHECK(first.said() == "CLOSED session_taken_over");
  CHECK(second.said() == "CONNACK");
  second.send_in(mqtt::Pingreq{});
  CHECK(second.said() == "PINGRESP");
  CHECK(world.broker.session_count() == 1);
}

TEST_CASE("a second CONNECT on a connection closes it [MQTT-3.1.0-2]") {
  World world;
  auto& client = world.client("c").connect();
  client.said();
  client.send_in(mqtt::Connect{});
  CHECK(client.said() == "CLOSED protocol_error");
}

TEST_CASE("packets that only a server sends close the connection") {
  const std::vector<mqtt::Packet> of_servers = {mqtt::Connack{}, mqtt::Suback{}, mqtt::Unsuback{},
                                                mqtt::Pingresp{}};
  for (const mqtt::Packet& packet : of_servers) {
    World world;
    auto& client = world.client("c").connect();
    client.said();
    client.send_in(packet);
    CHECK(client.said() == "CLOSED protocol_error");
  }
}

TEST_CASE("silence ends a connection at exactly one and a half times its keep-alive [MQTT-3.1.2-24]") {
  World world;
  auto& client = world.client("c").connect({.keepalive_s = 5});
  client.said();
  world.pass(milliseconds(7499));
  CHECK(client.is_open());
  world.pass(milliseconds(1));
  CHECK(client.said() == "CLOSED keep_alive_timeout");
}

TEST_CASE("any packet restarts the keep-alive; QoS 0 publishes too") {
  World world;
  auto& client = world.client("c").connect({.keepalive_s = 5});
  client.said();
  for (int i = 0; i < 10; ++i) {
    world.pass(milliseconds(5000));
    client.publish("t", "x");
  }
  world.pass(milliseconds(7499));
  CHECK(client.is_open());
  world.pass(milliseconds(1));
  CHECK_FALSE(client.is_open());
}

TEST_CASE("a keep-alive of 0 never ends a connection") {
  World world;
  auto& client = world.client("c").connect({.keepalive_s = 0});
  world.pass(std::chrono::hours(1000));
  CHECK(client.is_open());
}

TEST_CASE(
    "a client that takes its backlog is alive, though what it sends may wait; one that takes nothing is "
    "not") {
  World world;
  auto& client = world.client("c").connect({.keepalive_s = 2});
  client.refused_bytes = 1'000'000;
  for (int i = 0; i < 10; ++i) {
    client.has_taken = true;
    world.pass(milliseconds(3000));
    REQUIRE(client.is_open());
  }
  world.pass(milliseconds(3000));
  CHECK_FALSE(client.is_open());
}

TEST_CASE("a reconnect with a longer keep-alive is judged by the new one") {
  World world;
  world.client("c").connect({.keepalive_s = 2});
  auto& again = world.client("c").connect({.keepalive_s = 10});
  again.said();
  world.pass(milliseconds(14'999));
  CHECK(again.is_open());
  world.pass(milliseconds(1));
  CHECK(again.said() == "CLOSED keep_alive_timeout");
}

TEST_CASE("sessions that come and go leave no pile of reminders behind") {
  World world;
  auto& client = world.client("c");
  for (int i = 0; i < 50'000; ++i) {
    client.connect({.keepalive_s = 60'000});
    client.drop();
  }
  CHECK(world.broker.session_count() == 0);
  CHECK(world.broker.reminder_count() < 20'000);
  client.said();
  client.connect({.keepalive_s = 10});
  world.pass(std::chrono::seconds(15));
  CHECK(client.said() == "CONNACK | CLOSED keep_alive_timeout");
}

TEST_CASE("a clean session is gone with its connection") {
  World world;
  auto& client = world.client("c").connect();
  client.subscribe(1, "t");
  client.drop();
  CHECK(world.broker.session_count() == 0);
  CHECK(world.broker.router().subscriptions().match("t").empty());
}
