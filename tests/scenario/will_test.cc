// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/support/world.h"

using support::World;

namespace {

struct Fixture {
  Fixture() {
    listener.connect().subscribe(1, "will", 2);
    listener.said();
    mortal.connect({.keepalive_s = 10,
                    .will_topic = "will",
                    .will_payload = "gone",
                    .will_qos = mqtt::Qos::at_least_once});
  }
  World world;
  support::Client& listener = world.client("l");
  support::Client& mortal = world.client("m");
  const std::string published = "PUBLISH will=gone q1 #1";
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a lost connection publishes the will [MQTT-3.1.2-8]") {
  mortal.drop();
  CHECK(listener.said() == published);
}

TEST_CASE_METHOD(Fixture, "DISCONNECT discards it [MQTT-3.14.4-3]") {
  mortal.send_in(mqtt::Disconnect{});
  CHECK(listener.said().empty());
}

TEST_CASE_METHOD(Fixture, "a keep-alive that ran out publishes it") {
  world.pass(std::chrono::seconds(15));
  CHECK(listener.said() == published);
}

TEST_CASE_METHOD(Fixture, "a protocol error publishes it") {
  mortal.send_in(mqtt::Pingresp{});
  CHECK(listener.said() == published);
}

TEST_CASE_METHOD(Fixture, "a takeover publishes it, before the new connection is answered") {
  auto& again = world.client("m").connect();
  CHECK(listener.said() == published);
  again.drop();
  CHECK(listener.said().empty());
}

TEST_CASE_METHOD(Fixture, "it is published once [MQTT-3.1.2-10]") {
  mortal.drop();
  listener.said();
  mortal.connect();
  mortal.drop();
  CHECK(listener.said().empty());
}

TEST_CASE(
    "a will obeys the rules of a publish: nobody's is the broker's own topic or deeper than the limit") {
  core::Limits limits;
  limits.topic_levels = 3;
  World world(limits);
  auto& listener = world.client("l").connect();
  listener.subscribe(1, "#");
  listener.subscribe(2, "$SYS/#");
  listener.said();
  world.client("a").connect({.will_topic = "$SYS/broker/version", .will_payload = "forged"}).drop();
  world.client("b").connect({.will_topic = "a/b/c/d", .will_payload = "deep"}).drop();
  CHECK(listener.said().empty());
}

TEST_CASE_METHOD(Fixture, "a retained will stays for those who come later [MQTT-3.1.2-17]") {
  auto& other =
      world.client("o").connect({.will_topic = "state", .will_payload = "offline", .will_retain = true});
  other.drop();
  auto& later = world.client("later").connect();
  later.said();
  later.subscribe(1, "state");
  CHECK(later.said() == "SUBACK 1: 0 | PUBLISH state=offline retain");
}
