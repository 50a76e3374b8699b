// SPDX-License-Identifier: Apache-2.0
#include "broker/app/access_control.h"

#include <catch2/catch.hpp>

#include "tests/unit/app/temporary_file.h"

using app::AccessChange;
using app::AccessControl;
using Changes = std::vector<AccessChange>;

namespace {

constexpr std::string_view hash_a =
    "$6$bWVzaG1lc2g=$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";
constexpr std::string_view hash_b =
    "$6$bWVzaG1lc2hh$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==";

std::string line(std::string_view user, std::string_view hash) {
  return std::string(user) + ":" + std::string(hash) + "\n";
}

AccessControl loaded(std::string_view users, std::string_view rules) {
  const TemporaryFile user_file(users), rule_file(rules);
  auto control = app::load_access({.password_file = user_file.path(), .acl_file = rule_file.path()});
  if (!control) FAIL(app::to_text(control.error()));
  return *std::move(control);
}

}  // namespace

TEST_CASE("no files: nobody has to log in, everybody may do everything") {
  const auto control = app::load_access({});
  REQUIRE(control);
  CHECK(control->users == nullptr);
  CHECK(control->rules == nullptr);
}

TEST_CASE("the problems of both files are told at once") {
  const TemporaryFile users("bad\n"), rules("worse\n");
  const auto control = app::load_access({.password_file = users.path(), .acl_file = rules.path()});
  REQUIRE_FALSE(control);
  CHECK_THAT(app::to_text(control.error()),
             Catch::Contains(users.path() + ":1: ") && Catch::Contains(rules.path() + ":1: "));
}

TEST_CASE("users that came, went or changed, and rules with whose they are, make the difference") {
  const AccessControl before =
      loaded(line("ann", hash_a) + line("bob", hash_a), "topic read a\nuser ann\ntopic b\n");
  const AccessControl after =
      loaded(line("ann", hash_b) + line("eve", hash_a), "topic read a\nuser bob\ntopic b\npattern c\n");
  CHECK(app::access_changes(before, after) == Changes{{"user added", "eve"},
                                                      {"user changed", "ann"},
                                                      {"user removed", "bob"},
                                                      {"rule added", "bob: topic b"},
                                                      {"rule added", "pattern c"},
                                                      {"rule removed", "ann: topic b"}});
  CHECK(app::access_changes(before, before).empty());
}
