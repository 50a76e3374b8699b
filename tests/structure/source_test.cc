// SPDX-License-Identifier: Apache-2.0
#include "tests/structure/source.h"

#include <catch2/catch.hpp>

namespace structure {
namespace {

std::string code_of(const std::string& text) { return make_source("broker/base/x.cc", text).code; }

TEST_CASE("comments are blanked in code and kept in remarks") {
  const Source source = make_source("x.cc", "int a; // one\n/* two\n */ int b;");
  CHECK(source.code == "int a;       \n      \n    int b;");
  CHECK(source.remarks == source.text);
}

TEST_CASE("literals are blanked with their quotes") {
  CHECK(code_of(R"(f("a \" // b", 'c', '"', '\'');)") == "f(           ,    ,    ,     );");
  CHECK(make_source("x.cc", R"(f("a");)").remarks == "f(   );");
}

TEST_CASE("a raw literal ends at its own delimiter only") {
  CHECK(code_of("f(R\"x( \" )\" )x\"); g();") == "f(R            ); g();");
  CHECK(code_of("f(u8R\"( // )\"); g();") == "f(u8R        ); g();");
}

TEST_CASE("an apostrophe between digits opens no literal") {
  CHECK(code_of("int a = 1'000'000; int b = 0xFF'FF;") == "int a = 1'000'000; int b = 0xFF'FF;");
}

TEST_CASE("a quote in a comment opens no literal") {
  CHECK(code_of("// don't \"\nint a;") == "          \nint a;");
}

TEST_CASE("includes are found with their kind and line, but not in comments and literals") {
  const Source source = make_source("x.cc",
                                    "#include <vector>\n"
                                    "// #include <map>\n"
                                    "#  include \"broker/base/bytes.h\"\n"
                                    "auto s = \"#include <set>\";\n"
                                    "int include = f(\"a.h\");\n"
                                    "auto r = R\"(\n#include <list>\n)\";\n");
  const std::vector<Include> includes = includes_of(source);
  REQUIRE(includes.size() == 2);
  CHECK(includes[0].name == "vector");
  CHECK_FALSE(includes[0].is_quoted);
  CHECK(includes[0].line == 1);
  CHECK(includes[1].name == "broker/base/bytes.h");
  CHECK(includes[1].is_quoted);
  CHECK(includes[1].line == 3);
}

TEST_CASE("words are whole identifiers with their offsets") {
  const std::vector<Word> words = words_of("throw_away(throw 1x);");
  REQUIRE(words.size() == 2);
  CHECK(words[0].text == "throw_away");
  CHECK(words[1].text == "throw");
  CHECK(words[1].begin == 11);
}

/// First and last lines of all functions in the text, as "1-3 5-6 ".
std::string functions_in(const std::string& text) {
  std::string found;
  for (const Function& function : functions_of(make_source("x.cc", text))) {
    found += std::to_string(function.first_line) + "-" + std::to_string(function.last_line) + " ";
  }
  return found;
}

TEST_CASE("functions are found in namespaces, classes and extern C") {
  CHECK(functions_in("namespace a {\nint f() {\n  return 1;\n}\n}\n") == "2-4 ");
  CHECK(functions_in("class A : public B {\n public:\n  int f() const { return 1; }\n  int g();\n};") ==
        "2-3 ");
  CHECK(functions_in("extern \"C\" int f(int a) {\n}\nextern \"C\" {\nvoid g() {\n}\n}") == "1-2 4-5 ");
  CHECK(functions_in(
            "template <class T>\nstruct A {\n  bool operator==(const A&) const { return true; }\n};") ==
        "3-3 ");
}

TEST_CASE("what is inside a function belongs to it") {
  CHECK(functions_in("void f() {\n  if (a) {\n    g([](int b) {\n      return b;\n    });\n  }\n}") ==
        "1-7 ");
}

TEST_CASE("a constructor's braced members are part of its head") {
  CHECK(functions_in("A::A(int a)\n    : a_{a},\n      b_(a) {\n  f();\n}") == "1-5 ");
}

TEST_CASE("tables, enums and macros are not functions") {
  CHECK(functions_in("constexpr int rows[] = {\n1,\n2};").empty());
  CHECK(functions_in("constexpr auto rows = to_array<Row>({\n{1, f(2)},\n});").empty());
  CHECK(functions_in("const auto f = [](int a) {\n  return a;\n};").empty());
  CHECK(functions_in("enum class A : int {\n b,\n c\n};\nint d{3};").empty());
  CHECK(functions_in("#define A(b) \\\n  do {       \\\n  } while (b)\nint c() { return 1; }") == "4-4 ");
}

}  // namespace
}  // namespace structure
