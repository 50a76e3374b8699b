// SPDX-License-Identifier: Apache-2.0
#include "broker/core/interest.h"

#include <memory>

#include <catch2/catch.hpp>

using core::Interest;

namespace {

bool wants(const Interest& interest, std::string_view topic) {
  return interest.wants(Interest::Question(topic));
}

}  // namespace

TEST_CASE("a filter makes interest in every topic it meets, until its last subscription goes") {
  struct Row {
    const char* filter;
    const char* met;
  };
  const Row row = GENERATE(Row{"a/b", "a/b"}, Row{"a/#", "a/b/c"}, Row{"a/#", "a"}, Row{"a/+", "a/b"},
                           Row{"+/b", "a/b"}, Row{"#", "x/y"}, Row{"$SYS/#", "$SYS/broker"}, Row{"/+", "/x"});
  const auto interest = std::make_unique<Interest>();
  CHECK_FALSE(wants(*interest, row.met));
  interest->add(row.filter);
  interest->add(row.filter);
  CHECK(wants(*interest, row.met));
  interest->remove(row.filter);
  CHECK(wants(*interest, row.met));
  interest->remove(row.filter);
  CHECK_FALSE(wants(*interest, row.met));
}

TEST_CASE("spelled-out ends and first levels are counted apart, until the last of them goes") {
  struct Row {
    const char* filter;
    const char* named;  // a topic that meets it and its last level; empty: it has none
    const char* below;
  };
  const Row row = GENERATE(Row{"a/b", "a/b", "a"}, Row{"a/+/!1", "a/x/!1", "a"}, Row{"+/!1", "q/!1", "q"},
                           Row{"a/#", "", "a"}, Row{"#", "", "q"}, Row{"a/+", "", "a"}, Row{"+", "", "q"});
  const auto interest = std::make_unique<Interest>();
  interest->add(row.filter);
  interest->add(row.filter);
  interest->remove(row.filter);
  CHECK(interest->wants_named(row.named) == (*row.named != 0));
  CHECK(interest->wants_any_named() == (*row.named != 0));
  CHECK(interest->wants_below(row.below));
  interest->remove(row.filter);
  CHECK_FALSE(interest->wants_named(row.named));
  CHECK_FALSE(interest->wants_below(row.below));
}

TEST_CASE("nobody is asked in vain about topics far from what he wants, nor by # about those of $") {
  const auto interest = std::make_unique<Interest>();
  interest->add("a/b");
  interest->add("c/#");
  CHECK_FALSE(wants(*interest, "a/c"));
  CHECK_FALSE(wants(*interest, "d/e"));
  interest->add("#");
  CHECK(wants(*interest, "d/e"));
  CHECK_FALSE(wants(*interest, "$SYS/x"));
}
