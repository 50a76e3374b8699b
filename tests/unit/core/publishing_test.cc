// SPDX-License-Identifier: Apache-2.0
#include "broker/core/publishing.h"

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
    return verdict;
  }
  std::vector<base::Count> counts() const override { return {}; }

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
  other.drop();
  CHECK(fake.seen == std::vector<std::string>{"w:will"});
  CHECK(listener.said() == "PUBLISH will=gone | PUBLISH side/will=gone");
}

TEST_CASE_METHOD(Fixture, "the first plugin that does not pass ends the asking") {
  FakePlugin second;
  world.broker.add_plugin(second);
  fake.verdict = Verdict::drop;
  publisher.publish("t", "1");
  CHECK(second.seen.empty());
}
