// SPDX-License-Identifier: Apache-2.0
#include "mesh/own_node.h"

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

proto::User user_of(const OwnNode& node) {
  proto::User user;
  CHECK(user.ParseFromString(node.user()));
  return user;
}

TEST_CASE("the node's number is made of its public key, and outlives the process") {
  OwnNode node({.is_kept = true});
  REQUIRE(node.keys());
  CHECK(node.number() == node_number_of(node.keys()->public_key));
  CHECK_FALSE(OwnNode::is_reserved(node.number()));
  FakeHost host;
  node.on_tick(host);
  const std::string kept = host.kept.at("mesh/own/key");
  OwnNode again({.is_kept = true});
  again.restore(base::as_bytes(kept));
  CHECK(again.number() == node.number());
  host.kept.clear();
  again.on_tick(host);
  CHECK(host.kept.empty());
}

TEST_CASE("a kept key of another length is none") {
  OwnNode node({.is_kept = true});
  const std::uint32_t before = node.number();
  node.restore(base::as_bytes("short"));
  CHECK(node.number() == before);
}

TEST_CASE("with a number from the configuration there is no key, and none is announced") {
  OwnNode node({.node_number = 0x0b0b0b0b, .is_kept = true});
  CHECK(node.number() == 0x0b0b0b0b);
  CHECK(node.id() == "!0b0b0b0b");
  CHECK_FALSE(node.keys());
  node.restore(base::as_bytes(std::string(32, 'k')));
  CHECK(node.number() == 0x0b0b0b0b);
  FakeHost host;
  node.on_tick(host);
  CHECK(host.kept.empty());
  CHECK(user_of(node).public_key().empty());
}

TEST_CASE("without a place for a key and without a number the broker is nobody") {
  const OwnNode node({});
  CHECK(node.number() == 0);
  CHECK(node.id().empty());
}

TEST_CASE("its node info says its names and its key") {
  const OwnNode node({.is_kept = true, .long_name = "The broker", .short_name = "BR"});
  const proto::User user = user_of(node);
  CHECK(user.id() == node.id());
  CHECK(user.long_name() == "The broker");
  CHECK(user.short_name() == "BR");
  CHECK(user.public_key().size() == 32);
}

}  // namespace
}  // namespace mesh::test
