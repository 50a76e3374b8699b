// SPDX-License-Identifier: Apache-2.0
#include "broker/core/retained.h"

#include <random>

#include <catch2/catch.hpp>

#include "broker/mqtt/topic.h"

using core::MessageRef;
using core::Retained;
using core::RetainedWalk;

namespace {

MessageRef message(std::string_view topic, std::string_view payload) {
  return MessageRef::make({.topic = topic, .payload = base::as_bytes(payload), .retain = true});
}

/// The topics that a filter's replay meets, in slices of `budget`.
std::vector<std::string> replay(const Retained& retained, std::string filter, std::size_t budget = 1) {
  RetainedWalk walk{.filter = std::move(filter), .after = {}};
  std::vector<std::string> topics;
  const auto add = [&](const MessageRef& found) {
    topics.emplace_back(found->topic());
    return true;
  };
  for (bool is_over = false; !is_over;) {
    std::size_t left = budget + 1;
    is_over = retained.walk(walk, left, add);
  }
  return topics;
}

using Topics = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "the newest message of a topic stays, an empty one clears it and is not stored [MQTT-3.3.1-5, -10, "
    "-11]") {
  Retained retained({10, 1 << 20});
  CHECK(retained.set(message("a", "1")));
  CHECK(retained.set(message("a", "2")));
  CHECK(retained.size() == 1);
  CHECK(retained.set(message("a", "")));
  CHECK(retained.set(message("never", "")));
  CHECK(retained.size() == 0);
}

TEST_CASE("a full store takes no new topic but still replaces and clears") {
  Retained retained({2, 1 << 20});
  CHECK(retained.set(message("a", "1")));
  CHECK(retained.set(message("b", "1")));
  CHECK_FALSE(retained.set(message("c", "1")));
  CHECK(retained.set(message("a", "2")));
  CHECK(retained.set(message("b", "")));
  CHECK(retained.set(message("c", "1")));
}

TEST_CASE("a message that does not fit by its bytes is not stored, and the topic's old one goes") {
  Retained retained({10, 300});
  CHECK(retained.set(message("a", "1")));
  CHECK(retained.set(message("b", "1")));
  const std::size_t before = retained.bytes();
  CHECK_FALSE(retained.set(message("a", std::string(200, '.'))));
  CHECK(replay(retained, "#") == Topics{"b"});
  CHECK(retained.set(message("a", "2")));
  CHECK(retained.bytes() == before);
  CHECK(retained.set(message("a", "")));
  CHECK(retained.set(message("b", "")));
  CHECK(retained.bytes() == 0);
}

TEST_CASE("a walk in slices meets what one in one go meets") {
  Retained retained({100, 1 << 20});
  for (const char* topic : {"sport", "sport/a", "sport/a/b", "sport-x", "spor", "$SYS/x", "/", "", "a//b"}) {
    if (*topic != '\0') CHECK(retained.set(message(topic, "1")));
  }
  CHECK(replay(retained, "sport/#") == Topics{"sport", "sport/a", "sport/a/b"});
  CHECK(replay(retained, "sport/+") == Topics{"sport/a"});
  CHECK(replay(retained, "sport") == Topics{"sport"});
  CHECK(replay(retained, "#", 3).size() == 7);
  CHECK(replay(retained, "$SYS/#") == Topics{"$SYS/x"});
  CHECK(replay(retained, "+/x").empty());
  CHECK(replay(retained, "a/+/b") == Topics{"a//b"});
  CHECK(replay(retained, "nothing/#").empty());
}

TEST_CASE("a message that was not taken comes again; one cleared meanwhile does not") {
  Retained retained({100, 1 << 20});
  CHECK(retained.set(message("a", "1")));
  CHECK(retained.set(message("b", "1")));
  CHECK(retained.set(message("c", "1")));
  RetainedWalk walk{.filter = "#", .after = {}};
  std::string seen;
  const auto take_until_b = [&](const MessageRef& found) {
    if (found->topic() == "b" && seen == "a") return false;
    seen += found->topic();
    return true;
  };
  std::size_t budget = 100;
  CHECK_FALSE(retained.walk(walk, budget, take_until_b));
  CHECK(seen == "a");
  seen = "-";
  CHECK(retained.set(message("c", "")));
  CHECK(retained.walk(walk, budget, take_until_b));
  CHECK(seen == "-b");
}

TEST_CASE("replay agrees with matching every topic one by one") {
  std::mt19937 random(7);
  const auto pick = [&](std::initializer_list<const char*> from) {
    return *(from.begin() + random() % from.size());
  };
  for (int round = 0; round < 300; ++round) {
    Retained retained({1000, 1 << 20});
    Topics topics;
    for (int i = 0; i < 20; ++i) {
      std::string topic = pick({"a", "b", "", "$x"});
      for (auto levels = random() % 4; levels > 0; --levels)
        topic += std::string("/") + pick({"a", "b", "", "a b", "c"});
      if (topic.empty()) continue;
      CHECK(retained.set(message(topic, "1")));
      topics.push_back(topic);
    }
    std::ranges::sort(topics);
    topics.erase(std::unique(topics.begin(), topics.end()), topics.end());
    std::string filter = pick({"a", "+", "", "$x", "b"});
    for (auto levels = random() % 4; levels > 0; --levels)
      filter += std::string("/") + pick({"a", "+", "", "c"});
    if (random() % 2 == 0) filter += "/#";
    Topics expected;
    for (const auto& topic : topics) {
      if (mqtt::matches(filter, topic)) expected.push_back(topic);
    }
    INFO("filter " << filter);
    CHECK(replay(retained, filter, 1 + random() % 5) == expected);
  }
}

TEST_CASE(
    "of two messages of a topic from two workers the one with the higher stamp stays, whichever comes "
    "first") {
  Retained retained({10, 1 << 20});
  CHECK(retained.set(message("a", "new"), 2));
  CHECK(retained.set(message("a", "old"), 1));
  CHECK(retained.set(message("b", "gone"), 3));
  CHECK(retained.set(message("b", ""), 5));
  CHECK(retained.set(message("b", "late"), 4));
  CHECK(retained.set(message("c", ""), 7));
  CHECK(retained.set(message("c", "late"), 6));
  CHECK(replay(retained, "#") == Topics{"a"});
  CHECK(retained.set(message("b", "again"), 8));
  CHECK(replay(retained, "#") == Topics{"a", "b"});
}
