// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/world.h"

using support::World;

TEST_CASE(
    "a new subscription gets the last retained message, flagged; an established one does not "
    "[MQTT-3.3.1-6..9]") {
  World world;
  auto& publisher = world.client("p").connect();
  auto& established = world.client("e").connect();
  established.subscribe(1, "t", 1);
  established.said();
  publisher.publish("t", "old", 1, 1, true);
  publisher.publish("t", "new", 1, 2, true);
  CHECK(established.said() == "PUBLISH t=old q1 #1 | PUBLISH t=new q1 #2");
  auto& later = world.client("l").connect();
  later.said();
  later.subscribe(1, "#", 2);
  CHECK(later.said() == "SUBACK 1: 2 | PUBLISH t=new q1 #3 retain");
}

TEST_CASE("an empty retained message is passed on and clears the topic [MQTT-3.3.1-10, -11]") {
  World world;
  auto& client = world.client("c").connect();
  client.subscribe(1, "t");
  client.publish("t", "x", 0, 0, true);
  client.publish("t", "", 0, 0, true);
  CHECK(client.said() == "CONNACK | SUBACK 1: 0 | PUBLISH t=x | PUBLISH t=");
  client.subscribe(2, "t");
  CHECK(client.said() == "SUBACK 2: 0");
}

TEST_CASE("a message without the flag neither stores nor clears [MQTT-3.3.1-12]") {
  World world;
  auto& client = world.client("c").connect();
  client.publish("t", "kept", 0, 0, true);
  client.publish("t", "passing");
  client.publish("t", "");
  client.said();
  client.subscribe(1, "t");
  CHECK(client.said() == "SUBACK 1: 0 | PUBLISH t=kept retain");
}

TEST_CASE("subscribing again sends the retained messages again [MQTT-3.8.4-3]") {
  World world;
  auto& client = world.client("c").connect();
  client.publish("t", "x", 0, 0, true);
  client.subscribe(1, "t");
  client.said();
  client.subscribe(2, "t");
  CHECK(client.said() == "SUBACK 2: 0 | PUBLISH t=x retain");
}

TEST_CASE(
    "replay is bounded by no queue: ten thousand topics come, through a window of twenty, while it is "
    "acknowledged") {
  World world;
  auto& publisher = world.client("p").connect();
  constexpr int topics = 10'000;
  for (int i = 0; i < topics; ++i) publisher.publish("t/" + std::to_string(i), "x", 1, 1, true);
  auto& client = world.client("c").connect();
  client.subscribe(1, "t/#", 1);
  client.said();
  for (mqtt::PacketId id = 1; id <= topics; ++id) client.send_in(mqtt::Puback{id});
  CHECK(world.broker.counters()[core::Metric::queue_dropped] == 0);
  CHECK(world.broker.counters()[core::Metric::messages_delivered] == topics);
}

TEST_CASE("a large message is not copied for each of its receivers") {
  World world;
  const std::string large(1'000'000, 'x');
  world.client("p").connect().publish("big", large, 0, 0, true);
  const std::size_t before = world.most_arena;
  for (mqtt::PacketId id = 1; id <= 200; ++id)
    world.client("s" + std::to_string(id)).connect().subscribe(1, "big");
  CHECK(world.most_arena - before < 100'000);
}

TEST_CASE("replay stops where the socket does and goes on where it stopped, with what is newest then") {
  World world;
  auto& publisher = world.client("p").connect();
  publisher.publish("a", "1", 0, 0, true);
  publisher.publish("b", "1", 0, 0, true);
  auto& client = world.client("c").connect();
  client.said();
  client.refused_bytes = 1;
  client.subscribe(1, "+");
  CHECK(client.said() == "SUBACK 1: 0");
  publisher.publish("b", "2", 0, 0, true);
  client.drain();
  CHECK(client.said() == "PUBLISH b=2 | PUBLISH a=1 retain | PUBLISH b=2 retain");
}

TEST_CASE("a full store refuses new topics, counts it, and still passes the message on") {
  core::Limits limits;
  limits.retained_messages = 1;
  World world(limits);
  auto& client = world.client("c").connect();
  client.subscribe(1, "#");
  client.said();
  client.publish("a", "1", 0, 0, true);
  client.publish("b", "1", 0, 0, true);
  CHECK(client.said() == "PUBLISH a=1 | PUBLISH b=1");
  CHECK(world.broker.counters()[core::Metric::retained_refused] == 1);
}
