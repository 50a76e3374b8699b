// SPDX-License-Identifier: Apache-2.0
// A journal, a kill, and a new broker that starts with what had been kept.
#include <catch2/catch.hpp>

#include "tests/support/world.h"

using support::MemoryJournal;
using support::World;

namespace {

support::ConnectWords lasting() {
  support::ConnectWords words;
  words.clean = false;
  return words;
}

/// A world of its own that has begun with what `journal` had kept.
struct After {
  explicit After(const MemoryJournal& before, base::Duration away = {}) : world({}, &journal) {
    start(before.restored(away));
  }
  void start(const core::Restored& restored) {
    // The new journal begins where the old one ended.
    for (const core::RestoredSession& each : restored.sessions) tell_again(each);
    for (const core::RestoredRetained& each : restored.retained) journal.retain(*each.message, each.stamp);
    for (const core::RestoredWill& each : restored.wills)
      journal.set_will(each.key, each.client_id, *each.message);
    world.restore(restored);
    world.keep();
  }
  void tell_again(const core::RestoredSession& each) {
    journal.start_session(each.key, each.client_id);
    for (const auto& subscription : each.subscriptions)
      journal.subscribe(each.key, subscription.filter, subscription.qos);
    for (const auto& message : each.messages) {
      journal.queue(
          each.key, message.entry,
          message.message ? message.message : core::MessageRef::make({.topic = "gone", .payload = {}}));
      if (message.is_released) journal.release(each.key, message.entry.number);
    }
    for (const mqtt::PacketId id : each.received) journal.receive(each.key, id);
  }
  MemoryJournal journal;
  World world;
};

}  // namespace

TEST_CASE("nothing that promises a session is said before it is kept") {
  MemoryJournal journal;
  World world({}, &journal);
  auto& client = world.client("c").connect(lasting());
  client.subscribe(1, "t", 1);
  CHECK(client.said().empty());
  world.keep();
  CHECK(client.said() == "CONNACK | SUBACK 1: 1");
  client.unsubscribe(2, "t");
  CHECK(client.said().empty());
  world.keep();
  CHECK(client.said() == "UNSUBACK 2");
}

TEST_CASE("who keeps nothing waits for nothing") {
  MemoryJournal journal;
  World world({}, &journal);
  auto& subscriber = world.client("s").connect();
  subscriber.subscribe(1, "t", 2);
  auto& publisher = world.client("p").connect();
  publisher.publish("t", "a", 1, 1);
  publisher.publish("t", "b", 2, 2);
  publisher.send_in(mqtt::Pubrel{2});
  CHECK(publisher.said() == "CONNACK | PUBACK 1 | PUBREC 2 | PUBCOMP 2");
  CHECK(subscriber.said() == "CONNACK | SUBACK 1: 2 | PUBLISH t=a q1 #1 | PUBLISH t=b q2 #2");
  CHECK(journal.told().empty());
}

TEST_CASE("PUBACK and PUBREC wait until what they promise is kept, and nothing overtakes them") {
  MemoryJournal journal;
  World world({}, &journal);
  world.client("s").connect(lasting()).subscribe(1, "t", 2);
  world.keep();
  auto& publisher = world.client("p").connect();
  publisher.publish("t", "a", 1, 1);
  publisher.publish("t", "b", 2, 2);
  publisher.publish("other", "c", 1, 3);
  publisher.send_in(mqtt::Pingreq{});
  CHECK(publisher.said() == "CONNACK");
  world.keep();
  CHECK(publisher.said() == "PUBACK 1 | PUBREC 2 | PUBACK 3 | PINGRESP");
}

TEST_CASE("a session, its filters and what waited for it are there after a kill") {
  MemoryJournal journal;
  World world({}, &journal);
  auto& client = world.client("c").connect(lasting());
  client.subscribe(1, "t/+", 1);
  client.subscribe(2, "u", 2);
  client.drop();
  auto& publisher = world.client("p").connect();
  publisher.publish("t/1", "one", 1, 1);
  publisher.publish("u", "two", 2, 2);
  publisher.publish("t/1", "never kept for it", 0);
  world.keep();
  publisher.publish("t/1", "too late", 1, 3);

  After after(journal);
  auto& again = after.world.client("c").connect(lasting());
  after.world.keep();
  CHECK(again.said() == "CONNACK present | PUBLISH t/1=one q1 #1 | PUBLISH u=two q2 #2");
  after.world.client("q").connect().publish("t/2", "three", 1, 1);
  after.world.keep();
  CHECK(again.said() == "PUBLISH t/2=three q1 #3");
}

