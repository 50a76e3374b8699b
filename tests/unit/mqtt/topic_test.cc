// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/topic.h"

#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/naive_match.h"

using mqtt::is_valid_filter;
using mqtt::is_valid_topic;
using mqtt::matches;

namespace {

/// A valid filter (or, with `letters` free of wildcards, topic) of up to six short levels.
std::string random_levels(std::mt19937& random, std::string_view letters) {
  const auto below = [&random](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  std::string text;
  const std::size_t levels = 1 + below(6);
  for (std::size_t level = 0; level < levels; ++level) {
    if (level > 0) text.push_back('/');
    const char letter = letters[below(letters.size())];
    if (letter == '#') return text + "#";
    if (letter != '0') text.push_back(letter);  // '0' stands for an empty level
  }
  return text.empty() ? "a" : text;
}

}  // namespace

TEST_CASE("a topic has at least one character [MQTT-4.7.3-1]") {
  CHECK_FALSE(is_valid_topic(""));
  CHECK(is_valid_topic("a"));
  CHECK(is_valid_topic("/"));
  CHECK(is_valid_topic(" "));
}

TEST_CASE("a topic has no wildcard anywhere [MQTT-4.7.1-1]") {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (const char wildcard : {'+', '#'}) {
        std::string topic(size, 'a');
        topic[at] = wildcard;
        INFO(topic);
        CHECK_FALSE(is_valid_topic(topic));
        CHECK(mqtt::has_wildcard(topic));
      }
    }
  }
}

TEST_CASE("a topic has no U+0000 anywhere [MQTT-4.7.3-2]") {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string topic(size, 'a');
      topic[at] = '\0';
      INFO(size << " bytes, U+0000 at " << at);
      CHECK_FALSE(is_valid_topic(topic));
      CHECK_FALSE(is_valid_filter(topic));
    }
  }
}

TEST_CASE("every byte but the wildcards and U+0000 may stand in a topic") {
  for (int value = 1; value < 256; ++value) {
    const char c = static_cast<char>(value);
    const bool is_wildcard = c == '+' || c == '#';
    INFO("byte " << value);
    CHECK(is_valid_topic(std::string(3, c)) == !is_wildcard);
    CHECK(is_valid_topic(std::string(16, c)) == !is_wildcard);
  }
}

TEST_CASE("topics and filters have at most 65,535 bytes [MQTT-4.7.3-3]") {
  CHECK(is_valid_topic(std::string(65535, '/')));
  CHECK_FALSE(is_valid_topic(std::string(65536, 'a')));
  CHECK(is_valid_filter(std::string(65535, '/')));
  CHECK_FALSE(is_valid_filter(std::string(65536, 'a')));
}

TEST_CASE("a filter has at least one character [MQTT-4.7.3-1]") { CHECK_FALSE(is_valid_filter("")); }

TEST_CASE("# is last and alone in its level [MQTT-4.7.1-2]") {
  for (const char* filter : {"#", "/#", "sport/#", "sport/tennis/player1/#", "+/#", "//#"}) {
    INFO(filter);
    CHECK(is_valid_filter(filter));
  }
  for (const char* filter :
       {"sport/tennis#", "sport/tennis/#/ranking", "#/", "#/a", "##", "#a", "a#", "/##", "+#"}) {
    INFO(filter);
    CHECK_FALSE(is_valid_filter(filter));
  }
}

TEST_CASE("+ is alone in its level [MQTT-4.7.1-3]") {
  for (const char* filter : {"+", "+/tennis/#", "sport/+/player1", "/+", "+/+", "+/", "/+/"}) {
    INFO(filter);
    CHECK(is_valid_filter(filter));
  }
  for (const char* filter : {"sport+", "+sport", "++", "a/+b", "a/b+/c", "a/++/c", "#+"}) {
    INFO(filter);
    CHECK_FALSE(is_valid_filter(filter));
  }
}

TEST_CASE("a topic without wildcards is a filter and matches itself only") {
  for (const char* topic : {"a", "a/b", "/", "/a", "a/", "a//b", "$SYS/x", " a", "A"}) {
    INFO(topic);
    CHECK(is_valid_filter(topic));
    CHECK_FALSE(mqtt::has_wildcard(topic));
    CHECK(matches(topic, topic));
    CHECK_FALSE(matches(topic, std::string(topic) + "/"));
    CHECK_FALSE(matches(topic, "x" + std::string(topic)));
  }
}

TEST_CASE("levels are one more than slashes") {
  CHECK(mqtt::level_count("a") == 1);
  CHECK(mqtt::level_count("/") == 2);
  CHECK(mqtt::level_count("a/b/c") == 3);
  CHECK(mqtt::level_count("a//b/") == 4);
  CHECK(mqtt::level_count(std::string(65535, '/')) == 65536);
}

