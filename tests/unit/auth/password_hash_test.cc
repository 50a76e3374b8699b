// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/password_hash.h"

#include <catch2/catch.hpp>

namespace {

using auth::PasswordHash;
using auth::Verdict;

// Made by mosquitto_passwd 2.0.11 and the argon2 program of Debian 12.
constexpr const char* of_secret_7 =
    "$7$101$YH0+9K7jRofTzbRm$+31pVBNvlP8JKpAR6etksF7gucv+mm8GfSx1DsVOGACdnHzxJX7Qf1ysYuYDHf2gnVNPHeRKMWy/"
    "BtvawLaL3A==";
constexpr const char* of_secret_6 =
    "$6$aOY/AAJPjImSFwBt$rRSARM98IcPLczN6L/"
    "YSVUg2aGlL7Kdd1o98TdHOhVYYLC4nWfBkCj8C36+M0wnfZrRXiJnU7zqiO8hA3aNWNw==";
constexpr const char* of_secret_argon2 =
    "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHQ$a+14sZrM3WlHRqt5/WdCUV/JLk6EZ2msKUAUr2unNqI";
constexpr const char* of_secret_argon2_lanes =
    "$argon2id$v=19$m=256,t=3,p=4$c2FsdHNhbHRzYWx0$18AbhncAiCDGNL5nQmG9iolL+s/GazEwiL12kHuTiKWrgaEks0nMAul/"
    "lOdPkV"
    "p51oslBOO3PgjlNJb2Hpgmpw";

PasswordHash parsed(std::string_view text) {
  const auto hash = PasswordHash::parse(text);
  INFO((hash ? "" : hash.error()));
  REQUIRE(hash);
  return *hash;
}

std::string fault(const std::string& text) {
  const auto hash = PasswordHash::parse(text);
  return hash ? "" : hash.error();
}

TEST_CASE("hashes others have made fit their password and no other, and are written as they were") {
  for (const char* text : {of_secret_6, of_secret_7, of_secret_argon2, of_secret_argon2_lanes}) {
    CAPTURE(text);
    const PasswordHash hash = parsed(text);
    CHECK(hash.verify("secret") == Verdict::right);
    CHECK(hash.verify("Secret") == Verdict::wrong);
    CHECK(hash.verify("secret ") == Verdict::wrong);
    CHECK(hash.verify("") == Verdict::wrong);
    CHECK(hash.text() == text);
  }
}

TEST_CASE("a password does not end at a NUL") {
  for (const char* text : {of_secret_6, of_secret_7, of_secret_argon2}) {
    CHECK(parsed(text).verify(std::string_view("secret\0x", 8)) == Verdict::wrong);
  }
}

TEST_CASE("a new hash is argon2id, fits its password, and no two are the same") {
  const auto hash = PasswordHash::make("pass\xc3\xa4word");
  const auto other = PasswordHash::make("pass\xc3\xa4word");
  REQUIRE(hash);
  REQUIRE(other);
  CHECK(hash->text().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  CHECK(parsed(hash->text()).verify("pass\xc3\xa4word") == Verdict::right);
  CHECK(hash->text() != other->text());
}

TEST_CASE("the hash that fits nothing costs the same") {
  const PasswordHash hash = parsed(of_secret_7);
  CHECK(hash.unmatchable().cost() == hash.cost());
  CHECK(hash.unmatchable().verify("secret") == Verdict::wrong);
  CHECK(PasswordHash::unmatchable_new().cost() == PasswordHash::make("x")->cost());
}

TEST_CASE("more iterations, memory or passes cost more") {
  CHECK(parsed(of_secret_6).cost() < parsed(of_secret_7).cost());
  CHECK(parsed(of_secret_7).cost() < parsed(of_secret_argon2).cost());
}

TEST_CASE("text that is no hash is refused") {
  const std::string salt = "c2FsdHNhbHQ=", hash64 = std::string(86, 'A') + "==";
  REQUIRE(fault("$6$" + salt + "$" + hash64).empty());
  for (const std::string& text :
       {std::string(),
        std::string("plain"),
        std::string("$"),
        std::string("$6"),
        std::string("$6$"),
        "$5$" + salt + "$" + hash64,
        "$6$" + salt,
        "$6$" + salt + "$" + hash64 + "$",
        "6$" + salt + "$" + hash64,
        "x$6$" + salt + "$" + hash64,
        "$6$" + salt + "$" + salt,
        "$6$!$" + hash64,
        "$6$" + salt + "$!",
        "$7$" + salt + "$" + hash64,
        "$7$x$" + salt + "$" + hash64,
        "$7$-1$" + salt + "$" + hash64,
        "$7$01$" + salt + "$" + hash64,
        "$7$+1$" + salt + "$" + hash64,
        "$7$ 1$" + salt + "$" + hash64,
        std::string("$argon2id$"),
        std::string("$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"),
        std::string("$argon2id$v=16$m=64,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"),
        std::string("$argon2id$m=64,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"),
        std::string("$argon2id$v=19$t=1,m=64,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"),
        std::string("$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ=$AAAAAAAAAAAAAAAAAAAAAA")}) {
    CAPTURE(text);
    CHECK_FALSE(fault(text).empty());
  }
}

struct Bound {
  std::string allowed;
  std::string refused;
};

TEST_CASE("what a hash may ask of the machine is bounded") {
  const auto argon2 = [](const std::string& settings) {
    return "$argon2id$v=19$" + settings + "$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA";
  };
  const auto pbkdf2 = [](const std::string& iterations) {
    return "$7$" + iterations + "$c2FsdHNhbHQ=$" + std::string(86, 'A') + "==";
  };
  const Bound bounds[] = {
      {argon2("m=262144,t=1,p=1"), argon2("m=262145,t=1,p=1")},
      {argon2("m=262144,t=8,p=1"), argon2("m=262144,t=9,p=1")},
      {argon2("m=8,t=1,p=1"), argon2("m=7,t=1,p=1")},
      {argon2("m=32,t=1,p=4"), argon2("m=31,t=1,p=4")},
      {argon2("m=1024,t=1,p=16"), argon2("m=1024,t=1,p=17")},
      {argon2("m=64,t=1,p=1"), argon2("m=64,t=0,p=1")},
      {argon2("m=64,t=1,p=1"), argon2("m=64,t=1,p=0")},
      {argon2("m=64,t=1,p=1"), argon2("m=4194304,t=1,p=1")},
      {argon2("m=64,t=1,p=1"), argon2("m=64,t=4294967296,p=1")},
      {pbkdf2("2000000"), pbkdf2("2000001")},
      {pbkdf2("1"), pbkdf2("0")},
      {"$6$c2FsdHNhbHQ=$" + std::string(86, 'A') + "==", "$6$c2FsdHNhbA==$" + std::string(86, 'A') + "=="},
      {"$6$" + std::string(86, 'A') + "==$" + std::string(86, 'A') + "==",
       "$6$" + std::string(87, 'A') + "=$" + std::string(86, 'A') + "=="},
      {argon2("m=64,t=1,p=1"), "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAA"},
  };
  for (const Bound& bound : bounds) {
    CAPTURE(bound.allowed, bound.refused);
    CHECK(fault(bound.allowed).empty());
    CHECK_FALSE(fault(bound.refused).empty());
  }
}

TEST_CASE("why a hash is refused quotes nothing of it") {
  for (const char* text : {"hunter2", "$6$hunter2$hunter2", "$7$hunter2$a$b", "$argon2id$v=19$hunter2$a$b"}) {
    CHECK(fault(text).find("hunter2") == std::string::npos);
  }
}

}  // namespace
