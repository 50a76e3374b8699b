// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/recent_table.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

TEST_CASE("what was touched longest ago makes room") {
  auth::RecentTable<std::string, int> table(2);
  table.touch("a") = 1;
  table.touch("b") = 2;
  CHECK(table.touch("a") == 1);
  table.touch("c") = 3;
  CHECK(table.size() == 2);
  CHECK(table.displaced() == 1);
  CHECK(table.find("b") == nullptr);
  REQUIRE(table.find("a") != nullptr);
  CHECK(*table.find("a") == 1);
}

TEST_CASE("what is erased is gone and leaves room") {
  auth::RecentTable<std::string, int> table(1);
  table.touch("a") = 1;
  CHECK(table.erase("a"));
  CHECK_FALSE(table.erase("a"));
  table.touch("b") = 2;
  CHECK(table.displaced() == 0);
  table.clear();
  CHECK(table.size() == 0);
}

}  // namespace
