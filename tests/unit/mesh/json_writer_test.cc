// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_writer.h"

#include <string>

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

TEST_CASE("commas stand between, never before the first or after a key") {
  TextBuffer out;
  JsonWriter json(out);
  json.open('{');
  json.integer("a", 1);
  json.key("b");
  json.open('[');
  json.integer(2);
  json.number(2.5);
  json.text("x");
  json.open('{');
  json.close('}');
  json.close(']');
  json.text("c", "/");
  json.number("d", 0.5);
  json.close('}');
  CHECK(out.view() == R"({"a":1,"b":[2,2.5,"x",{}],"c":"\/","d":0.5})");
}

TEST_CASE("a buffer grows, shrinks and starts again") {
  TextBuffer out;
  for (int i = 0; i < 1000; ++i) out.append(std::string_view("0123456789"));
  CHECK(out.size() == 10000);
  CHECK(out.view().ends_with("789"));
  out.shrink_to(3);
  CHECK(out.view() == "012");
  out.append('x');
  CHECK(out.view() == "012x");
  out.clear();
  out.append(std::string_view());
  CHECK(out.view().empty());
}

TEST_CASE("a key of the longest length fits") {
  TextBuffer out;
  JsonWriter(out).integer("node_broadcast_interval_secs", -1);
  CHECK(out.view() == "\"node_broadcast_interval_secs\":-1");
}

}  // namespace
}  // namespace mesh::test
