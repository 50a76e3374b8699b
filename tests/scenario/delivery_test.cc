// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/support/world.h"

using support::World;

TEST_CASE("a message goes to every subscriber that matches, at the lower of both QoS [MQTT-3.8.4-6]") {
  World world;
  auto& zero = world.client("zero").connect();
  auto& one = world.client("one").connect();
  auto& two = world.client("two").connect();
  zero.subscribe(1, "a/+", 0);
  one.subscribe(1, "a/b", 1);
  two.subscribe(1, "#", 2);
  auto& publisher = world.client("p").connect();
  publisher.publish("a/b", "hi", 2, 7);
  CHECK(zero.said() == "CONNACK | SUBACK 1: 0 | PUBLISH a/b=hi");
  CHECK(one.said() == "CONNACK | SUBACK 1: 1 | PUBLISH a/b=hi q1 #1");
  CHECK(two.said() == "CONNACK | SUBACK 1: 2 | PUBLISH a/b=hi q2 #1");
  CHECK(publisher.said() == "CONNACK | PUBREC 7");
}

TEST_CASE("a publisher hears its own message when it subscribed; its acknowledgement follows") {
  World world;
  auto& client = world.client("c").connect();
  client.subscribe(1, "t", 1);
  client.said();
  client.publish("t", "x", 1, 9);
  CHECK(client.said() == "PUBLISH t=x q1 #1 | PUBACK 9");
}

TEST_CASE(
    "one SUBSCRIBE with several filters gets one answer with a code for each, in order [MQTT-3.8.4-5, "
    "3.9.3-1]") {
  core::Limits limits;
  limits.subscriptions = 2;
  World world(limits);
  auto& client = world.client("c").connect();
  client.said();
  client.send_in(mqtt::Subscribe{3,
                                 {{"a", {.qos = mqtt::Qos::exactly_once}},
                                  {"b", {}},
                                  {"c", {}},
                                  {"a", {.qos = mqtt::Qos::at_least_once}}}});
  CHECK(client.said() == "SUBACK 3: 2 0 97 1");
}

TEST_CASE(
    "after UNSUBSCRIBE nothing new comes, and it is answered even when nothing was removed [MQTT-3.10.4-2, "
    "-5]") {
  World world;
  auto& client = world.client("c").connect();
  client.subscribe(1, "t");
  client.unsubscribe(2, "t");
  client.unsubscribe(3, "never");
  client.said();
  world.client("p").connect().publish("t", "x");
  CHECK(client.said().empty());
}

TEST_CASE("a leading wildcard never meets a topic that begins with $ [MQTT-4.7.2-1]") {
  World world;
  auto& client = world.client("c").connect();
  client.subscribe(1, "#");
  client.subscribe(2, "+/x");
  client.said();
  auto& publisher = world.client("p").connect();
  publisher.publish("$other/x", "1", 0, 0, true);
  CHECK(client.said().empty());
  client.subscribe(3, "$other/#");
  CHECK(client.said() == "SUBACK 3: 0 | PUBLISH $other/x=1 retain");
}

TEST_CASE("nobody but the broker speaks on $SYS: acknowledged, unheard") {
  World world;
  auto& client = world.client("c").connect();
  client.subscribe(1, "$SYS/#");
  client.said();
  client.publish("$SYS/broker/version", "forged", 1, 2, true);
  CHECK(client.said() == "PUBACK 2");
}

TEST_CASE("a topic with more levels than the limit closes the connection, such a filter is refused") {
  core::Limits limits;
  limits.topic_levels = 3;
  World world(limits);
  auto& client = world.client("c").connect();
  client.subscribe(1, "a/b/c/#");
  client.subscribe(2, "a/b/#");
  CHECK(client.said() == "CONNACK | SUBACK 1: 8f | SUBACK 2: 0");
  client.publish("a/b/c", "x");
  CHECK(client.said() == "PUBLISH a/b/c=x");
  client.publish("a/b/c/d", "x");
  CHECK(client.said() == "CLOSED topic_too_deep");
}

TEST_CASE("behind a socket that refuses bytes messages wait, QoS 0 too, and go in order when it takes them") {
  World world;
  auto& slow = world.client("slow").connect();
  slow.subscribe(1, "#", 1);
  slow.said();
  auto& publisher = world.client("p").connect();
  slow.refused_bytes = 1;
  publisher.publish("t", "1", 1, 1);
  publisher.publish("t", "2", 0);
  publisher.publish("t", "3", 1, 2);
  CHECK(slow.said().empty());
  slow.drain();
  CHECK(slow.said() == "PUBLISH t=1 q1 #3 | PUBLISH t=2 | PUBLISH t=3 q1 #5");
}

TEST_CASE(
    "a slow client loses its oldest QoS 0 first, is told about in the log once, and nobody else loses any") {
  core::Limits limits;
  limits.queued_messages = 2;
  World world(limits);
  auto& slow = world.client("slow").connect();
  auto& quick = world.client("quick").connect();
  slow.subscribe(1, "#", 1);
  quick.subscribe(1, "#", 0);
  slow.said();
  quick.said();
  slow.refused_bytes = 1;
  auto& publisher = world.client("p").connect();
  publisher.said();
  for (const char* each : {"1", "2", "3", "4"}) publisher.publish("t", each, 0);
  publisher.publish("t", "5", 1, 1);
  publisher.publish("t", "6", 1, 2);
  publisher.publish("t", "7", 1, 3);
  CHECK(publisher.said() == "PUBACK 1 | PUBACK 2 | PUBACK 3");
  slow.drain();
  CHECK(slow.said().find("t=7") == std::string::npos);
  CHECK(quick.said() ==
        "PUBLISH t=1 | PUBLISH t=2 | PUBLISH t=3 | PUBLISH t=4 | PUBLISH t=5 | PUBLISH t=6 | PUBLISH t=7");
  CHECK(world.broker.counters()[core::Metric::queue_dropped_qos0] == 4);
  CHECK(world.broker.counters()[core::Metric::queue_dropped] == 1);
  CHECK(std::ranges::count_if(world.log_lines, [](const std::string& line) {
          return line.find("queue_full") != std::string::npos;
        }) == 1);
}
