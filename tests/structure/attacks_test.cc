// SPDX-License-Identifier: Apache-2.0
// Attacks that brokers have fallen to are numbered F1 to F35 (tests/hostile/README.md). A test says in front
// of its name which of them it is about, so that none gets lost when tests are moved or renamed.
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <system_error>

#include <catch2/catch.hpp>

namespace {

/// F23 are the rules of the protocol, all of tests/conformance; F33 is about bridges, which this broker has
/// not.
constexpr int last_attack = 35;
const std::set<int> elsewhere = {23, 33};

std::string read(const std::filesystem::path& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

/// Whether a test's name begins behind `text`.
bool opens_a_name(std::string_view text) {
  text = text.substr(0, text.find_last_not_of(" \n") + 1);
  if (text.ends_with("TEST_CASE(") || text.ends_with("NAME")) return true;
  const std::size_t fixture = text.rfind("TEST_CASE_METHOD(");
  return fixture != std::string_view::npos && text.find_first_of(",\"", fixture) == text.size() - 1;
}

/// "F5: ..." is the name of a test; in CMake lists "program: F5: ...".
std::set<int> attacks_tested_in(std::string_view text) {
  std::set<int> found;
  for (const std::string_view opening : {"\"F", "\"program: F"}) {
    for (std::size_t at = text.find(opening); at != std::string_view::npos; at = text.find(opening, at + 1)) {
      int attack = 0;
      const auto [end, error] =
          std::from_chars(&text[at] + opening.size(), text.data() + text.size(), attack);
      const bool is_number = error == std::errc{} && std::string_view(end, 2) == ": ";
      if (is_number && opens_a_name(text.substr(0, at))) found.insert(attack);
    }
  }
  return found;
}

TEST_CASE("the number in front of a test's name is found, elsewhere it means nothing") {
  CHECK(attacks_tested_in("TEST_CASE(\"F5: a\") {\nTEST_CASE_METHOD(Fixture,\n    \"F16: b\") {") ==
        std::set<int>{5, 16});
  CHECK(attacks_tested_in("add_test(NAME \"program: F24: c\"\n COMMAND x)") == std::set<int>{24});
  CHECK(attacks_tested_in("// F5: a\nTEST_CASE(\"about F5: a\") { f(\"F6: b\"); }").empty());
}

TEST_CASE("every attack of the list has a test that bears its number") {
  std::set<int> tested;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{SOURCE_ROOT "/tests"}) {
    if (entry.path().extension() == ".cc" || entry.path().filename() == "CMakeLists.txt")
      tested.merge(attacks_tested_in(read(entry.path())));
  }
  for (int attack = 1; attack <= last_attack; ++attack) {
    if (elsewhere.contains(attack)) continue;
    INFO("F" << attack);
    CHECK(tested.contains(attack));
  }
}

}  // namespace
