// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/password_file.h"

#include <ctime>

#include <catch2/catch.hpp>

namespace {

using auth::PasswordHash;
using auth::Users;
using auth::Verdict;

// Of "secret"; cheap, so that tests are quick.
const std::string hash_6 =
    "$6$aOY/AAJPjImSFwBt$rRSARM98IcPLczN6L/"
    "YSVUg2aGlL7Kdd1o98TdHOhVYYLC4nWfBkCj8C36+M0wnfZrRXiJnU7zqiO8hA3aNWNw==";
const std::string hash_7 =
    "$7$101$YH0+9K7jRofTzbRm$+31pVBNvlP8JKpAR6etksF7gucv+mm8GfSx1DsVOGACdnHzxJX7Qf1ysYuYDHf2gnVNPHeRKMWy/"
    "BtvawLaL3A==";
const std::string hash_argon2 =
    "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$a+14sZrM3WlHRqt5/WdCUV/JLk6EZ2msKUAUr2unNqI";

Users users_of(const std::string& text) {
  auto users = Users::parse(text, "users");
  INFO((users ? "" : users.error().at(0).where + ": " + users.error().at(0).what));
  REQUIRE(users);
  return *std::move(users);
}

/// "users:1 users:2"
std::string places_of_faults(const std::string& text) {
  const auto users = Users::parse(text, "users");
  std::string places;
  if (users) return places;
  for (const auth::Problem& problem : users.error()) places += (places.empty() ? "" : " ") + problem.where;
  return places;
}

TEST_CASE("a file with every kind of hash, comments, blank lines and both line ends lets its users in") {
  const Users users = users_of("# users\r\n\nann:" + hash_6 + "\r\nbob smith:" + hash_7 +
                               "\n \t\nd\xc3\xb6rte:" + hash_argon2 + "  ");
  CHECK(users.size() == 3);
  for (const char* name : {"ann", "bob smith", "d\xc3\xb6rte"}) {
    CHECK(users.verify(name, "secret") == Verdict::right);
    CHECK(users.verify(name, "Secret") == Verdict::wrong);
  }
  CHECK(users.verify("eve", "secret") == Verdict::wrong);
  CHECK(users.verify("", "") == Verdict::wrong);
  CHECK(users.find("eve") == nullptr);
}

TEST_CASE("a file without users lets nobody in") {
  CHECK(users_of("").verify("ann", "") == Verdict::wrong);
  CHECK(users_of("# ann:x\n").size() == 0);
}

TEST_CASE("F8: every line that is none is named, and nothing of the file counts") {
  CHECK(
      places_of_faults("ann\nann:\n:" + hash_6 + "\nann:plain\nbob:" + hash_6 + "\n:\nx:y:" + hash_6 +
                       "\n cat:" + hash_6 + "\ncat :" + hash_6 + "\nd\x01g:" + hash_6 + "\nx\xff:" + hash_6 +
                       "\n #x\neve:$7$9999999$a$b\n") ==
      "users:1 users:2 users:3 users:4 users:6 users:7 users:8 users:9 users:10 users:11 users:12 users:13");
}

TEST_CASE("a user twice is a fault that names both lines") {
  const auto users = Users::parse("ann:" + hash_6 + "\n#\nann:" + hash_7 + "\n", "f");
  REQUIRE_FALSE(users);
  CHECK(users.error().at(0).where == "f:3");
  CHECK(users.error().at(0).what.find("line 1") != std::string::npos);
}

TEST_CASE("an entry that asks for 4 GiB is refused with its line") {
  CHECK(places_of_faults("a:" + hash_6 +
                         "\nb:$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA") ==
        "users:2");
}

TEST_CASE("100,000 users are read and one more is not") {
  std::string text;
  for (std::size_t i = 0; i <= auth::max_users; ++i) {
    text += std::to_string(i) + ":$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA\n";
  }
  CHECK(places_of_faults(text) == "users:100001");
}

TEST_CASE("F26: a stranger costs as much as the file's most expensive hash") {
  const std::string dear = PasswordHash::make("secret")->text();
  const Users users = users_of("ann:" + hash_6 + "\nbob:" + dear + "\ncat:" + hash_7 + "\n");
  const auto time_of = [&users](const char* name) {
    const auto begin = std::clock();
    CHECK(users.verify(name, "x") == Verdict::wrong);
    return static_cast<double>(std::clock() - begin);
  };
  time_of("bob");
  const double known = time_of("bob"), stranger = time_of("eve"), cheap = time_of("ann");
  CHECK(stranger > known / 3);
  CHECK(stranger > cheap * 3);
}

TEST_CASE("whom a new file puts out: who is gone from it or has another hash") {
  const Users before = users_of("ann:" + hash_6 + "\nbob:" + hash_6 + "\ncat:" + hash_6 + "\n");
  const Users after = users_of("cat:" + hash_6 + "\nbob:" + hash_7 + "\ndan:" + hash_7 + "\n");
  CHECK(before.revoked_in(after) == std::vector<std::string>{"ann", "bob"});
}

TEST_CASE("a new user comes at the end, on a line of its own") {
  const auto hash = *PasswordHash::parse(hash_argon2);
  CHECK(auth::with_user("", "ann", hash) == "ann:" + hash_argon2 + "\n");
  CHECK(auth::with_user("# x", "ann", hash) == "# x\nann:" + hash_argon2 + "\n");
  CHECK(auth::with_user("# x\r\n", "ann", hash) == "# x\r\nann:" + hash_argon2 + "\r\n");
}

TEST_CASE("a user's line is replaced in its place, and nothing else changes") {
  const auto hash = *PasswordHash::parse(hash_argon2);
  CHECK(auth::with_user("# ann:\n anna:x\nann:old\r\nbob:b\n", "ann", hash) ==
        "# ann:\n anna:x\nann:" + hash_argon2 + "\r\nbob:b\n");
  CHECK(auth::with_user("ann:old", "ann", hash) == "ann:" + hash_argon2);
  CHECK(auth::with_user("ann:1\nb:\nann:2\n", "ann", hash) == "ann:" + hash_argon2 + "\nb:\n");
}

TEST_CASE("a user's lines are taken out, and nothing else") {
  CHECK(auth::without_user("# ann:\nann:1\r\nanna:x\nann:2", "ann") == "# ann:\nanna:x\n");
  CHECK(auth::without_user("bob:1", "ann") == "bob:1");
}

TEST_CASE("a name is one that the file can hold") {
  for (const char* name : {"ann", "a b", "d\xc3\xb6rte", "$x", "a/b", "!12345678"})
    CHECK(auth::user_name_fault(name).empty());
  for (const char* name : {"", "a:b", "#a", " a", "a ", "a\nb", "a\tb", "\x7f", "\xff"}) {
    CAPTURE(name);
    CHECK_FALSE(auth::user_name_fault(name).empty());
  }
  CHECK(auth::user_name_fault(std::string(65535, 'n')).empty());
  CHECK_FALSE(auth::user_name_fault(std::string(65536, 'n')).empty());
}

}  // namespace
