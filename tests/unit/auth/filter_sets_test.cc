// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/filter_sets.h"

#include <array>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "broker/mqtt/topic.h"

namespace {

struct Row {
  const char* a;
  const char* b;
  bool overlap;
  bool a_covers_b;
};

TEST_CASE("filters overlap and cover each other as the sets of topics they match") {
  const Row rows[] = {
      {"a", "a", true, true},         {"a", "b", false, false},        {"a/b", "a", false, false},
      {"+", "a", true, true},         {"a", "+", true, false},         {"+", "a/b", false, false},
      {"#", "a/b", true, true},       {"a/#", "a", true, true},        {"a/#", "a/+/c", true, true},
      {"a/+", "a/#", true, false},    {"+/#", "a/#", true, true},      {"a/+/c", "+/b/c", true, false},
      {"+/+/c", "a/+/c", true, true}, {"a/b/#", "a/+", true, false},   {"a/b/c/#", "a/+", false, false},
      {"#", "$SYS/#", false, false},  {"+/x", "$SYS/x", false, false}, {"$SYS/#", "$SYS/+", true, true},
      {"$SYS/#", "#", false, false},  {"/#", "/", true, true},         {"a/", "a", false, false},
      {"a/+", "a/", true, true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.a, row.b);
    CHECK(auth::overlap(row.a, row.b) == row.overlap);
    CHECK(auth::overlap(row.b, row.a) == row.overlap);
    CHECK(auth::covers(row.a, row.b) == row.a_covers_b);
  }
}

std::vector<std::string> texts_of(const std::vector<std::string>& levels, std::size_t depth) {
  std::vector<std::string> texts = levels;
  for (std::size_t begin = 0; depth > 1; --depth) {
    const std::size_t end = texts.size();
    for (std::size_t i = begin; i < end; ++i) {
      for (const std::string& level : levels) texts.push_back(texts[i] + '/' + level);
    }
    begin = end;
  }
  std::erase(texts, "");
  return texts;
}

TEST_CASE("both agree with matching, for every small filter and topic") {
  const std::vector<std::string> topics = texts_of({"a", "b", "", "$s"}, 4);
  std::vector<std::string> filters = texts_of({"a", "b", "+", "", "$s", "#"}, 3);
  std::erase_if(filters, [](const std::string& filter) { return !mqtt::is_valid_filter(filter); });
  for (const std::string& a : filters) {
    for (const std::string& b : filters) {
      bool is_shared = false, is_covered = true;
      for (const std::string& topic : topics) {
        const bool in_a = mqtt::matches(a, topic), in_b = mqtt::matches(b, topic);
        is_shared |= in_a && in_b;
        is_covered &= in_a || !in_b;
      }
      if ((a == "+" && b == "/#") || (a == "/#" && b == "+"))
        continue;  // they share the empty text, no topic
      const bool is_right = auth::overlap(a, b) == is_shared && (!auth::covers(a, b) || is_covered);
      if (!is_right) FAIL(a << " and " << b);
    }
  }
}

}  // namespace
