// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/acl_file.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

using auth::Access;

auth::Rules rules_of(std::string_view text) {
  auto rules = auth::parse_acl(text, "acl");
  INFO((rules ? "" : rules.error().at(0).where + ": " + rules.error().at(0).what));
  REQUIRE(rules);
  return *std::move(rules);
}

/// "r", "w", "rw" or "-".
std::string access_of(const auth::Permissions& permissions, std::string_view topic) {
  std::string letters;
  if (permissions.may(Access::read, topic)) letters += 'r';
  if (permissions.may(Access::write, topic)) letters += 'w';
  return letters.empty() ? "-" : letters;
}

struct Row {
  const char* user;
  const char* client_id;
  const char* topic;
  const char* access;
};

constexpr const char* sample =
    "# before the first user: anonymous clients\n"
    "topic read news/#\n"
    "topic deny news/secret\n"
    "\n"
    "user ann\r\n"
    "topic a/+\n"
    "  topic   write   with space  \n"
    "topic read $SYS/#\n"
    "topic write a/b/#\n"
    "topic deny a/b/private\n"
    "pattern readwrite own/%u/#\n"
    "user bob\n"
    "topic readwrite #\n"
    "pattern deny own/bob/locked\n"
    "pattern read common\n"
    "pattern write at/%c\n"
    "user ann\n"
    "topic read later\n";

TEST_CASE("a file in mosquitto's syntax means what mosquitto makes of it") {
  const Row rows[] = {
      {"", "c", "news/today", "r"},
      {"", "c", "news/secret", "-"},
      {"", "c", "a/x", "-"},
      {"", "c", "common", "r"},
      {"", "c", "at/c", "w"},
      {"", "c", "own//x", "-"},
      {"ann", "c", "a/x", "rw"},
      {"ann", "c", "a/x/y", "-"},
      {"ann", "c", "a/b/y", "w"},
      {"ann", "c", "a/b/private", "-"},
      {"ann", "c", "with space", "w"},
      {"ann", "c", "$SYS/broker/uptime", "r"},
      {"ann", "c", "own/ann/x", "rw"},
      {"ann", "c", "own/ann", "rw"},
      {"ann", "c", "own/bob/x", "-"},
      {"ann", "c", "later", "r"},
      {"ann", "c", "news/today", "-"},  // of anonymous clients only
      {"bob", "c", "any/thing", "rw"},
      {"bob", "c", "$SYS/x", "-"},           // # does not begin with $
      {"bob", "c", "own/bob/locked", "rw"},  // what the user's own rules grant, patterns do not deny
      {"eve", "c", "common", "r"},
      {"eve", "c", "news/today", "-"},
      {"eve", "x", "at/x", "w"},
      {"eve", "x", "at/c", "-"},
  };
  const auth::Rules rules = rules_of(sample);
  for (const Row& row : rows) {
    CAPTURE(row.user, row.client_id, row.topic);
    CHECK(access_of(rules.of({row.user, row.client_id}), row.topic) == row.access);
  }
}

TEST_CASE("a subscription is refused when nothing it can match may be read") {
  const auth::Rules rules = rules_of(sample);
  const auth::Permissions anonymous = rules.of({"", "c"});
  CHECK(anonymous.may(Access::subscribe, "#"));
  CHECK(anonymous.may(Access::subscribe, "+/today"));
  CHECK(anonymous.may(Access::subscribe, "news/+"));
  CHECK_FALSE(anonymous.may(Access::subscribe, "news/secret"));
  CHECK_FALSE(anonymous.may(Access::subscribe, "a/#"));
  CHECK_FALSE(anonymous.may(Access::subscribe, "$SYS/#"));
  CHECK_FALSE(anonymous.may(Access::subscribe, "at/c"));  // to be written only
  CHECK(rules.of({"ann", "c"}).may(Access::subscribe, "$SYS/#"));
  CHECK_FALSE(rules.of({"bob", "c"}).may(Access::subscribe, "$SYS/#"));
}

TEST_CASE("F8: a file without a rule denies everything") {
  for (const char* text : {"", "\n\n", "# topic readwrite #\n", "user ann\n", "  \r\n"}) {
    const auth::Rules rules = rules_of(text);
    CAPTURE(text);
    CHECK(access_of(rules.of({"", "c"}), "a") == "-");
    CHECK(access_of(rules.of({"ann", "c"}), "a") == "-");
    CHECK_FALSE(rules.of({"ann", "c"}).may(Access::subscribe, "#"));
  }
}

TEST_CASE("one word behind topic is a topic, whatever it is called") {
  CHECK(access_of(rules_of("topic deny\n").of({"", "c"}), "deny") == "rw");
  CHECK(access_of(rules_of("topic read read\n").of({"", "c"}), "read") == "r");
}

TEST_CASE("what stands in place of a name in a topic line is no pattern") {
  const auth::Permissions permissions = rules_of("user ann\ntopic own/%u\n").of({"ann", "c"});
  CHECK(access_of(permissions, "own/ann") == "-");
  CHECK(access_of(permissions, "own/%u") == "rw");
}

TEST_CASE("every bad line is named") {
  const auto rules = auth::parse_acl(
      "topic\nuser\nuser  \ntopic some thing\npattern read a/#/b\ntopic a+\n# fine\ntopics a\ntopic "
      "fine\n\tuser a\n"
      " # indented\ntopic read \xff\n",
      "conf/acl");
  REQUIRE_FALSE(rules);
  std::string places;
  for (const auth::Problem& problem : rules.error()) places += problem.where + ' ';
  CHECK(
      places ==
      "conf/acl:1 conf/acl:2 conf/acl:3 conf/acl:4 conf/acl:5 conf/acl:6 conf/acl:8 conf/acl:10 conf/acl:11 "
      "conf/acl:12 ");
}

TEST_CASE("1,000 patterns that are each client's own are read and one more is not, others do not count") {
  std::string text = "pattern a\n";
  for (std::size_t i = 0; i < auth::max_personal_patterns; ++i) text += "pattern a/%c\n";
  CHECK(auth::parse_acl(text, "rules").has_value());
  const auto refused = auth::parse_acl(text + "pattern b/%u\n", "rules");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().front().where == "rules:1002");
}

TEST_CASE("100,000 rules are read and one more is not") {
  std::string text;
  for (std::size_t i = 0; i < auth::max_acl_rules; ++i) text += "topic a\n";
  CHECK(auth::parse_acl(text, "f"));
  const auto rules = auth::parse_acl(text + "topic a\n", "f");
  REQUIRE_FALSE(rules);
  CHECK(rules.error().at(0).where == "f:100001");
}

}  // namespace
