// SPDX-License-Identifier: Apache-2.0
#include "broker/core/router.h"

#include <catch2/catch.hpp>

#include "tests/support/world.h"

namespace {

struct FakePeer final : core::Peer {
  void forward(core::Outgoing& outgoing, core::Stamp) override { forwarded.emplace_back(outgoing.topic()); }
  std::vector<std::string> forwarded;
};

}  // namespace

TEST_CASE("what enters here goes to every peer, what a peer forwarded does not") {
  support::World world;
  FakePeer peer;
  world.broker.add_peer(peer);
  auto& listener = world.client("l").connect();
  listener.subscribe(1, "#");
  listener.said();
  world.client("p").connect().publish("here", "1");
  core::Outgoing from_elsewhere(mqtt::Publish{.topic = "elsewhere", .payload = {}}, world.arena);
  world.broker.router().publish_local(from_elsewhere, 0);
  CHECK(peer.forwarded == std::vector<std::string>{"here"});
  CHECK(listener.said() == "PUBLISH here=1 | PUBLISH elsewhere=");
}

TEST_CASE("preferred packet ids run from 1 to 65535 and round again") {
  support::World world;
  CHECK(world.broker.router().next_packet_id() == 1);
  for (int i = 2; i <= 65535; ++i) static_cast<void>(world.broker.router().next_packet_id());
  CHECK(world.broker.router().next_packet_id() == 1);
}
