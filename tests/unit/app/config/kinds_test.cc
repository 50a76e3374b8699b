// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/kinds.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

using app::Value;

/// As from a file.
template <class T>
Value typed(T value) {
  return {std::move(value), {}};
}

TEST_CASE("a whole number keeps its old value when the new one is refused") {
  std::uint16_t number = 20;
  CHECK(app::Count::read(typed(std::int64_t{0}), "1..65535", number) ==
        "must be a whole number in 1..65535, not 0");
  CHECK(number == 20);
  CHECK_FALSE(app::Count::read(typed(std::int64_t{65535}), "1..65535", number));
  CHECK(number == 65535);
}

TEST_CASE("a value of another type is described as what it is") {
  std::uint32_t number = 0;
  const std::pair<Value, const char*> cases[] = {
      {typed(std::monostate{}), "not a date, a table or a mixed list"},
      {typed(true), "not true"},
      {typed(std::int64_t{-5}), "not -5"},
      {typed(2.5), "not the floating-point number 2.5"},
      {typed(std::string("20")), "not the text \"20\""},
      {typed(std::vector<std::string>{"20"}), "not a list"},
  };
  for (const auto& [value, description] : cases) {
    INFO(description);
    const app::Complaint complaint = app::Count::read(value, "1..9", number);
    REQUIRE(complaint);
    CHECK(complaint->ends_with(description));
  }
}

TEST_CASE("a choice names all that can be chosen") {
  auto durability = app::Durability::process;
  CHECK(app::Choice::read(typed(std::string("of")), "process|power|off", durability) ==
        "must be \"process\", \"power\" or \"off\", not the text \"of\"");
  CHECK(app::Choice::read(typed(std::string("")), "process|power|off", durability));
  CHECK(app::Choice::read(typed(std::string("process|power")), "process|power|off", durability));
  CHECK(durability == app::Durability::process);
}

TEST_CASE("true and false as choices are written without quotes") {
  auto allow = app::AllowAnonymous::private_only;
  CHECK(app::Choice::read(typed(std::string("true")), "false|true|private", allow) ==
        "must be false, true or \"private\", not the text \"true\"");
  CHECK_FALSE(app::Choice::read(typed(true), "false|true|private", allow));
  CHECK(allow == app::AllowAnonymous::yes);
  CHECK_FALSE(app::Choice::read(typed(false), "false|true|private", allow));
  CHECK(allow == app::AllowAnonymous::no);
}

TEST_CASE("a truth value is neither text nor number") {
  bool truth = true;
  CHECK(app::Truth::read(typed(std::string("false")), "", truth));
  CHECK(app::Truth::read(typed(std::int64_t{0}), "", truth));
  CHECK(truth);
}

TEST_CASE("a duration without a unit is refused, a size without one is bytes") {
  base::Duration period{};
  CHECK(app::Period::read(typed(std::int64_t{10}), "1s..1h", period)->find("with its unit") !=
        std::string::npos);
  std::uint64_t size = 0;
  CHECK_FALSE(app::Size::read(typed(std::int64_t{100}), "64..1KiB", size));
  CHECK(size == 100);
  CHECK(app::Size::read(typed(std::int64_t{-100}), "64..1KiB", size));
  CHECK(app::Size::read(typed(std::string("2KiB")), "64..1KiB", size) == "must be in 64..1KiB, not \"2KiB\"");
}

TEST_CASE("a text setting takes an override as it stands, one from a file needs quotes") {
  std::string psk;
  CHECK(app::Psk::read(typed(std::int64_t{1}), "", psk));
  CHECK_FALSE(app::Psk::read({std::int64_t{1}, "0x01"}, "", psk));
  CHECK(psk == "0x01");
  std::string name;
  CHECK_FALSE(app::Name::read({std::int64_t{1234}, "1234"}, "1..4 bytes", name));
  CHECK(name == "1234");
}

TEST_CASE("a name is legal UTF-8 and counted in bytes") {
  std::string name;
  CHECK_FALSE(app::Name::read(typed(std::string("\xc3\xa4\xc3\xa4")), "1..4 bytes", name));
  CHECK(app::Name::read(typed(std::string("\xc3\xa4\xc3\xa4\x61")), "1..4 bytes", name));
  CHECK(app::Name::read(typed(std::string("\xff")), "1..4 bytes", name));
  CHECK(app::Name::read(typed(std::string("a\0", 2)), "1..4 bytes", name));
}

TEST_CASE("a root is a topic: no wildcard, not empty") {
  std::vector<std::string> roots;
  CHECK_FALSE(app::Topics::read(typed(std::vector<std::string>{"msh", "a b/", "2/x"}), "", roots));
  CHECK(roots.size() == 3);
  for (const char* bad : {"", "msh/#", "msh/+/a", "\xff"}) {
    INFO(bad);
    CHECK(app::Topics::read(typed(std::vector<std::string>{"msh", bad}), "", roots));
  }
  CHECK(app::Topics::read(typed(std::string("msh")), "", roots)->find("[\"msh\"]") != std::string::npos);
  CHECK(roots.size() == 3);
}

TEST_CASE("an empty node number means the broker's own") {
  std::optional<std::uint32_t> number = 5;
  CHECK_FALSE(app::NodeId::read(typed(std::string()), "", number));
  CHECK_FALSE(number);
  CHECK(app::NodeId::read(typed(std::int64_t{5}), "", number));
}

TEST_CASE("a complaint about a key does not repeat it") {
  std::string psk = "AQ==";
  CHECK(app::Psk::read(typed(std::string("s3cret!")), "", psk)->find("s3cret") == std::string::npos);
  CHECK(app::Psk::read(typed(std::int64_t{4711}), "", psk)->find("4711") == std::string::npos);
  CHECK(psk == "AQ==");
}

TEST_CASE("a path holds no NUL") {
  std::string path;
  CHECK(app::Path::read(typed(std::string("a\0b", 3)), "", path));
  CHECK_FALSE(app::Path::read(typed(std::string("a/b")), "", path));
}

}  // namespace
