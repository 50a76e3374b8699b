// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/support/world.h"

using support::World;

TEST_CASE(
    "a QoS 2 message goes onward once, however often it comes, and its id is new after PUBREL "
    "[MQTT-4.3.3-2]") {
  World world;
  auto& listener = world.client("l").connect();
  listener.subscribe(1, "t");
  listener.said();
  auto& publisher = world.client("p").connect();
  publisher.said();
  publisher.publish("t", "a", 2, 5);
  for (int i = 0; i < 4; ++i) publisher.publish("t", "a", 2, 5, false, true);
  CHECK(publisher.said() == "PUBREC 5 | PUBREC 5 | PUBREC 5 | PUBREC 5 | PUBREC 5");
  publisher.send_in(mqtt::Pubrel{5});
  publisher.publish("t", "b", 2, 5);
  CHECK(publisher.said() == "PUBCOMP 5 | PUBREC 5");
  CHECK(listener.said() == "PUBLISH t=a | PUBLISH t=b");
}

TEST_CASE("PUBREL of an unknown id is completed all the same") {
  World world;
  auto& client = world.client("c").connect();
  client.said();
  client.send_in(mqtt::Pubrel{77});
  CHECK(client.said() == "PUBCOMP 77");
}

TEST_CASE("a QoS 1 duplicate is a new message: its PUBACK had ended the first") {
  World world;
  auto& listener = world.client("l").connect();
  listener.subscribe(1, "t");
  listener.said();
  auto& publisher = world.client("p").connect();
  publisher.publish("t", "a", 1, 5);
  publisher.publish("t", "a", 1, 5, false, true);
  CHECK(listener.said() == "PUBLISH t=a | PUBLISH t=a");
}

TEST_CASE(
    "an outgoing QoS 2 message goes through PUBREC, PUBREL, PUBCOMP; a repeated PUBREC gets PUBREL again") {
  World world;
  auto& client = world.client("c").connect();
  client.subscribe(1, "t", 2);
  client.said();
  world.client("p").connect().publish("t", "x", 2, 1);
  CHECK(client.said() == "PUBLISH t=x q2 #1");
  client.send_in(mqtt::Pubrec{1});
  client.send_in(mqtt::Pubrec{1});
  CHECK(client.said() == "PUBREL 1 | PUBREL 1");
  client.send_in(mqtt::Pubcomp{1});
  client.send_in(mqtt::Pubcomp{1});
  CHECK(client.said().empty());
}

TEST_CASE("no more than the window is under way; each acknowledgement lets one more go, in order") {
  core::Limits limits;
  limits.inflight = 2;
  World world(limits);
  auto& client = world.client("c").connect();
  client.subscribe(1, "t", 1);
  client.said();
  auto& publisher = world.client("p").connect();
  for (const char* each : {"a", "b", "c", "d"}) publisher.publish("t", each, 1, 1);
  CHECK(client.said() == "PUBLISH t=a q1 #1 | PUBLISH t=b q1 #2");
  client.send_in(mqtt::Puback{2});
  CHECK(client.said() == "PUBLISH t=c q1 #5");
  client.send_in(mqtt::Puback{1});
  CHECK(client.said() == "PUBLISH t=d q1 #6");
}

TEST_CASE("QoS 0 does not wait behind a full window") {
  core::Limits limits;
  limits.inflight = 1;
  World world(limits);
  auto& client = world.client("c").connect();
  client.subscribe(1, "t", 1);
  client.said();
  auto& publisher = world.client("p").connect();
  publisher.publish("t", "a", 1, 1);
  publisher.publish("t", "b", 1, 2);
  publisher.publish("t", "c", 0);
  CHECK(client.said() == "PUBLISH t=a q1 #1 | PUBLISH t=c");
}

TEST_CASE("an id under way is passed over when the worker's count comes round to it [MQTT-2.3.1-4]") {
  World world;
  auto& client = world.client("c").connect();
  auto& other = world.client("o").connect();
  client.subscribe(1, "held", 1);
  other.subscribe(1, "rest", 1);
  client.said();
  auto& publisher = world.client("p").connect();
  publisher.publish("held", "first", 1, 1);
  CHECK(client.said() == "PUBLISH held=first q1 #1");
  for (int i = 0; i < 65534; ++i) static_cast<void>(world.broker.router().next_packet_id());
  publisher.publish("held", "second", 1, 1);
  CHECK(client.said() == "PUBLISH held=second q1 #2");
}
