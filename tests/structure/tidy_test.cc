// SPDX-License-Identifier: Apache-2.0
// The rules that a compiler does not check. Each is shown a small text that breaks it, so that it is known to
// be able to fail, and is then held against the whole tree.
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <catch2/catch.hpp>

#include "tests/structure/rules.h"

namespace structure {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream stream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

bool is_source(const std::filesystem::path& path) {
  return path.extension() == ".h" || path.extension() == ".cc" || path.extension() == ".proto";
}

bool is_build_file(const std::filesystem::path& path) {
  return path.filename() == "CMakeLists.txt" || path.extension() == ".cmake";
}

/// Reads only the folders with code of ours: build trees and what others wrote are never looked at.
Tree read_tree() {
  const std::filesystem::path root{SOURCE_ROOT};
  Tree tree{parse_arrows(read(root / "tests/structure/arrows.txt")), {}, {}};
  for (const char* folder : {"broker", "mesh", "proto", "tests", "bench"}) {
    std::error_code missing;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root / folder, missing}) {
      if (!entry.is_regular_file()) continue;
      const std::string path = entry.path().lexically_relative(root).generic_string();
      if (is_source(path)) tree.sources.push_back(make_source(path, read(entry.path())));
      if (is_build_file(path)) tree.build_files.push_back({path, read(entry.path())});
    }
  }
  return tree;
}

const Tree& whole_tree() {
  static const Tree tree = read_tree();
  return tree;
}

constexpr const char* sample_arrows =
    "# a remark\n"
    "broker/base -> | fmt/\n"
    "broker/base/log.cc -> | spdlog/\n"
    "broker/mqtt -> broker/base |\n"
    "broker/net -> broker/base | uv.h\n"
    "mesh -> broker/base broker/mqtt/types.h | openssl/evp.h\n"
    "tests/unit -> tests/support | catch2/catch.hpp\n"
    "tests -> * | *\n"
    "only catch -> broker/app/command_line.cc\n"
    "only clock -> broker/net/loop.cc bench\n"
    "only version -> broker/mqtt\n"
    "only <mutex> -> broker/base/guarded.h\n";

Tree tree_of(const std::vector<std::pair<std::string, std::string>>& files) {
  Tree tree{parse_arrows(sample_arrows), {}, {}};
  for (const auto& [path, text] : files) tree.sources.push_back(make_source(path, text));
  return tree;
}

Tree tree_of(std::string path, std::string text) { return tree_of({{std::move(path), std::move(text)}}); }

bool may_include(const std::string& path, const std::string& header) {
  return breaches_of_arrows(tree_of(path, "#include " + header + "\n")).empty();
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("an include against the arrows is flagged with its place") {
  const Problems problems =
      breaches_of_arrows(tree_of("broker/base/x.h", "\n#include \"broker/mqtt/frame.h\"\n"));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].starts_with("broker/base/x.h:2: may not include \"broker/mqtt/frame.h\""));
}

TEST_CASE("a folder may include itself, what its row names, and the standard library") {
  CHECK(may_include("broker/mqtt/x.cc", "\"broker/mqtt/frame.h\""));
  CHECK(may_include("broker/mqtt/x.cc", "\"broker/base/bytes.h\""));
  CHECK(may_include("broker/mqtt/x.cc", "<vector>"));
  CHECK(may_include("mesh/rules/x.cc", "\"mesh/envelope.h\""));
  CHECK_FALSE(may_include("broker/mqtt/x.cc", "\"broker/net/loop.h\""));
  CHECK_FALSE(may_include("broker/mqtt/x.cc", "\"broker/baseline/x.h\""));
  CHECK_FALSE(may_include("broker/mqtt/x.cc", "\"frame.h\""));
  CHECK_FALSE(may_include("attic/x.cc", "\"broker/base/bytes.h\""));
}

TEST_CASE("a row may name one header or one file") {
  CHECK(may_include("mesh/x.cc", "\"broker/mqtt/types.h\""));
  CHECK_FALSE(may_include("mesh/x.cc", "\"broker/mqtt/decode.h\""));
  CHECK(may_include("broker/base/log.cc", "<spdlog/spdlog.h>"));
  CHECK(may_include("broker/base/log.cc", "<fmt/format.h>"));
  CHECK_FALSE(may_include("broker/base/log.h", "<spdlog/spdlog.h>"));
}