TEST_CASE("# matches its level's parent and everything below [4.7.1.2]") {
  CHECK(matches("sport/tennis/player1/#", "sport/tennis/player1"));
  CHECK(matches("sport/tennis/player1/#", "sport/tennis/player1/ranking"));
  CHECK(matches("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"));
  CHECK(matches("sport/#", "sport"));
  CHECK(matches("sport/#", "sport/"));
  CHECK_FALSE(matches("sport/#", "sports"));
  CHECK_FALSE(matches("sport/#", "spor"));
  CHECK_FALSE(matches("a/b/#", "a"));
  CHECK(matches("#", "a"));
  CHECK(matches("#", "/"));
  CHECK(matches("#", "a/b/c"));
  CHECK(matches("/#", "/"));
  CHECK(matches("/#", "/a"));
  CHECK_FALSE(matches("/#", "a"));
  CHECK(matches("+/#", "a"));
  CHECK(matches("a/+/#", "a/b"));
  CHECK_FALSE(matches("a/+/#", "a"));
}

TEST_CASE("+ matches exactly one level, empty ones too [4.7.1.3]") {
  CHECK(matches("sport/tennis/+", "sport/tennis/player1"));
  CHECK_FALSE(matches("sport/tennis/+", "sport/tennis/player1/ranking"));
  CHECK_FALSE(matches("sport/+", "sport"));
  CHECK(matches("sport/+", "sport/"));
  CHECK(matches("+/+", "/finance"));
  CHECK(matches("/+", "/finance"));
  CHECK_FALSE(matches("+", "/finance"));
  CHECK(matches("+/b", "/b"));
  CHECK(matches("a/+/c", "a//c"));
  CHECK(matches("+/+", "/"));
  CHECK_FALSE(matches("+", "/"));
  CHECK(matches("+/", "a/"));
  CHECK_FALSE(matches("+/", "a"));
}

TEST_CASE("a leading wildcard never matches a topic that starts with $ [MQTT-4.7.2-1]") {
  for (const char* filter : {"#", "+", "+/#", "+/monitor/Clients", "+/+/+"}) {
    INFO(filter);
    CHECK_FALSE(matches(filter, "$SYS/monitor/Clients"));
    CHECK_FALSE(matches(filter, "$SYS"));
  }
  CHECK_FALSE(matches("#", "$"));
  CHECK(matches("$SYS/#", "$SYS/monitor/Clients"));
  CHECK(matches("$SYS/#", "$SYS"));
  CHECK(matches("$SYS/monitor/+", "$SYS/monitor/Clients"));
  CHECK(matches("a/#", "a/$SYS"));
  CHECK(matches("+/$SYS", "a/$SYS"));
}

TEST_CASE("matching is by exact characters [MQTT-4.7.3-4]") {
  CHECK_FALSE(matches("ACCOUNTS", "Accounts"));
  CHECK_FALSE(matches("/a", "a"));
  CHECK_FALSE(matches("a", "/a"));
  CHECK_FALSE(matches("a/", "a"));
  CHECK_FALSE(matches("a", "a/"));
  CHECK_FALSE(matches("\xc3\xa9", "e\xcc\x81"));  // the same letter, not normalised
  CHECK(matches("Accounts payable", "Accounts payable"));
}

TEST_CASE("65,535 slashes are matched without recursion") {
  const std::string slashes(65535, '/');
  CHECK(matches(slashes, slashes));
  CHECK(matches("#", slashes));
  std::string plus = "+";
  while (plus.size() + 2 <= 65535) plus += "/+";
  CHECK(matches(plus, std::string((plus.size() - 1) / 2, '/')));
  CHECK_FALSE(matches(plus, slashes));
}

TEST_CASE("random filters match random topics as the naive matcher says") {
  std::mt19937 random(1);
  int matched = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::string filter = random_levels(random, "aab0$+++#");
    const std::string topic = random_levels(random, "aaab0$");
    REQUIRE(is_valid_topic(topic));
    REQUIRE(is_valid_filter(filter));
    const bool expected = support::naive_match(filter, topic);
    if (matches(filter, topic) != expected) FAIL(filter << " and " << topic << ": " << expected);
    matched += expected ? 1 : 0;
  }
  CHECK(matched > 10'000);  // else the generator shows nothing
}

TEST_CASE("a usual topic is one of ASCII that is valid, wherever a byte stands that is not") {
  for (std::size_t size = 8; size <= 25; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string topic(size, 'a');
        topic[at] = static_cast<char>(byte);
        const bool expected = byte < 0x80 && is_valid_topic(topic);
        if (mqtt::is_usual_topic(topic) != expected) FAIL(size << " bytes, at " << at << ": " << byte);
      }
    }
  }
}

TEST_CASE("a topic too long or too short for a usual one is left to the other rules") {
  CHECK(mqtt::is_usual_topic(std::string(65535, 'a')));
  CHECK_FALSE(mqtt::is_usual_topic(std::string(65536, 'a')));
  CHECK_FALSE(mqtt::is_usual_topic("seven/b"));
  CHECK_FALSE(mqtt::is_usual_topic(""));
}