TEST_CASE("what was under way is sent again with its id, and what was released is not") {
  MemoryJournal journal;
  World world({}, &journal);
  auto& client = world.client("c").connect(lasting());
  client.subscribe(1, "t", 2);
  auto& publisher = world.client("p").connect();
  for (mqtt::PacketId id = 1; id <= 3; ++id) publisher.publish("t", std::to_string(id), 2, id);
  publisher.publish("t", "4", 1, 4);
  publisher.publish("t", "5", 1, 5);
  world.keep();
  CHECK(client.said_count() == 7);
  client.send_in(mqtt::Pubrec{2});
  client.send_in(mqtt::Pubrec{1});
  client.send_in(mqtt::Pubcomp{1});
  client.send_in(mqtt::Puback{4});
  world.keep();

  After after(journal);
  auto& again = after.world.client("c").connect(lasting());
  after.world.keep();
  CHECK(again.said() == "CONNACK present | PUBREL 2 | PUBLISH t=3 q2 #3 dup | PUBLISH t=5 q1 #5 dup");
}

TEST_CASE("a QoS 2 message leaves only with an id that is kept") {
  MemoryJournal journal;
  World world({}, &journal);
  auto& client = world.client("c").connect(lasting());
  client.subscribe(1, "t", 2);
  world.keep();
  CHECK(client.said() == "CONNACK | SUBACK 1: 2");
  world.client("p").connect().publish("t", "a", 2, 1);
  CHECK(client.said().empty());
  world.keep();
  CHECK(client.said() == "PUBLISH t=a q2 #1");
  client.send_in(mqtt::Pubrec{1});
  CHECK(client.said().empty());
  world.keep();
  CHECK(client.said() == "PUBREL 1");
}

TEST_CASE("a QoS 2 id that came in is known after a kill, until its PUBREL is kept") {
  MemoryJournal journal;
  World world({}, &journal);
  world.client("s").connect(lasting()).subscribe(1, "t", 2);
  auto& publisher = world.client("p").connect(lasting());
  publisher.publish("t", "a", 2, 7);
  publisher.publish("t", "b", 2, 8);
  publisher.send_in(mqtt::Pubrel{8});
  world.keep();
  CHECK(publisher.said() == "CONNACK | PUBREC 7 | PUBREC 8 | PUBCOMP 8");

  After after(journal);
  auto& again = after.world.client("p").connect(lasting());
  again.publish("t", "a", 2, 7, false, true);
  again.publish("t", "c", 2, 8);
  after.world.keep();
  CHECK(again.said() == "CONNACK present | PUBREC 7 | PUBREC 8");
  auto& subscriber = after.world.client("s").connect(lasting());
  after.world.keep();
  CHECK(subscriber.said() ==
        "CONNACK present | PUBLISH t=a q2 #1 dup | PUBLISH t=b q2 #2 dup | PUBLISH t=c q2 #3");
}

TEST_CASE("a duplicate's PUBREC waits for what the first one promised, on a new connection too") {
  MemoryJournal journal;
  World world({}, &journal);
  auto& publisher = world.client("p").connect(lasting());
  world.keep();
  publisher.publish("t", "a", 2, 7);
  publisher.drop();
  CHECK(publisher.said() == "CONNACK");
  auto& again = world.client("p").connect(lasting());
  again.publish("t", "a", 2, 7, false, true);
  CHECK(again.said().empty());
  world.keep();
  CHECK(again.said() == "CONNACK present | PUBREC 7");
}

TEST_CASE("retained messages are there after a kill, cleared ones are not") {
  MemoryJournal journal;
  World world({}, &journal);
  auto& publisher = world.client("p").connect();
  publisher.publish("a", "old", 1, 1, true);
  publisher.publish("a", "new", 1, 2, true);
  publisher.publish("b", "gone", 1, 3, true);
  publisher.publish("b", "", 1, 4, true);
  world.keep();
  CHECK(publisher.said() == "CONNACK | PUBACK 1 | PUBACK 2 | PUBACK 3 | PUBACK 4");

  After after(journal);
  auto& subscriber = after.world.client("s").connect();
  subscriber.subscribe(1, "#", 1);
  CHECK(subscriber.said() == "CONNACK | SUBACK 1: 1 | PUBLISH a=new q1 #1 retain");
  CHECK(after.world.commons.next_stamp() > 4);
}

TEST_CASE("a retained message that found no room leaves its topic empty after a kill too") {
  MemoryJournal journal;
  core::Limits limits;
  limits.retained_messages = 1;
  World world(limits, &journal);
  auto& publisher = world.client("p").connect();
  publisher.publish("a", "x", 1, 1, true);
  publisher.publish("b", "y", 1, 2, true);
  world.keep();
  const core::Restored restored = journal.restored();
  REQUIRE(restored.retained.size() == 1);
  CHECK(restored.retained.front().message->topic() == "a");
}

TEST_CASE("wills of those who were connected are published after a kill, of kept and of clean sessions") {
  MemoryJournal journal;
  World world({}, &journal);
  world.client("s").connect(lasting()).subscribe(1, "will/#", 1);
  support::ConnectWords words{
      .will_topic = "will/kept", .will_payload = "k", .will_qos = mqtt::Qos::at_least_once};
  world.client("gone").connect(words).send_in(mqtt::Disconnect{});
  words.will_topic = "will/clean";
  world.client("c").connect(words);
  world.keep();

  After after(journal);
  auto& subscriber = after.world.client("s").connect(lasting());
  after.world.keep();
  CHECK(subscriber.said() == "CONNACK present | PUBLISH will/clean=k q1 #2");
  CHECK(after.journal.restored().wills.empty());
}