TEST_CASE("a header from outside needs its row") {
  CHECK(may_include("broker/net/x.cc", "<uv.h>"));
  CHECK_FALSE(may_include("broker/mqtt/x.cc", "<uv.h>"));
  CHECK(may_include("mesh/cipher.cc", "<openssl/evp.h>"));
  CHECK_FALSE(may_include("mesh/cipher.cc", "<openssl/ssl.h>"));
  CHECK(may_include("broker/base/guarded.h", "<mutex>"));
  CHECK_FALSE(may_include("broker/base/log.h", "<mutex>"));
}

TEST_CASE("a unit test may include what the file it mirrors may") {
  CHECK(may_include("tests/unit/mqtt/x_test.cc", "\"broker/base/bytes.h\""));
  CHECK(may_include("tests/unit/mqtt/x_test.cc", "\"tests/support/packet_text.h\""));
  CHECK(may_include("tests/unit/mqtt/x_test.cc", "<catch2/catch.hpp>"));
  CHECK(may_include("tests/unit/mesh/x_test.cc", "<openssl/evp.h>"));
  CHECK(may_include("tests/unit/base/log_test.cc", "<spdlog/spdlog.h>"));
  CHECK_FALSE(may_include("tests/unit/mqtt/x_test.cc", "\"broker/net/loop.h\""));
  CHECK_FALSE(may_include("tests/unit/mqtt/x_test.cc", "<uv.h>"));
  CHECK(may_include("tests/scenario/x_test.cc", "\"broker/net/loop.h\""));
}

TEST_CASE("a line of arrows.txt that is no row is a problem") {
  Tree tree;
  tree.arrows = parse_arrows("broker/base broker/mqtt |\nbroker/net -> broker/base\n");
  CHECK(breaches_of_arrows(tree).size() == 2);
}

TEST_CASE("a function of 61 lines is flagged and one of 60 is not") {
  const auto function = [](int body) {
    return "namespace a {\nint f() {\n" + repeated("  g();\n", body) + "}\n}\n";
  };
  CHECK(overlong_functions(tree_of("broker/base/x.cc", function(58))).empty());
  CHECK(overlong_functions(tree_of("broker/base/x.cc", function(59))) ==
        Problems{"broker/base/x.cc:2: function of 61 lines"});
}

TEST_CASE("a file of 501 lines is flagged and one of 500 is not") {
  CHECK(overlong_files(tree_of("broker/base/x.cc", repeated("\n", 500))).empty());
  CHECK(overlong_files(tree_of("broker/base/x.cc", repeated("\n", 501))).size() == 1);
}

TEST_CASE("a line of 121 characters is flagged, counted as characters") {
  CHECK(overlong_lines(tree_of("broker/base/x.cc", repeated("a", 120))).empty());
  CHECK(overlong_lines(tree_of("broker/base/x.cc", repeated("\u00e4", 120))).empty());
  CHECK(overlong_lines(tree_of("broker/base/x.cc", repeated("a", 121))).size() == 1);
}

TEST_CASE("words that have no place here are flagged in code, not in comments or literals") {
  for (const char* text : {"throw 1;", "dynamic_cast<A*>(b);", "using namespace std;", "sleep(1);",
                           "std::this_thread::sleep_for(1s);", "#define FAIL throw 1"}) {
    CAPTURE(text);
    CHECK(forbidden_words(tree_of("tests/unit/base/x_test.cc", text)).size() == 1);
  }
  CHECK(forbidden_words(tree_of("broker/base/x.cc", "// throw\nf(\"throw\"); using std::swap; asleep();"))
            .empty());
}

TEST_CASE("a catch is flagged outside the files that arrows.txt names") {
  const std::string text = "try {\n} catch (const std::exception& e) {\n}\n#include <catch2/catch.hpp>\n";
  CHECK(misplaced_catches(tree_of("broker/app/command_line.cc", text)).empty());
  CHECK(misplaced_catches(tree_of("broker/app/main.cc", text)).size() == 1);
}

TEST_CASE("reading a clock is flagged outside the loop") {
  const std::string text = "auto t = std::chrono::steady_clock::now();";
  CHECK(misplaced_clocks(tree_of("broker/net/loop.cc", text)).empty());
  CHECK(misplaced_clocks(tree_of("bench/mesh_bench.cc", text)).empty());
  CHECK(misplaced_clocks(tree_of("broker/core/session.cc", text)).size() == 1);
  CHECK(misplaced_clocks(tree_of("mesh/x.cc", "clock_gettime(CLOCK_REALTIME, &t);")).size() == 1);
  CHECK(misplaced_clocks(tree_of("broker/core/session.cc", "loop.now(); TimePoint now(f);")).empty());
}

