// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_table.h"

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

TEST_CASE("a name that was learned is known, also an empty one") {
  NodeTable nodes(10);
  CHECK_FALSE(nodes.name_of(1));
  nodes.learn(1, "Base");
  nodes.learn(2, "");
  CHECK(nodes.name_of(1) == "Base");
  CHECK(nodes.name_of(2) == "");
}

TEST_CASE("a new name replaces the old one") {
  NodeTable nodes(10);
  nodes.learn(1, "old");
  nodes.learn(1, "new");
  CHECK(nodes.name_of(1) == "new");
  CHECK(nodes.size() == 1);
}

TEST_CASE("at the limit the node that was silent longest goes") {
  NodeTable nodes(3);
  nodes.learn(1, "a");
  nodes.learn(2, "b");
  nodes.learn(3, "c");
  nodes.heard(1);
  nodes.learn(4, "d");
  CHECK(nodes.size() == 3);
  CHECK_FALSE(nodes.name_of(2));
  CHECK(nodes.name_of(1) == "a");
  nodes.learn(3, "c again");
  nodes.learn(5, "e");
  CHECK_FALSE(nodes.name_of(1));
  CHECK(nodes.name_of(3) == "c again");
}

TEST_CASE("hearing a stranger does not make it known") {
  NodeTable nodes(3);
  nodes.heard(9);
  CHECK(nodes.size() == 0);
}

TEST_CASE("a table without room learns nothing") {
  NodeTable nodes(0);
  nodes.learn(1, "a");
  CHECK_FALSE(nodes.name_of(1));
}

}  // namespace
}  // namespace mesh::test
