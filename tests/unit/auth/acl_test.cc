// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/acl.h"

#include <catch2/catch.hpp>

namespace {

using auth::Access;

struct Row {
  const char* pattern;
  const char* user;
  const char* client_id;
  const char* grants;  // "" : nothing
  const char* denies;
};

TEST_CASE("F4: names go into patterns literally and never widen one") {
  const Row rows[] = {
      {"s/%u/x", "ann", "c", "s/ann/x", "s/ann/x"},
      {"s/%c/%u", "ann", "c1", "s/c1/ann", "s/c1/ann"},
      {"s/%c-%c/#", "", "c1", "s/c1-c1/#", "s/c1-c1/#"},
      {"s/%u", "", "c", "", ""},  // anonymous
      {"s/%c", "ann", "", "", ""},
      {"s/%c", "ann", "+", "", ""},
      {"s/%c", "ann", "#", "", ""},
      {"s/%c/x", "ann", "a+b", "", ""},
      {"s/%u", "a#", "c", "", ""},
      {"s/%c/#", "ann", "a/b", "", "s/a/b/#"},
      {"%c/#", "ann", "$SYS", "", "$SYS/#"},
      {"$SYS/%c", "ann", "c", "$SYS/c", "$SYS/c"},
      {"%c%u", "%c", "%u", "%u%c", "%u%c"},  // once
      {"s/%", "ann", "c", "s/%", "s/%"},
      {"s/%x/%", "ann", "c", "s/%x/%", "s/%x/%"},
      {"+/%u", "ann", "c", "+/ann", "+/ann"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern, row.user, row.client_id);
    const auth::Who who{row.user, row.client_id};
    CHECK(auth::substituted(row.pattern, who, false).value_or("") == row.grants);
    CHECK(auth::substituted(row.pattern, who, true).value_or("") == row.denies);
  }
}

TEST_CASE("a pattern that gets too long for a topic means nothing") {
  const std::string name(65533, 'n');
  CHECK(auth::substituted("s/%u", {name, "c"}, false));
  CHECK_FALSE(auth::substituted("s/x%u", {name, "c"}, false));
}

TEST_CASE("permissions of nobody allow nothing, those without rules everything") {
  for (const Access access : {Access::read, Access::write, Access::subscribe}) {
    CHECK_FALSE(auth::Permissions().may(access, "a"));
    CHECK(auth::Permissions::everything().may(access, "a"));
    CHECK(auth::Permissions::everything().may(access, "$any/thing"));
  }
}

TEST_CASE("permissions outlive the rules they were made from") {
  auth::Permissions permissions;
  {
    auth::Rules rules;
    rules.add("ann", {"a", {auth::Findings::read, false}});
    rules.add_pattern({"c/%c", {auth::Findings::write, false}});
    permissions = rules.of({"ann", "c1"});
  }
  CHECK(permissions.may(Access::read, "a"));
  CHECK(permissions.may(Access::write, "c/c1"));
  CHECK_FALSE(permissions.may(Access::write, "c/c2"));
}

}  // namespace
