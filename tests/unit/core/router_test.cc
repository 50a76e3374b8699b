// SPDX-License-Identifier: Apache-2.0
#include "broker/core/router.h"

#include <catch2/catch.hpp>

#include "tests/support/world.h"

namespace {

struct FakePeer final : core::Peer {
  void forward(core::Outgoing& outgoing, core::Stamp) override { forwarded.emplace_back(outgoing.topic()); }
  bool wants_below(std::string_view first_level) const override { return first_level == "there"; }
  bool wants_named(std::string_view topic) const override { return topic == "there/!1"; }
  bool wants_any_named() const override { return true; }
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

TEST_CASE("what is wanted anywhere is wanted, and nobody who does not count says no") {
  support::World world;
  core::Router& router = world.broker.router();
  CHECK(router.wants_below("a"));
  CHECK(router.wants_named("a/b"));
  CHECK(router.wants_any_named());
  core::Interest interest;
  core::Router counting({world.limits, *std::make_unique<core::CoreCounters>(core::metric_names),
                         world.broker.effort(), world.log, world.commons},
                        &interest);
  CHECK_FALSE(counting.wants_below("there"));
  CHECK_FALSE(counting.wants_named("there/!1"));
  CHECK_FALSE(counting.wants_any_named());
  FakePeer peer;
  counting.add_peer(peer);
  CHECK(counting.wants_any_named());
  CHECK(counting.wants_below("there"));
  CHECK(counting.wants_named("there/!1"));
  interest.add("here/+/!2");
  CHECK(counting.wants_below("here"));
  CHECK(counting.wants_named("here/x/!2"));
  CHECK_FALSE(counting.wants_named("here/x/!3"));
}

TEST_CASE("preferred packet ids run from 1 to 65535 and round again") {
  support::World world;
  CHECK(world.broker.router().next_packet_id() == 1);
  for (int i = 2; i <= 65535; ++i) static_cast<void>(world.broker.router().next_packet_id());
  CHECK(world.broker.router().next_packet_id() == 1);
}

TEST_CASE("what the broker says of itself is retained beside clients' messages, and not kept") {
  support::MemoryJournal journal;
  support::World world({.retained_messages = 1}, &journal);
  world.client("p").connect().publish("mine", "1", 0, 0, true);
  world.broker.say("$SYS/broker/uptime", "2");
  world.turn();
  CHECK(world.broker.router().retained().size() == 1);
  auto& reader = world.client("r").connect();
  reader.subscribe(1, "#");
  CHECK(reader.said() == "CONNACK | SUBACK 1: 0 | PUBLISH mine=1 retain");
  reader.subscribe(2, "$SYS/#");
  CHECK(reader.said() == "SUBACK 2: 0 | PUBLISH $SYS/broker/uptime=2 retain");
  world.broker.say("$SYS/broker/uptime", "3");
  world.turn();
  CHECK(reader.said() == "PUBLISH $SYS/broker/uptime=3");
  world.keep();
  CHECK(journal.restored().retained.size() == 1);
}

TEST_CASE("what the broker says of itself also comes from a peer") {
  support::World world;
  core::Outgoing said(mqtt::Publish{.topic = "$SYS/broker/version", .payload = {}, .retain = true},
                      world.arena);
  world.broker.router().publish_local(said, 1);
  CHECK(world.broker.router().retained().size() == 0);
}

TEST_CASE("payloads are counted once for each receiver, whenever they are sent") {
  support::World world;
  auto& first = world.client("a").connect();
  auto& second = world.client("b").connect({.clean = false});
  first.subscribe(1, "t");
  second.subscribe(1, "t", 1);
  auto& publisher = world.client("p").connect();
  const auto sent = [&] { return world.broker.counters()[core::Metric::payload_bytes_sent]; };
  publisher.publish("t", "abc", 1, 1);
  CHECK(sent() == 6);
  CHECK(world.broker.counters()[core::Metric::payload_bytes_received] == 3);
  second.drop();
  publisher.publish("t", "abcde", 1, 2);
  CHECK(sent() == 6 + 5);
  second.connect({.clean = false});  // the first one again, and the second one
  world.turn();
  CHECK(sent() == 6 + 5 + 3 + 5);
}

TEST_CASE("messages that wait are counted over all sessions, until they are sent or dropped") {
  support::World world({.queued_messages = 3});
  auto& away = world.client("away").connect({.clean = false});
  away.subscribe(1, "#", 1);
  away.drop();
  auto& slow = world.client("slow").connect();
  slow.subscribe(1, "#", 0);
  slow.refused_bytes = 1;
  auto& publisher = world.client("p").connect();
  const std::size_t message_bytes =
      core::MessageRef::make({.topic = "t", .payload = base::as_bytes("x")})->bytes();
  for (mqtt::PacketId id = 1; id <= 5; ++id) publisher.publish("t", "x", 1, id);
  CHECK(world.broker.owed().waiting == 6);
  CHECK(world.broker.owed().waiting_bytes == 6 * message_bytes);
  away.connect({.clean = false});
  world.turn();
  CHECK(world.broker.owed().waiting == 3);
  CHECK(world.broker.owed().waiting_bytes == 3 * message_bytes);
  slow.drop();
  world.turn();
  CHECK(world.broker.owed().waiting == 0);
  CHECK(world.broker.owed().waiting_bytes == 0);
}

TEST_CASE(
    "messages under way are counted over all sessions, until they are acknowledged or their session ends") {
  support::World world;
  const auto inflight = [&] { return world.broker.owed().inflight; };
  auto& lasting = world.client("lasting").connect({.clean = false});
  auto& passing = world.client("passing").connect();
  lasting.subscribe(1, "#", 2);
  passing.subscribe(1, "#", 1);
  auto& publisher = world.client("p").connect();
  publisher.publish("t", "x", 1, 1);
  publisher.publish("t", "x", 2, 2);
  CHECK(inflight() == 4);
  constexpr mqtt::PacketId ids = 10;  // more than were given out: one of them is each message's
  for (mqtt::PacketId id = 1; id <= ids; ++id) lasting.send_in(mqtt::Puback{id});
  CHECK(inflight() == 3);
  for (mqtt::PacketId id = 1; id <= ids; ++id) lasting.send_in(mqtt::Pubrec{id});
  CHECK(inflight() == 3);
  passing.drop();
  world.turn();
  CHECK(inflight() == 1);
  lasting.drop();
  lasting.connect({.clean = false});
  CHECK(inflight() == 1);
  for (mqtt::PacketId id = 1; id <= ids; ++id) lasting.send_in(mqtt::Pubcomp{id});
  CHECK(inflight() == 0);
  publisher.publish("t", "x", 1, 3);
  CHECK(inflight() == 1);
  lasting.drop();
  lasting.connect();  // clean: the session and what it owed are gone
  world.turn();
  CHECK(inflight() == 0);
}
