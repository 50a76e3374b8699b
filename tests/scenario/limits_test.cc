// SPDX-License-Identifier: Apache-2.0
// What the core allows and what happens at each bound.
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/world.h"

using core::Effort;
using core::Metric;
using support::World;

namespace {

bool has_logged(const World& world, std::string_view event) {
  return std::ranges::any_of(world.log_lines,
                             [&](const std::string& line) { return line.find(event) != std::string::npos; });
}

/// Every filter of `levels` levels that are each `+` or `a`: all of them meet the topic a/a/…, and a match
/// visits every node of their tree.
void subscribe_to_all_mixtures(support::Client& client, unsigned levels) {
  for (unsigned mixture = 0; mixture < (1U << levels); ++mixture) {
    std::string filter;
    for (unsigned level = 0; level < levels; ++level) filter += (mixture >> level) & 1U ? "/+" : "/a";
    client.subscribe(1, filter.substr(1));
  }
  client.said();
}

}  // namespace

TEST_CASE("limits.sessions: a client without a session is refused, who has one comes in") {
  core::Limits limits;
  limits.sessions = 2;
  World world(limits);
  auto& kept = world.client("kept").connect({.clean = false});
  world.client("other").connect();
  auto& third = world.client("third").connect();
  CHECK(third.said() == "CONNACK refused 0x88 | CLOSED too_many_sessions");
  kept.drop();
  kept.said();
  CHECK(kept.connect({.clean = false}).said() == "CONNACK present");
  CHECK(world.client("other").connect().said() == "CONNACK");  // takes its own place over
  CHECK(world.broker.session_count() == 2);
}

TEST_CASE("limits.sessions: a session that has ended makes room") {
  core::Limits limits;
  limits.sessions = 1;
  World world(limits);
  world.client("a").connect().drop();
  CHECK(world.client("b").connect().said() == "CONNACK");
}

TEST_CASE("limits.pending_qos2: one id more closes the connection, and is new when it is sent again") {
  core::Limits limits;
  limits.pending_qos2 = 2;
  World world(limits);
  auto& listener = world.client("l").connect();
  listener.subscribe(1, "t");
  listener.said();
  auto& client = world.client("c").connect({.clean = false});
  for (const mqtt::PacketId id : std::vector<mqtt::PacketId>{1, 2, 2, 3})
    client.publish("t", std::to_string(id), 2, id);
  CHECK(client.said() == "CONNACK | PUBREC 1 | PUBREC 2 | PUBREC 2 | CLOSED receive_maximum_exceeded");
  client.connect({.clean = false});
  client.send_in(mqtt::Pubrel{1});
  client.publish("t", "3", 2, 3, false, true);
  CHECK(client.said() == "CONNACK present | PUBCOMP 1 | PUBREC 3");
  CHECK(listener.said() == "PUBLISH t=1 | PUBLISH t=2 | PUBLISH t=3");
}

TEST_CASE("limits.subscription_bytes: a filter beyond it is refused, one that is left makes room") {
  core::Limits limits;
  limits.subscription_bytes = core::Subscriptions::cost_of("a/+/c") + core::Subscriptions::cost_of("b");
  World world(limits);
  auto& client = world.client("c").connect();
  client.said();
  client.subscribe(1, "a/+/c");
  client.subscribe(2, "b");
  client.subscribe(3, "b", 1);  // replaced, not added
  client.subscribe(4, "c");
  CHECK(client.said() == "SUBACK 1: 0 | SUBACK 2: 0 | SUBACK 3: 1 | SUBACK 4: 97");
  CHECK(world.broker.counters()[Metric::subscriptions_refused] == 1);
  client.unsubscribe(5, "b");
  client.subscribe(6, "c");
  CHECK(client.said() == "UNSUBACK 5 | SUBACK 6: 0");
}

