// SPDX-License-Identifier: Apache-2.0
#include "mesh/mesh_topic.h"

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

/// "kind root|channel|gateway", or "-".
std::string parsed(const std::vector<std::string>& roots, std::string_view topic) {
  const auto found = Roots(roots).parse(topic);
  if (!found) return "-";
  const std::string kind(1, "ecjms"[static_cast<int>(found->kind)]);
  return kind + " " + std::string(found->root) + "|" + std::string(found->channel) + "|" +
         std::string(found->gateway);
}

TEST_CASE("a topic right under its root is taken apart") {
  CHECK(parsed({"msh"}, "msh/2/e/LongFast/!a1b2c3d4") == "e msh|LongFast|!a1b2c3d4");
  CHECK(parsed({"msh"}, "msh/2/c/LongFast/!a1b2c3d4") == "c msh|LongFast|!a1b2c3d4");
  CHECK(parsed({"msh"}, "msh/2/json/LongFast/!a1b2c3d4") == "j msh|LongFast|!a1b2c3d4");
  CHECK(parsed({"msh"}, "msh/2/stat/!a1b2c3d4") == "s msh||!a1b2c3d4");
}

TEST_CASE("a map topic has neither channel nor gateway") {
  CHECK(parsed({"msh"}, "msh/2/map/") == "m msh||");
}

TEST_CASE("regions and places stand between the configured root and the kind") {
  CHECK(parsed({"msh"}, "msh/US/TX/Austin/2/e/LongFast/!1") == "e msh/US/TX/Austin|LongFast|!1");
  CHECK(parsed({"msh/US"}, "msh/US/2/e/LongFast/!1") == "e msh/US|LongFast|!1");
  CHECK(parsed({"msh/US"}, "msh/EU_868/2/e/LongFast/!1") == "-");
}

TEST_CASE("a slash at the end of a root is part of the topic's root, wherever it was written") {
  CHECK(parsed({"msh"}, "msh/EU_868//2/e/LongFast/!1") == "e msh/EU_868/|LongFast|!1");
  CHECK(parsed({"msh/EU_868/"}, "msh/EU_868//2/e/LongFast/!1") == "e msh/EU_868/|LongFast|!1");
  CHECK(parsed({"msh/EU_868/"}, "msh/EU_868/2/e/LongFast/!1") == "e msh/EU_868|LongFast|!1");
  CHECK(parsed({"msh/"}, "msh//2/e/LongFast/!1") == "e msh/|LongFast|!1");
}

TEST_CASE("roots may hold a 2, spaces and other alphabets") {
  CHECK(parsed({"2/x"}, "2/x/2/e/LongFast/!1") == "e 2/x|LongFast|!1");
  CHECK(parsed({"2/e"}, "2/e/2/e/LongFast/!1") == "e 2/e|LongFast|!1");
  CHECK(parsed({"a/2/e/b"}, "a/2/e/b/2/e/LongFast/!1") == "e a/2/e/b|LongFast|!1");
  CHECK(parsed({"home/lora mesh"}, "home/lora mesh/2/e/a b c/!1") == "e home/lora mesh|a b c|!1");
  CHECK(parsed({"msh/日本"}, "msh/日本/2/e/日本/!1") == "e msh/日本|日本|!1");
}

TEST_CASE("slashes inside belong to the channel, the last level is the gateway") {
  CHECK(parsed({"msh"}, "msh/2/e/Home/Net/!1") == "e msh|Home/Net|!1");
  CHECK(parsed({"msh"}, "msh/2/e/a/2/e/b/!1") == "e msh|a/2/e/b|!1");
  CHECK(parsed({"msh"}, "msh/2/e/json/!1") == "e msh|json|!1");
  CHECK(parsed({"msh"}, "msh/2/e//!1") == "e msh||!1");
  CHECK(parsed({"msh"}, "msh/2/e/LongFast/") == "e msh|LongFast|");
}

TEST_CASE("other topics are nobody's") {
  for (const std::string_view topic :
       {"", "msh", "msh/", "mshx/2/e/LongFast/!1", "other/2/e/LongFast/!1", "msh/3/e/LongFast/!1",
        "msh/2/x/LongFast/!1", "msh/2/e", "msh/2/e/", "msh/2/e/LongFast", "msh2/e/LongFast/!1", "msh/2/map",
        "/msh/2/e/LongFast/!1", "MSH/2/e/LongFast/!1"}) {
    INFO(topic);
    CHECK(parsed({"msh"}, topic) == "-");
  }
}

TEST_CASE("each of several roots is tried, an empty one matches nothing") {
  CHECK(parsed({"msh", "home"}, "home/2/e/x/!1") == "e home|x|!1");
  CHECK(parsed({"", "/"}, "/2/e/x/!1") == "-");
}

TEST_CASE("of a root under another the longer one counts, whatever their order") {
  CHECK(parsed({"msh", "msh/2/e/2"}, "msh/2/e/2/2/e/LongFast/!1") == "e msh/2/e/2|LongFast|!1");
  CHECK(parsed({"msh/2/e/2", "msh"}, "msh/2/e/2/2/e/LongFast/!1") == "e msh/2/e/2|LongFast|!1");
}

TEST_CASE("the JSON topic is the same with the kind replaced") {
  for (const std::string_view kind : {"e", "c"}) {
    for (const std::string_view rest : {"LongFast/!1", "Home/Net/!1", "a/2/e/b/!1"}) {
      const std::string topic = "msh/EU_868//2/" + std::string(kind) + "/" + std::string(rest);
      const auto found = Roots({"msh"}).parse(topic);
      REQUIRE(found);
      std::string out = "old";
      make_json_topic(*found, out);
      CHECK(out == "msh/EU_868//2/json/" + std::string(rest));
    }
  }
}

}  // namespace
}  // namespace mesh::test