TEST_CASE("a CONNACK waits until the will is kept, a clean session's and a resumed one's too") {
  MemoryJournal journal;
  World world({}, &journal);
  auto& clean = world.client("a").connect({.will_topic = "w", .will_payload = "1"});
  CHECK(clean.said().empty());
  auto& resumed = world.client("b").connect(lasting());
  world.keep();
  CHECK(clean.said() == "CONNACK");
  CHECK(resumed.said() == "CONNACK");
  resumed.drop();
  world.keep();
  resumed.said();
  support::ConnectWords words = lasting();
  words.will_topic = "w";
  resumed.connect(words);
  CHECK(resumed.said().empty());
  world.keep();
  CHECK(resumed.said() == "CONNACK present");
}

TEST_CASE("a session discarded by a clean start is gone after a kill") {
  MemoryJournal journal;
  World world({}, &journal);
  world.client("c").connect(lasting()).subscribe(1, "t", 1);
  world.client("c").connect().drop();
  world.keep();
  CHECK(journal.restored().sessions.empty());
}

TEST_CASE("the CONNACK of a clean start waits until the old session is gone for good") {
  MemoryJournal journal;
  World world({}, &journal);
  world.client("c").connect(lasting()).drop();
  world.keep();
  auto& again = world.client("c").connect();
  CHECK(again.said().empty());
  world.keep();
  CHECK(again.said() == "CONNACK");
}

namespace {

/// A session whose client left before a kill, in a broker that keeps it for an hour; it has been away for so
/// long.
struct AfterAnAbsence {
  explicit AfterAnAbsence(base::Duration away) : world(one_hour(), &journal) {
    MemoryJournal before;
    World old(one_hour(), &before);
    old.client("c").connect(lasting()).drop();
    old.keep();
    const core::Restored restored = before.restored(away);
    for (const auto& each : restored.sessions) journal.start_session(each.key, each.client_id);
    world.restore(restored);
  }
  static core::Limits one_hour() {
    core::Limits limits;
    limits.session_expiry = std::chrono::hours(1);
    return limits;
  }
  MemoryJournal journal;
  World world;
};

}  // namespace

TEST_CASE("the time a client was away before the kill counts") {
  AfterAnAbsence after(std::chrono::minutes(50));
  after.world.pass(std::chrono::minutes(9));
  CHECK(after.world.broker.session_count() == 1);
  after.world.pass(std::chrono::minutes(2));
  CHECK(after.world.broker.session_count() == 0);
  after.world.keep();
  CHECK(after.journal.restored().sessions.empty());
}

TEST_CASE("who was away too long and is back before anything else happens finds no session") {
  AfterAnAbsence after(std::chrono::minutes(70));
  auto& client = after.world.client("c").connect(lasting());
  after.world.keep();
  CHECK(client.said() == "CONNACK");
}

TEST_CASE("keys and numbers go on above what was kept") {
  MemoryJournal journal;
  World world({}, &journal);
  auto& client = world.client("c").connect(lasting());
  client.subscribe(1, "t", 1);
  client.drop();
  world.client("p").connect().publish("t", "one", 1, 1);
  world.keep();
  const core::Restored restored = journal.restored();
  After after(journal);
  after.world.client("d").connect(lasting());
  after.world.client("p").connect().publish("t", "two", 1, 1);
  after.world.keep();
  const core::Restored later = after.journal.restored();
  REQUIRE(later.sessions.size() == 2);
  CHECK(later.sessions[1].key > restored.last_key);
  REQUIRE(later.sessions[0].messages.size() == 2);
  CHECK(later.sessions[0].messages[1].entry.number > restored.sessions[0].messages[0].entry.number);
}

TEST_CASE("CONNACK waits until the will is kept, of a resumed session and of a clean one") {
  MemoryJournal journal;
  World world({}, &journal);
  world.client("c").connect(lasting()).drop();
  world.keep();
  support::ConnectWords words = lasting();
  words.will_topic = "will";
  auto& again = world.client("c").connect(words);
  CHECK(again.said().empty());
  words.clean = true;
  auto& clean = world.client("d").connect(words);
  CHECK(clean.said().empty());
  world.keep();
  CHECK(again.said() == "CONNACK present");
  CHECK(clean.said() == "CONNACK");
}

TEST_CASE("retained messages at QoS 0 do not add to what a failing journal has to keep, others do") {
  MemoryJournal journal;
  World world({}, &journal);
  journal.fall_behind();
  auto& publisher = world.client("p").connect();
  publisher.publish("a", "x", 0, 0, true);
  CHECK(journal.told().empty());
  publisher.publish("a", "y", 1, 1, true);
  CHECK(journal.told().size() == 1);
}