TEST_CASE(
    "as many filters as limits.subscriptions with a dozen levels each fit into limits.subscription_bytes") {
  const core::Limits limits;
  const std::string filter = "msh/EU_868/2/e/LongFast/!a1b2c3d4/and/yet/some/more/levels/+";
  CHECK(limits.subscriptions * core::Subscriptions::cost_of(filter) <= limits.subscription_bytes);
}

TEST_CASE("limits.retained_bytes: what does not fit is delivered but not stored, counted, and said once") {
  core::Limits limits;
  limits.retained_bytes = 400;
  World world(limits);
  auto& client = world.client("c").connect();
  client.subscribe(1, "#");
  client.said();
  for (const char* topic : {"a", "b", "c", "d", "e"}) client.publish(topic, std::string(50, '.'), 0, 0, true);
  CHECK(world.broker.router().retained().size() == 2);
  CHECK(world.broker.counters()[Metric::retained_refused] == 3);
  CHECK(client.said_count() == 5);
  CHECK(std::ranges::count_if(world.log_lines, [](const std::string& line) {
          return line.find("retained_store_full") != std::string::npos;
        }) == 1);
}

TEST_CASE("an ordinary turn leaves effort; one with hostile filters uses it up, and work goes on") {
  World world;
  auto& hostile = world.client("hostile").connect();
  subscribe_to_all_mixtures(hostile, 12);
  const std::string topic = "a/a/a/a/a/a/a/a/a/a/a/a";
  auto& publisher = world.client("p").connect();
  auto* session = publisher.session();
  session->on_publish({.topic = topic, .payload = {}}, {}, world.now);
  CHECK_FALSE(world.broker.is_turn_full());
  // Alternating topics, so that the last answer does not serve again.
  for (int i = 0; i < 40; ++i) {
    session->on_publish({.topic = i % 2 == 0 ? "b" : topic, .payload = {}}, {}, world.now);
  }
  CHECK_FALSE(world.broker.is_turn_full());
  for (int i = 0; i < 40; ++i) {
    session->on_publish({.topic = i % 2 == 0 ? "b" : topic, .payload = {}}, {}, world.now);
  }
  CHECK(world.broker.is_turn_full());
  world.turn();
  CHECK_FALSE(world.broker.is_turn_full());
  CHECK(hostile.said_count() == 41);
  CHECK_FALSE(has_logged(world, "queue_full"));
}

TEST_CASE("sessions that end at once are not a line each, and all are counted") {
  support::World world;
  constexpr std::size_t sessions = core::LineRation::most_lines + 100;
  for (std::size_t i = 0; i < sessions; ++i) {
    auto& client = world.client("c" + std::to_string(i)).connect({.clean = false});
    client.drop();
  }
  world.pass(world.limits.session_expiry);
  CHECK(world.broker.counters()[core::Metric::sessions_expired] == sessions);
  CHECK(world.broker.counters()[core::Metric::log_lines_suppressed] == 100);
  const auto lines_with = [&](std::string_view what) {
    return static_cast<std::size_t>(std::ranges::count_if(
        world.log_lines, [&](const std::string& line) { return line.find(what) != std::string::npos; }));
  };
  CHECK(lines_with("session_expired client=") == core::LineRation::most_lines);
  CHECK(lines_with("log_suppressed") == 0);
  world.client("later").connect({.clean = false}).drop();
  world.pass(world.limits.session_expiry);
  CHECK(lines_with("log_suppressed what=session_expired suppressed=100") == 1);
}

TEST_CASE("a client that comes again and again with a full queue is told about once") {
  support::World world({.queued_messages = 1});
  auto& away = world.client("away").connect({.clean = false});
  away.subscribe(1, "#", 1);
  auto& publisher = world.client("p").connect();
  for (mqtt::PacketId id = 1; id < 10; ++id) {
    away.refused_bytes = 1;  // it takes nothing
    away.connect({.clean = false});
    away.drop();
    publisher.publish("t", "x", 1, id);
  }
  CHECK(std::ranges::count_if(world.log_lines, [](const std::string& line) {
          return line.find("queue_full") != std::string::npos;
        }) == 1);
}
