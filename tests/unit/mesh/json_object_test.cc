// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_object.h"

#include <limits>

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

TEST_CASE("an object is written in the order of its calls") {
  JsonObject json;
  json.open();
  json.text("name", "a\"b/");
  json.node("id", 0x1a);
  json.truth("good", true);
  json.open_list("list");
  json.node(1);
  json.number(0.25);
  json.close_list();
  json.close();
  CHECK(json.view() == R"({"name":"a\"b/","id":"!0000001a","good":true,"list":["!00000001",0.25]})");
}

TEST_CASE("numbers are as short as they can be, and what is none is left out") {
  JsonObject json;
  json.open();
  json.number("float", 3.7F);
  json.number("double", 52.52);
  json.number("large", std::uint64_t{18446744073709551615U});
  json.number("none", std::numeric_limits<float>::infinity());
  json.number("neither", std::numeric_limits<double>::quiet_NaN());
  json.open_list("list");
  json.number(std::numeric_limits<double>::quiet_NaN());
  json.close_list();
  json.close();
  CHECK(json.view() == R"({"float":3.7,"double":52.52,"large":18446744073709551615,"list":[null]})");
}

TEST_CASE("what is not UTF-8 is replaced") {
  JsonObject json;
  json.open();
  json.text("name", "ab\xff\xc3\xa4\xc3");
  json.close();
  CHECK(json.view() == "{\"name\":\"ab\xef\xbf\xbd\xc3\xa4\xef\xbf\xbd\"}");
}

TEST_CASE("after clear it begins anew") {
  JsonObject json;
  json.open();
  json.clear();
  json.open();
  json.close();
  CHECK(json.view() == "{}");
}

}  // namespace
}  // namespace mesh::test