TEST_CASE("a question about the protocol version is flagged outside the wire") {
  for (const char* text : {"if (version == 4) f();", "if (version_ != v) f();",
                           "return a == mqtt::Version::v5;", "switch (a) { case Version::v5: f(); }"}) {
    CAPTURE(text);
    CHECK(misplaced_version_questions(tree_of("broker/core/session.cc", text)).size() == 1);
    CHECK(misplaced_version_questions(tree_of("broker/mqtt/decode.cc", text)).empty());
  }
  CHECK(misplaced_version_questions(tree_of("broker/core/x.cc", "f(mqtt::Version::v311); version = v;"))
            .empty());
}

TEST_CASE("a reminder is flagged in comments too") {
  CHECK(reminders_left_behind(tree_of("mesh/x.cc", std::string{"// TO"} + "DO: later\n")).size() == 1);
  CHECK(reminders_left_behind(tree_of("mesh/x.cc", std::string{"int FIX"} + "ME;\n")).size() == 1);
  CHECK(reminders_left_behind(tree_of("mesh/x.cc", std::string{"f(\"TO"} + "DO\");\n")).empty());
}

TEST_CASE("a source without the SPDX line first is flagged") {
  CHECK(missing_licence_lines(tree_of("mesh/x.h", "// SPDX-License-Identifier: Apache-2.0\n#pragma once\n"))
            .empty());
  CHECK(missing_licence_lines(tree_of("mesh/x.h", "#pragma once\n")).size() == 1);
  CHECK(missing_licence_lines(tree_of("mesh/x.h", "")).size() == 1);
}

TEST_CASE("a header that only includes itself is flagged") {
  const std::string self = "#include \"mesh/x.h\"\n";
  CHECK(headers_nobody_includes(tree_of("mesh/x.h", self)).size() == 1);
  CHECK(headers_nobody_includes(tree_of({{"mesh/x.h", ""}, {"mesh/x.cc", self}})).empty());
}

TEST_CASE("a source that no CMake list names is flagged") {
  Tree tree = tree_of({{"mesh/rules/x.cc", ""}, {"tests/fuzz/packet_fuzz.cc", ""}, {"mesh/x.h", ""}});
  CHECK(sources_nobody_builds(tree).size() == 2);
  tree.build_files = {{"mesh/CMakeLists.txt", "add_library(mesh STATIC rules/x.cc)"},
                      {"tests/fuzz/CMakeLists.txt", "set(TARGETS packet)"}};
  CHECK(sources_nobody_builds(tree).empty());
  tree.build_files[0].path = "proto/CMakeLists.txt";
  CHECK(sources_nobody_builds(tree).size() == 1);
}

struct Rule {
  const char* claim;
  Problems (*breaches)(const Tree&);
};

constexpr std::array<Rule, 12> rules = {{
    {"includes follow the arrows", breaches_of_arrows},
    {"functions have at most 60 lines", overlong_functions},
    {"files have at most 500 lines", overlong_files},
    {"lines have at most 120 characters", overlong_lines},
    {"nothing throws, casts dynamically, opens a namespace or sleeps", forbidden_words},
    {"exceptions are caught at the one call site of a library", misplaced_catches},
    {"only the loop reads a clock", misplaced_clocks},
    {"only the wire asks for the protocol version", misplaced_version_questions},
    {"no reminders are left behind", reminders_left_behind},
    {"every source begins with its licence", missing_licence_lines},
    {"every header is included by somebody", headers_nobody_includes},
    {"every source is built", sources_nobody_builds},
}};

TEST_CASE("the tree was found") {
  CHECK(whole_tree().sources.size() > 50);
  CHECK(whole_tree().arrows.rows.contains("broker/core"));
}

TEST_CASE("the tree keeps its rules") {
  for (const Rule& rule : rules) {
    const Problems problems = rule.breaches(whole_tree());
    for (const std::string& problem : problems) UNSCOPED_INFO(problem);
    INFO(rule.claim);
    CHECK(problems.empty());
  }
}

}  // namespace
}  // namespace structure
