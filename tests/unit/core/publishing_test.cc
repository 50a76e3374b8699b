// SPDX-License-Identifier: Apache-2.0
#include "broker/core/publishing.h"

#include <utility>

#include <catch2/catch.hpp>

#include "tests/support/world.h"

using plugin::Verdict;

namespace {

/// Says what it was told, and publishes a copy of everything under "side/".
struct FakePlugin final : plugin::Plugin {
  std::string_view name() const override { return "fake"; }
  Verdict on_publish(const plugin::Client& client, plugin::Draft& draft, plugin::Host& host,
                     base::TimePoint) override {
    seen.push_back(std::string(client.id) + ":" + std::string(draft.topic));
    if (publishes) host.publish({.topic = "side/" + std::string(draft.topic), .payload = draft.payload});
    if (draft.topic.starts_with("fleeting")) draft.retain = false;
    return verdict;
  }
  bool on_connect(const plugin::Client& client, plugin::Host&, base::TimePoint) override {
    seen.push_back("+" + std::string(client.id));
    return client.id.starts_with('!');
  }
  void on_disconnect(const plugin::Client& client, plugin::Host&, base::TimePoint) override {
    seen.push_back("-" + std::string(client.id));
  }
  mqtt::Qos on_subscribe(const plugin::Client& client, std::string_view filter, mqtt::Qos granted,
                         plugin::Host&, base::TimePoint) override {
    seen.push_back(std::string(client.id) + "+" + std::string(filter));
    return client.id.starts_with('!') ? mqtt::Qos::at_most_once : granted;
  }
  void on_unsubscribe(const plugin::Client& client, std::string_view filter, plugin::Host&,
                      base::TimePoint) override {
    seen.push_back(std::string(client.id) + "-" + std::string(filter));
  }
  bool on_deliver(const plugin::Delivery& delivery, const plugin::Host&, base::TimePoint now) override {
    deliveries.push_back(std::string(delivery.message.topic) + " " + std::to_string(delivery.frame_bytes) +
                         (delivery.is_own ? " own" : ""));
    delivered_at = now;
    return !delivery.message.topic.ends_with("/withheld");
  }
  std::vector<base::Count> counts() const override { return {}; }
  std::vector<std::string> take_seen() { return std::exchange(seen, {}); }

  std::vector<std::string> deliveries;
  base::TimePoint delivered_at;
  std::vector<std::string> seen;
  Verdict verdict = Verdict::pass;
  bool publishes = true;
};

struct Fixture {
  Fixture() {
    world.broker.add_plugin(fake);
    listener.connect().subscribe(1, "#");
    listener.said();
    publisher.connect();
    publisher.said();
    fake.seen.clear();
  }
  support::World world;
  FakePlugin fake;
  support::Client& listener = world.client("l");
  support::Client& publisher = world.client("p");
};

}  // namespace

TEST_CASE_METHOD(Fixture,
                 "what a plugin publishes follows the message that caused it and is not shown to plugins") {
  publisher.publish("t", "1");
  CHECK(listener.said() == "PUBLISH t=1 | PUBLISH side/t=1");
  CHECK(fake.seen == std::vector<std::string>{"p:t"});
}

TEST_CASE_METHOD(Fixture, "a dropped message is acknowledged and not routed") {
  fake.verdict = Verdict::drop;
  publisher.publish("t", "1", 1, 5);
  CHECK(publisher.said() == "PUBACK 5");
  CHECK(listener.said() == "PUBLISH side/t=1");
}

TEST_CASE_METHOD(Fixture,
                 "a refused message closes the connection, for 3.1.1 knows no other way [MQTT-3.3.5-2]") {
  fake.verdict = Verdict::refuse;
  publisher.publish("t", "1", 1, 5);
  CHECK(publisher.said() == "CLOSED message_refused");
  CHECK_FALSE(publisher.is_open());
}

