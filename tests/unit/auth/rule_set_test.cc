// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/rule_set.h"

#include <random>

#include <catch2/catch.hpp>

#include "broker/mqtt/topic.h"

namespace {

using auth::Findings;

constexpr Findings reading{Findings::read, false};
constexpr Findings writing{Findings::write, false};
constexpr Findings denial{0, true};

TEST_CASE("what several rules say of a topic is added up") {
  auth::RuleSet rules;
  rules.add("a/b", reading);
  rules.add("a/+", writing);
  rules.add("a/c/#", denial);
  CHECK(rules.about_topic("a/b") == Findings{3, false});
  CHECK(rules.about_topic("a/x") == Findings{2, false});
  CHECK(rules.about_topic("a/c") == Findings{2, true});
  CHECK(rules.about_topic("b") == Findings{});
}

TEST_CASE("of a filter counts a denial that covers all of it, and a grant of any of it") {
  auth::RuleSet rules;
  rules.add("a/b", reading);
  rules.add("secret/#", denial);
  CHECK(rules.about_filter("a/+") == Findings{1, false});
  CHECK(rules.about_filter("a/b") == Findings{1, false});
  CHECK(rules.about_filter("secret/+/x") == Findings{0, true});
  CHECK(rules.about_filter("#") == Findings{1, false});
  CHECK(rules.about_filter("c/#") == Findings{});
}

TEST_CASE("a topic of slashes only is judged") {
  auth::RuleSet rules;
  rules.add("+/+", reading);
  rules.add("//#", writing);
  CHECK(rules.about_topic("/") == Findings{3, false});  // the parent of "//#"
  CHECK(rules.about_topic("a/") == reading);
  CHECK(rules.about_topic("//") == writing);
  CHECK(rules.about_topic(std::string(65535, '/')) == writing);
}

std::string random_text(std::mt19937& random, const std::vector<std::string>& levels) {
  std::string text = levels[random() % levels.size()];
  for (std::size_t more = random() % 4; more > 0; --more) text += '/' + levels[random() % levels.size()];
  return text;
}

TEST_CASE("compiled rules say what one look at each says") {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    std::vector<std::pair<std::string, Findings>> plain;
    auth::RuleSet rules;
    for (std::size_t i = random() % 20; i > 0; --i) {
      const std::string filter = random_text(random, {"a", "b", "", "+", "#", "$s"});
      if (!mqtt::is_valid_filter(filter)) continue;
      plain.emplace_back(filter, i % 5 == 0 ? denial : Findings{static_cast<std::uint8_t>(1 + i % 3), false});
      rules.add(filter, plain.back().second);
    }
    for (int i = 0; i < 50; ++i) {
      const std::string topic = random_text(random, {"a", "b", "", "$s"});
      Findings expected;
      for (const auto& [filter, says] : plain) {
        if (mqtt::matches(filter, topic)) expected.add(says);
      }
      CAPTURE(round, topic);
      REQUIRE((topic.empty() || rules.about_topic(topic) == expected));
    }
  }
}

}  // namespace
