// SPDX-License-Identifier: Apache-2.0
#include "broker/core/subscriptions.h"

#include <algorithm>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "broker/mqtt/topic.h"

using core::Subscriptions;
using mqtt::Qos;

namespace {

/// slot -> highest QoS, as the index says.
std::map<std::uint32_t, Qos> found(Subscriptions& subscriptions, std::string_view topic) {
  std::map<std::uint32_t, Qos> slots;
  for (const core::Match& match : subscriptions.match(topic)) {
    CHECK(slots.emplace(match.subscriber.slot, match.options.qos).second);  // each session once
  }
  return slots;
}

core::Subscriber slot(std::uint32_t number) { return {nullptr, number}; }

using Slots = std::map<std::uint32_t, Qos>;

}  // namespace

TEST_CASE("overlapping filters deliver once, at the highest QoS [MQTT-3.3.5-1]") {
  Subscriptions subscriptions;
  subscriptions.set("a/b", slot(1), {.qos = Qos::at_most_once});
  subscriptions.set("a/#", slot(1), {.qos = Qos::exactly_once});
  subscriptions.set("+/b", slot(1), {.qos = Qos::at_least_once});
  subscriptions.set("#", slot(2), {.qos = Qos::at_least_once});
  CHECK(found(subscriptions, "a/b") == Slots{{1, Qos::exactly_once}, {2, Qos::at_least_once}});
  CHECK(found(subscriptions, "a") == Slots{{1, Qos::exactly_once}, {2, Qos::at_least_once}});
}

TEST_CASE("filters that end in a wildcard are passed over when asked for spelled-out ends") {
  Subscriptions subscriptions;
  std::uint32_t number = 0;
  for (const char* filter :
       {"a/b/c", "a/+/c", "+/+/c", "#", "a/#", "a/b/#", "a/b/c/#", "a/b/+", "+/+/+", "a/b"})
    subscriptions.set(filter, slot(number++), {});
  const auto named = [&](std::string_view topic) {
    std::vector<std::uint32_t> slots;
    for (const core::Match& match : subscriptions.match_named(topic)) slots.push_back(match.subscriber.slot);
    std::ranges::sort(slots);
    return slots;
  };
  const std::vector<std::uint32_t> spelled_out = {0, 1, 2};
  CHECK(named("a/b/c") == spelled_out);
  CHECK(found(subscriptions, "a/b/c").size() == 9);
  CHECK(named("a/b/c") == spelled_out);  // whatever the last question was
  CHECK(named("a/b/d").empty());
}

TEST_CASE("an identical filter replaces the old one [MQTT-3.8.4-3]; another spelling is another filter") {
  Subscriptions subscriptions;
  CHECK(subscriptions.set("a/+", slot(1), {.qos = Qos::exactly_once}));
  CHECK_FALSE(subscriptions.set("a/+", slot(1), {.qos = Qos::at_most_once}));
  CHECK(found(subscriptions, "a/x") == Slots{{1, Qos::at_most_once}});
  CHECK_FALSE(subscriptions.remove("A/+", 1));
  CHECK_FALSE(subscriptions.remove("a/x", 1));
  CHECK(subscriptions.remove("a/+", 1));
  CHECK_FALSE(subscriptions.remove("a/+", 1));
  CHECK(found(subscriptions, "a/x").empty());
}

TEST_CASE("the answer for a topic is fresh after every change") {
  Subscriptions subscriptions;
  CHECK(found(subscriptions, "a").empty());
  subscriptions.set("a", slot(1), {});
  CHECK(found(subscriptions, "a").size() == 1);
  subscriptions.set("+", slot(2), {});
  CHECK(found(subscriptions, "a").size() == 2);
  subscriptions.remove("a", 1);
  CHECK(found(subscriptions, "a") == Slots{{2, Qos::at_most_once}});
}

TEST_CASE("many subscribers of one filter come and go, past the point where the list gets its index") {
  Subscriptions subscriptions;
  constexpr std::uint32_t many = 3 * core::SubscriberList::indexed_from;
  for (std::uint32_t i = 0; i < many; ++i) CHECK(subscriptions.set("t", slot(i), {}));
  for (std::uint32_t i = 0; i < many; ++i)
    CHECK_FALSE(subscriptions.set("t", slot(i), {.qos = Qos::at_least_once}));
  for (std::uint32_t i = 0; i < many; i += 2) CHECK(subscriptions.remove("t", i));
  const Slots left = found(subscriptions, "t");
  CHECK(left.size() == many / 2);
  CHECK(left.count(1) == 1);
  CHECK(left.count(2) == 0);
  CHECK(left.at(1) == Qos::at_least_once);
}

TEST_CASE("65,535 slashes are matched, subscribed and taken back without recursion") {
  Subscriptions subscriptions;
  const std::string topic(65535, '/');
  const std::string filter = topic.substr(0, 65533) + "/#";
  subscriptions.set(filter, slot(1), {});
  subscriptions.set("#", slot(2), {});
  CHECK(found(subscriptions, topic).size() == 2);
  CHECK(subscriptions.remove(filter, 1));
  CHECK(found(subscriptions, topic).size() == 1);
}

TEST_CASE("any set of filters answers as matching them one by one does") {
  std::mt19937 random(1);
  const auto pick = [&](std::initializer_list<const char*> from) {
    return *(from.begin() + random() % from.size());
  };
  Subscriptions subscriptions;
  std::map<std::pair<std::string, std::uint32_t>, Qos> naive;
  for (int round = 0; round < 20'000; ++round) {
    std::string filter = pick({"a", "+", "", "$x", "b"});
    for (auto levels = random() % 4; levels > 0; --levels)
      filter += std::string("/") + pick({"a", "+", "", "c"});
    if (random() % 3 == 0) filter += "/#";
    if (random() % 50 == 0) filter = "#";
    if (filter.empty()) continue;
    const auto who = static_cast<std::uint32_t>(random() % 5);
    const auto qos = static_cast<Qos>(random() % 3);
    if (random() % 2 == 0) {
      const bool is_new = naive.insert_or_assign({filter, who}, qos).second;
      REQUIRE(subscriptions.set(filter, slot(who), {.qos = qos}) == is_new);
    } else {
      REQUIRE(subscriptions.remove(filter, who) == (naive.erase({filter, who}) == 1));
    }
    std::string topic = pick({"a", "", "$x", "b", "zzz"});
    for (auto levels = random() % 4; levels > 0; --levels)
      topic += std::string("/") + pick({"a", "", "c", "yyy"});
    if (topic.empty()) continue;
    Slots expected;
    for (const auto& [key, granted] : naive) {
      if (mqtt::matches(key.first, topic)) expected[key.second] = std::max(expected[key.second], granted);
    }
    INFO("topic " << topic << " after " << round << " steps");
    REQUIRE(found(subscriptions, topic) == expected);
    REQUIRE(subscriptions.size() == naive.size());
  }
}

TEST_CASE("what a match has visited is told once") {
  Subscriptions subscriptions;
  subscriptions.set("a/+/c", slot(1), {});
  subscriptions.set("a/b/c", slot(1), {});
  subscriptions.match("a/b/c");
  CHECK(subscriptions.take_steps() > 3);
  CHECK(subscriptions.take_steps() == 0);
  subscriptions.match("a/b/c");  // the last answer again
  CHECK(subscriptions.take_steps() == 0);
}
