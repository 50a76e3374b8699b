// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/vectors.h"

#include <catch2/catch.hpp>

using conformance::Action;
using conformance::Case;
using conformance::parse_vectors;
using conformance::Players;

namespace {

std::vector<Case> parsed(std::string_view text) {
  const auto cases = parse_vectors(text, "f.txt");
  if (!cases) FAIL(cases.error());
  return *cases;
}

std::string error(std::string_view text) {
  const auto cases = parse_vectors(text, "f.txt");
  return cases ? std::string("none") : cases.error();
}

}  // namespace

TEST_CASE("a case has a name, clauses, steps and the line it begins at") {
  const auto cases = parsed(
      "# a remark\n\n"
      "case a ping is answered [MQTT-3.12.4-1] [section 3.12]\n"
      "  a > CONNECT\n"
      "  a < CONNACK\n"
      "  a silent\n"
      "  a drops\n"
      "case another [MQTT-1.5.3-1] @tcp\n"
      "  b closes\n");
  REQUIRE(cases.size() == 2);
  CHECK(cases[0].name == "a ping is answered");
  CHECK(cases[0].clauses == std::vector<std::string>{"MQTT-3.12.4-1", "section 3.12"});
  CHECK(cases[0].players == Players::all);
  CHECK(cases[0].file == "f.txt");
  CHECK(cases[0].line == 3);
  REQUIRE(cases[0].steps.size() == 4);
  CHECK(cases[0].steps[0].action == Action::send);
  CHECK(cases[0].steps[0].client == "a");
  CHECK(cases[0].steps[1].action == Action::expect);
  CHECK(size_of(cases[0].steps[1].bytes) == 4);
  CHECK(cases[0].steps[2].action == Action::silent);
  CHECK(cases[0].steps[3].action == Action::drops);
  CHECK(cases[0].steps[3].line == 7);
  CHECK(cases[1].players == Players::tcp_only);
  CHECK(cases[1].steps[0].action == Action::closes);
}

TEST_CASE("connects and subscribes are an exchange each") {
  const auto cases = parsed("case c [x]\n a connects clean=0\n a subscribes t:1 u/#:2\n");
  const auto& steps = cases.front().steps;
  REQUIRE(steps.size() == 4);
  CHECK(steps[0].bytes.front().bytes ==
        std::vector<std::uint8_t>{0x10, 13, 0, 4, 'M', 'Q', 'T', 'T', 4, 0, 0, 0, 0, 1, 'a'});
  CHECK(steps[1].bytes.front().bytes == std::vector<std::uint8_t>{0x20, 2, 0, 0});
  CHECK(steps[2].bytes.front().bytes ==
        std::vector<std::uint8_t>{0x82, 12, 0, 1, 0, 1, 't', 1, 0, 3, 'u', '/', '#', 2});
  CHECK(steps[3].bytes.front().bytes == std::vector<std::uint8_t>{0x90, 4, 0, 1, 1, 2});
}

TEST_CASE("a @core case can let time pass") {
  const auto cases = parsed("case c [x] @core\n wait 7500 ms\n");
  CHECK(cases.front().players == Players::core_only);
  CHECK(cases.front().steps.front().action == Action::waits);
  CHECK(cases.front().steps.front().duration == base::Duration(7500));
}

TEST_CASE("with makes one case of each alternative") {
  const auto cases = parsed("case c [x]\n with FLAGS: c1 00 | c2\n a > @FLAGS 00\n");
  REQUIRE(cases.size() == 2);
  CHECK(cases[0].name == "c (FLAGS = c1 00)");
  CHECK(cases[0].steps.front().bytes.front().bytes == std::vector<std::uint8_t>{0xc1, 0, 0});
  CHECK(cases[1].name == "c (FLAGS = c2)");
  CHECK(cases[1].steps.front().bytes.front().bytes == std::vector<std::uint8_t>{0xc2, 0});
}

TEST_CASE("with several names takes one value for each") {
  const auto cases = parsed("case c [x]\n with A B: 01 02 | 03 04\n a > @A @B\n");
  REQUIRE(cases.size() == 2);
  CHECK(cases[1].name == "c (A = 03, B = 04)");
  CHECK(cases[1].steps.front().bytes.front().bytes == std::vector<std::uint8_t>{3, 4});
}

TEST_CASE("what is not in the language is an error with its file and line") {
  CHECK(error(" a drops\n") == "f.txt:1: a step before the first case");
  CHECK(error("case c [x]\ncase d [x]\n a drops\n") == "f.txt:1: a case without a step");
  CHECK(error("\ncase [x]\n a drops\n") == "f.txt:2: a case without a name");
  CHECK(error("case c\n a drops\n") == "f.txt:1: a case without a clause");
  CHECK(error("case c [x\n a drops\n") == "f.txt:1: not understood: [x");
  CHECK(error("case c [x] @udp\n a drops\n") == "f.txt:1: not understood: @udp");
  CHECK(error("case c [x]\n a jumps\n") == "f.txt:2: not understood: a jumps");
  CHECK(error("case c [x]\n a drops now\n") == "f.txt:2: too much: now");
  CHECK(error("case c [x]\n a > 0g\n") == "f.txt:2: not two hexadecimal digits: 0g");
  CHECK(error("case c [x]\n a >\n") == "f.txt:2: no bytes");
  CHECK(error("case c [x]\n wait 5 ms\n") == "f.txt:2: only a @core case can wait");
  CHECK(error("case c [x] @core\n wait 5\n") == "f.txt:2: wait MILLISECONDS ms");
  CHECK(error("case c [x]\n with A\n") == "f.txt:2: with NAME: VALUE | VALUE");
  CHECK(error("case c [x]\n with A B: 1 2 | 3\n") == "f.txt:2: not one value a name: 3");
  CHECK(error("case c [x]\n with A: 1\n with B: 2\n") ==
        "f.txt:3: a second `with`; one may have several names");
  CHECK(error("case c [x]\n with A: 1 | 2\n a drops\n") == "f.txt:1: no step uses @A");
  CHECK(error("case c [x]\n a > @B\n") == "f.txt:2: no `with` says what @B is");
}
