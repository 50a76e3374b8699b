// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_text.h"

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

/// The rewritten value, or "text".
std::string read(std::string_view text) {
  JsonText json_text;
  TextBuffer out;
  out.append(std::string_view("before "));
  if (json_text.append_if_json(text, out)) return std::string(out.view().substr(7));
  CHECK(out.view() == "before ");
  return "text";
}

TEST_CASE("values of every kind are JSON, with white space around them") {
  CHECK(read("42") == "42");
  CHECK(read(" -2.50 \r\n\t") == "-2.5");
  CHECK(read("null") == "null");
  CHECK(read("\ttrue") == "true");
  CHECK(read("false ") == "false");
  CHECK(read("\"hi\"") == "\"hi\"");
  CHECK(read("[ ]") == "[]");
  CHECK(read("{ }") == "{}");
  CHECK(read("[1, [2,{\"a\" : [null]}], \"x\"]") == "[1,[2,{\"a\":[null]}],\"x\"]");
}

TEST_CASE("numbers are written as the devices write them") {
  CHECK(read("1.50") == "1.5");
  CHECK(read("10e-1") == "1");
  CHECK(read("1E5") == "100000");
  CHECK(read("-0.0") == "-0");
  CHECK(read("[1e15,12345678901234567890123]") == "[1e+15,1.23456789012346e+22]");
  CHECK(read("1e400") == "null");
  CHECK(read("[-1e400,1e-400,-1e-400]") == "[null,0,-0]");
}

TEST_CASE("keys are sorted by byte value at every level") {
  CHECK(read(R"({"b":1,"a":{"z":1,"Z":2},"é":3,"":4})") == R"({"":4,"a":{"Z":2,"z":1},"b":1,"é":3})");
}

TEST_CASE("of equal keys the last is kept, however they are written") {
  CHECK(read(R"({"a":1,"b":0,"a":2})") == R"({"a":2,"b":0})");
  CHECK(read(R"({"\u0041":1,"A":2})") == R"({"A":2})");
  CHECK(read(R"({"a":1,"a":{"a":3,"a":4}})") == R"({"a":{"a":4}})");
}

TEST_CASE("strings are unescaped and escaped again") {
  CHECK(read(R"("\/\u0000\u00e9\"")") == "\"\\/\\u0000é\\\"\"");
  CHECK(read(R"("\ud83d\ude00")") == "\"😀\"");
  CHECK(read("{\"a/b\":\"c/d\"}") == R"({"a\/b":"c\/d"})");
}

TEST_CASE("what is not quite JSON is text") {
  for (const std::string_view text :
       {"",           " ",           "hello",       "007",         "+1",
        "-",          "1.",          ".5",          "1e",          "1e+",
        "0x10",       "1 2",         "nul",         "truex",       "true false",
        "nullnull",   "\"",          "\"a",         "\"a\" \"b\"", "\"\\q\"",
        "\"\\u12\"",  "\"\\ud83d\"", "[",           "]",           "[1",
        "[1]]",       "[1] 2",       "[1,]",        "[,]",         "[1 2]",
        "[01]",       "[-]",         "[1}",         "{",           "}",
        "{}{}",       "{,}",         "{\"a\"}",     "{\"a\":}",    "{\"a\" 1}",
        "{\"a\":1,}", "{a:1}",       "{\"a\":1",    "{\"a\":1]",   "{\"a\":1}//",
        "[1]x",       "[true x]",    "{\"a\":tru}", "NaN",         "inf",
        "\"\xc3\"",   "[\"\xff\"]",  "\"a\nb\"",    "1,",          ",",
        ":",          "'a'",         "// 1"}) {
    INFO(text);
    CHECK(read(text) == "text");
  }
}

TEST_CASE("a lone literal is JSON with any white space around it, and text with anything else") {
  for (const std::string_view literal : {"true", "false", "null"}) {
    for (const std::string_view space : {"", " ", "  ", "   ", "\r\n", "\t\n \r", "          "}) {
      INFO(literal << " and " << space.size() << " of white space");
      CHECK(read(std::string(literal) + std::string(space)) == literal);
      CHECK(read(std::string(space) + std::string(literal) + std::string(space)) == literal);
    }
    for (const std::string_view more : {"s", "!", "0", "y", "\x0b", "\x02", ",", "]", " x", "\"", "true"}) {
      INFO(literal << " and " << more);
      CHECK(read(std::string(literal) + std::string(more)) == "text");
      CHECK(read(std::string(literal) + std::string(more) + " ") == "text");
    }
  }
}

TEST_CASE("nesting as deep as a text message allows is read") {
  const std::string deep = std::string(116, '[') + std::string(116, ']');
  CHECK(read(deep) == deep);
  CHECK(read(deep.substr(1)) == "text");
  std::string objects;
  for (int i = 0; i < 38; ++i) objects += "{\"\":";
  CHECK(read(objects + "1" + std::string(38, '}')) == objects + "1" + std::string(38, '}'));
}

TEST_CASE("a reader that failed reads the next text") {
  JsonText json_text;
  TextBuffer out;
  CHECK_FALSE(json_text.append_if_json("[1,", out));
  CHECK(json_text.append_if_json("[1]", out));
  CHECK(out.view() == "[1]");
}

}  // namespace
}  // namespace mesh::test
