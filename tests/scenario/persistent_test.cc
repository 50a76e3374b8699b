// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/support/world.h"

using support::World;

namespace {

support::ConnectWords lasting() {
  support::ConnectWords words;
  words.clean = false;
  return words;
}

}  // namespace

TEST_CASE(
    "a lasting session is there again: subscriptions, waiting messages, session present [MQTT-3.1.2-4, -5]") {
  World world;
  auto& client = world.client("c").connect(lasting());
  client.subscribe(1, "t", 1);
  CHECK(client.said() == "CONNACK | SUBACK 1: 1");
  client.drop();
  auto& publisher = world.client("p").connect();
  publisher.publish("t", "one", 1, 1);
  publisher.publish("t", "zero", 0);
  publisher.publish("t", "two", 2, 2);
  CHECK(client.connect(lasting()).said() == "CONNACK present | PUBLISH t=one q1 #3 | PUBLISH t=two q1 #4");
}

TEST_CASE(
    "what was under way is sent again with DUP and its old id, PUBREL too, in order [MQTT-4.4.0-1, "
    "4.6.0-1]") {
  World world;
  auto& client = world.client("c").connect(lasting());
  client.subscribe(1, "t", 2);
  auto& publisher = world.client("p").connect();
  publisher.publish("t", "a", 1, 1);
  publisher.publish("t", "b", 2, 2);
  publisher.publish("t", "c", 2, 3);
  client.send_in(mqtt::Pubrec{2});
  client.said();
  client.drop();
  CHECK(client.connect(lasting()).said() ==
        "CONNACK present | PUBLISH t=a q1 #1 dup | PUBREL 2 | PUBLISH t=c q2 #3 dup");
  client.send_in(mqtt::Pubcomp{2});
  client.send_in(mqtt::Puback{1});
  client.send_in(mqtt::Pubrec{3});
  client.send_in(mqtt::Pubcomp{3});
  client.said();
  client.drop();
  CHECK(client.connect(lasting()).said() == "CONNACK present");
}

TEST_CASE("a clean start throws the old session away [MQTT-3.1.2-6]") {
  World world;
  auto& client = world.client("c").connect(lasting());
  client.subscribe(1, "t", 1);
  client.drop();
  world.client("p").connect().publish("t", "x", 1, 1);
  client.said();
  CHECK(client.connect().said() == "CONNACK");
  client.drop();
  CHECK(client.connect(lasting()).said() == "CONNACK");
}

TEST_CASE("incoming QoS 2 ids survive the connection: the repeated PUBLISH is no second message") {
  World world;
  auto& listener = world.client("l").connect();
  listener.subscribe(1, "t");
  listener.said();
  auto& client = world.client("c").connect(lasting());
  client.publish("t", "x", 2, 9);
  client.drop();
  client.connect(lasting());
  client.publish("t", "x", 2, 9, false, true);
  CHECK(listener.said() == "PUBLISH t=x");
}

TEST_CASE("a takeover goes on with the lasting session, and what was under way comes to the new connection") {
  World world;
  auto& first = world.client("c").connect(lasting());
  first.subscribe(1, "t", 1);
  world.client("p").connect().publish("t", "x", 1, 1);
  first.said();
  auto& second = world.client("c").connect(lasting());
  CHECK(first.said() == "CLOSED session_taken_over");
  CHECK(second.said() == "CONNACK present | PUBLISH t=x q1 #1 dup");
  world.client("p").connect().publish("t", "y", 1, 2);
  CHECK(second.said() == "PUBLISH t=y q1 #2");
  CHECK(first.said().empty());
}

TEST_CASE("a session ends when its client stays away longer than limits.session_expiry, not before") {
  core::Limits limits;
  limits.session_expiry = std::chrono::hours(1);
  World world(limits);
  auto& client = world.client("c").connect(lasting());
  client.drop();
  client.said();
  world.pass(std::chrono::minutes(59));
  CHECK(client.connect(lasting()).said() == "CONNACK present");
  client.drop();
  world.pass(std::chrono::minutes(60));
  CHECK(world.broker.session_count() == 0);
  CHECK(client.connect(lasting()).said() == "CONNACK");
}

TEST_CASE("DISCONNECT keeps a lasting session as a lost connection does") {
  World world;
  auto& client = world.client("c").connect(lasting());
  client.subscribe(1, "t", 1);
  client.said();
  client.send_in(mqtt::Disconnect{});
  CHECK(client.said() == "CLOSED disconnected");
  CHECK(client.connect(lasting()).said() == "CONNACK present");
}