TEST_CASE_METHOD(
    Fixture, "a refused QoS 2 message is asked about again when it is sent again; another id is untouched") {
  auto& lasting = world.client("q").connect({.clean = false});
  lasting.publish("t", "kept", 2, 5);
  fake.verdict = Verdict::refuse;
  lasting.publish("t", "refused", 1, 5);
  lasting.connect({.clean = false});
  lasting.publish("t", "refused", 2, 6);
  fake.verdict = Verdict::pass;
  lasting.connect({.clean = false});
  listener.said();
  lasting.publish("t", "kept", 2, 5, false, true);
  lasting.publish("t", "now", 2, 6, false, true);
  CHECK(listener.said() == "PUBLISH t=now | PUBLISH side/t=now");
}

TEST_CASE_METHOD(Fixture, "a will passes the plugins as its client's message") {
  auto& other = world.client("w").connect({.will_topic = "will", .will_payload = "gone"});
  fake.seen.clear();
  other.drop();
  CHECK(fake.seen == std::vector<std::string>{"w:will", "-w"});
  CHECK(listener.said() == "PUBLISH will=gone | PUBLISH side/will=gone");
}

TEST_CASE_METHOD(Fixture, "the first plugin that does not pass ends the asking") {
  FakePlugin second;
  world.broker.add_plugin(second);
  fake.verdict = Verdict::drop;
  publisher.publish("t", "1");
  CHECK(second.take_seen().empty());
}

using Texts = std::vector<std::string>;

TEST_CASE_METHOD(Fixture, "plugins hear who comes and goes, and what he wants, before and after") {
  fake.publishes = false;
  auto& client = world.client("c").connect({.clean = false});
  client.subscribe(1, "a/+", 1);
  client.unsubscribe(2, "a/+");
  client.unsubscribe(3, "a/+");
  client.subscribe(4, "b");
  client.drop();
  CHECK(fake.take_seen() == Texts{"+c", "c+a/+", "c-a/+", "c+b", "-c"});
  client.connect({.clean = false});
  CHECK(fake.take_seen() == Texts{"+c", "c+b"});
  client.connect();
  CHECK(fake.take_seen() == Texts{"-c", "+c"});  // taken over, and the session is another
}

TEST_CASE_METHOD(Fixture, "a plugin may grant less than was asked for") {
  auto& gateway = world.client("!1").connect();
  gateway.said();
  gateway.subscribe(1, "t", 1);
  CHECK(gateway.said() == "SUBACK 1: 0");
  publisher.publish("t", "x", 1, 7);
  CHECK(gateway.said() == "PUBLISH t=x");
}

TEST_CASE_METHOD(Fixture, "a plugin is asked about each message to those it named, and only to them") {
  fake.publishes = false;
  auto& gateway = world.client("!1").connect();
  gateway.subscribe(1, "#");
  gateway.said();
  publisher.publish("a", "xy");
  publisher.publish("b/withheld", "");
  gateway.publish("a", "");
  CHECK(fake.deliveries == Texts{"a 7", "b/withheld 14", "a 5 own"});
  CHECK(fake.delivered_at == world.now);
  CHECK(gateway.said() == "PUBLISH a=xy | PUBLISH a=");
  CHECK(listener.said() == "PUBLISH a=xy | PUBLISH b/withheld= | PUBLISH a=");
}

TEST_CASE_METHOD(Fixture,
                 "what waited is asked about when it leaves, and is still known as the receiver's own") {
  fake.publishes = false;
  auto& gateway = world.client("!1").connect();
  gateway.subscribe(1, "#");
  gateway.said();
  gateway.refused_bytes = 10;
  gateway.publish("own", "");
  publisher.publish("a/withheld", "");
  publisher.publish("b", "");
  CHECK(fake.deliveries.empty());
  gateway.refused_bytes = 0;
  gateway.drain();
  world.turn();
  CHECK(fake.deliveries == Texts{"own 7 own", "a/withheld 14", "b 5"});
  CHECK(gateway.said() == "PUBLISH own= | PUBLISH b=");
}

TEST_CASE_METHOD(Fixture, "a plugin may have a message not retained") {
  fake.publishes = false;
  publisher.publish("fleeting", "1", 0, 0, true);
  publisher.publish("lasting", "1", 0, 0, true);
  CHECK(listener.said() == "PUBLISH fleeting=1 | PUBLISH lasting=1");
  auto& late = world.client("late").connect();
  late.subscribe(1, "#");
  world.turn();
  CHECK(late.said() == "CONNACK | SUBACK 1: 0 | PUBLISH lasting=1 retain");
}
