// SPDX-License-Identifier: Apache-2.0
// What becomes of users and rules in the core, which knows neither files nor hashes.
#include <map>
#include <memory>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "broker/core/kept_client.h"
#include "tests/support/world.h"

using core::Standing;
using support::MemoryJournal;
using support::World;

namespace {

/// Topics that nobody may read, write or subscribe to, and users that are not what they were.
class Rules final : public core::Authority {
 public:
  std::unique_ptr<core::Access> access_of(const plugin::Client& client) const override {
    asked.emplace_back(client.user_name);
    if (is_lax) return nullptr;
    return std::make_unique<Asked>(*this);
  }
  Standing standing_of(std::string_view user, core::Proof proof) const override {
    if (proof == core::Proof::tls) return Standing::good;
    const auto found = standings.find(std::string(user));
    return found == standings.end() ? Standing::good : found->second;
  }

  std::set<std::string, std::less<>> unread, unwritten, unsubscribed;
  std::map<std::string, Standing> standings;
  bool is_lax = false;  // no rules at all
  mutable std::vector<std::string> asked;

 private:
  /// Of the rules as they were when it was made.
  struct Asked final : core::Access {
    explicit Asked(const Rules& rules)
        : unread(rules.unread), unwritten(rules.unwritten), unsubscribed(rules.unsubscribed) {}
    bool may_read(std::string_view topic) override { return !unread.contains(topic); }
    bool may_write(std::string_view topic) override { return !unwritten.contains(topic); }
    bool may_subscribe(std::string_view filter) override { return !unsubscribed.contains(filter); }
    std::set<std::string, std::less<>> unread, unwritten, unsubscribed;
  };
};

struct Fixture {
  Rules rules;
  MemoryJournal journal;
  World world{{}, &journal, &rules};

  std::uint64_t counted(core::Metric metric) { return world.broker.counters()[metric]; }
  void keep_all() {
    world.keep();
    world.turn();
  }
};

const support::ConnectWords lasting{.clean = false};
const support::ConnectWords lasting_ann{.clean = false, .user = "ann"};
const support::ConnectWords lasting_bob{.clean = false, .user = "bob"};
const support::ConnectWords certified_ann{.clean = false, .user = "ann", .proof = core::Proof::tls};

}  // namespace

TEST_CASE_METHOD(Fixture, "a publish that is not allowed is acknowledged, and nobody hears it") {
  rules.unwritten = {"t"};
  auto& reader = world.client("r").connect();
  reader.subscribe(1, "#");
  auto& writer = world.client("w").connect();
  reader.said(), writer.said();
  writer.publish("t", "x", 1, 7);
  writer.publish("t", "x", 2, 8);
  writer.publish("u", "y");
  CHECK(writer.said() == "PUBACK 7 | PUBREC 8");
  CHECK(reader.said() == "PUBLISH u=y");
  CHECK(counted(core::Metric::publishes_denied) == 2);
}

TEST_CASE_METHOD(Fixture, "a retained publish that is not allowed is not kept") {
  rules.unwritten = {"t"};
  world.client("w").connect().publish("t", "x", 0, 0, true);
  auto& reader = world.client("r").connect();
  reader.subscribe(1, "t");
  CHECK(reader.said() == "CONNACK | SUBACK 1: 0");
}

TEST_CASE_METHOD(Fixture, "a subscription that is not allowed is refused, its neighbours are granted") {
  rules.unsubscribed = {"t"};
  auto& reader = world.client("r").connect();
  reader.said();
  reader.send_in(mqtt::Subscribe{1, {{"t", {}}, {"u", {}}}});
  CHECK(reader.said() == "SUBACK 1: 87 0");
  auto& writer = world.client("w").connect();
  writer.publish("t", "x");
  writer.publish("u", "y");
  CHECK(reader.said() == "PUBLISH u=y");
  CHECK(counted(core::Metric::subscriptions_denied) == 1);
}

TEST_CASE_METHOD(Fixture, "what may not be read is not delivered, live or retained, whatever matches") {
  rules.unread = {"t"};
  auto& writer = world.client("w").connect();
  writer.publish("t", "kept", 0, 0, true);
  writer.publish("u", "kept", 0, 0, true);
  auto& reader = world.client("r").connect();
  reader.subscribe(1, "#", 1);
  CHECK(reader.said() == "CONNACK | SUBACK 1: 1 | PUBLISH u=kept retain");
  writer.publish("t", "x", 1, 7);
  writer.publish("u", "y", 1, 8);
  CHECK(reader.said() == "PUBLISH u=y q1 #4");
  CHECK(counted(core::Metric::deliveries_denied) == 2);
}

TEST_CASE_METHOD(Fixture, "what an absent client may not read takes no room in its queue") {
  rules.unread = {"t"};
  world.limits.queued_messages = 1;
  auto& reader = world.client("r").connect(lasting);
  reader.subscribe(1, "#", 1);
  reader.drop();
  auto& writer = world.client("w").connect();
  writer.publish("t", "x", 1, 7);
  writer.publish("u", "y", 1, 8);
  keep_all();
  reader.said();
  reader.connect(lasting);
  keep_all();
  CHECK(reader.said() == "CONNACK present | PUBLISH u=y q1 #3");
}

TEST_CASE_METHOD(Fixture, "F14: a will that is not allowed is none, at CONNECT and when it is published") {
  rules.unwritten = {"t"};
  auto& reader = world.client("r").connect();
  reader.subscribe(1, "#");
  reader.said();
  world.client("a").connect({.will_topic = "t", .will_payload = "gone"}).drop();
  auto& later = world.client("b").connect({.will_topic = "u", .will_payload = "gone"});
  CHECK(reader.said().empty());
  rules.unwritten = {"t", "u"};
  world.review();
  later.drop();
  CHECK(reader.said().empty());
  CHECK(counted(core::Metric::wills_denied) == 2);
}

TEST_CASE_METHOD(Fixture,
                 "F11: rules that changed hold for subscriptions that are there, and for waiting replays") {
  rules.is_lax = true;
  auto& writer = world.client("w").connect();
  auto& reader = world.client("r").connect();
  reader.subscribe(1, "t");
  reader.said();
  rules.is_lax = false;
  rules.unread = {"t"};
  world.review();
  writer.publish("t", "x");
  CHECK(reader.said().empty());
  rules.unread.clear();
  world.review();
  writer.publish("t", "y");
  CHECK(reader.said() == "PUBLISH t=y");
}

TEST_CASE_METHOD(
    Fixture,
    "F7: a retained message whose reader has lost the right is not delivered to a new subscription") {
  world.client("w").connect().publish("t", "kept", 0, 0, true);
  auto& reader = world.client("r").connect();
  rules.unread = {"t"};
  world.review();
  reader.said();
  reader.subscribe(1, "t");
  CHECK(reader.said() == "SUBACK 1: 0");
}

TEST_CASE_METHOD(Fixture, "what waited in a queue when the right was lost is not delivered") {
  auto& reader = world.client("r").connect(lasting);
  reader.subscribe(1, "#", 1);
  reader.drop();
  auto& writer = world.client("w").connect();
  writer.publish("t", "x", 1, 7);
  writer.publish("u", "y", 1, 8);
  rules.unread = {"t"};
  world.review();
  keep_all();
  reader.said();
  reader.connect(lasting);
  keep_all();
  CHECK(reader.said() == "CONNACK present | PUBLISH u=y q1 #4");
  reader.send_in(mqtt::Puback{4});
  keep_all();
  for (const auto& session : journal.restored().sessions) CHECK(session.messages.empty());
}

TEST_CASE_METHOD(Fixture, "F16: with a removed user go connection, session, queue and will") {
  auto& watcher = world.client("watcher").connect();
  watcher.subscribe(1, "will");
  auto& online = world.client("online").connect(
      {.clean = false, .will_topic = "will", .will_payload = "x", .user = "ann"});
  auto& away = world.client("away").connect(lasting_ann);
  away.subscribe(1, "t", 1);
  away.drop();
  auto& other = world.client("other").connect(lasting_bob);
  watcher.publish("t", "x", 1, 7);
  keep_all();
  online.said(), other.said(), watcher.said();
  rules.standings = {{"ann", Standing::gone}};
  world.review();
  keep_all();
  CHECK(online.said() == "CLOSED user_removed");
  CHECK(other.said().empty());
  CHECK(watcher.said().empty());
  CHECK(world.broker.session_count() == 2);
  CHECK(journal.restored().sessions.size() == 1);
  CHECK(journal.restored().wills.empty());
  CHECK(counted(core::Metric::sessions_revoked) == 2);
}

TEST_CASE_METHOD(Fixture, "who was proven by TLS is not what a password's user of that name is") {
  auto& gate = world.client("gate").connect(certified_ann);
  auto& other = world.client("other").connect(lasting_ann);
  keep_all();
  gate.said(), other.said();
  rules.standings = {{"ann", Standing::gone}};
  world.review();
  CHECK(gate.said().empty());
  CHECK(other.said() == "CLOSED user_removed");
}

TEST_CASE_METHOD(Fixture,
                 "who was proven by TLS has session and will over a restart without a line in a file") {
  auto& gate = world.client("gate").connect(certified_ann);
  gate.subscribe(1, "t", 1);
  gate.drop();
  world.client("w").connect({.will_topic = "t",
                             .will_payload = "x",
                             .will_qos = mqtt::Qos::at_least_once,
                             .user = "ann",
                             .proof = core::Proof::tls});
  keep_all();
  rules.standings = {{"ann", Standing::gone}};
  MemoryJournal second;
  World next({}, &second, &rules);
  for (const auto& each : journal.restored().sessions)
    second.start_session(each.key, core::kept_client({each.client_id, each.user, each.proof}));
  for (const auto& each : journal.restored().wills) second.set_will(each.key, each.client_id, *each.message);
  next.restore(journal.restored());
  next.keep();
  auto& back = next.client("gate").connect(certified_ann);
  next.keep();
  CHECK(back.said() == "CONNACK present | PUBLISH t=x q1 #2");
}

TEST_CASE_METHOD(Fixture,
                 "whose password has changed is disconnected and finds the session when it comes back") {
  auto& client = world.client("c").connect(lasting_ann);
  keep_all();
  client.said();
  rules.standings = {{"ann", Standing::changed}};
  world.review();
  CHECK(client.said() == "CLOSED credentials_changed");
  client.connect(lasting_ann);
  keep_all();
  CHECK(client.said() == "CONNACK present");
}

TEST_CASE_METHOD(Fixture, "a review of many sessions takes many turns, and new clients come in meanwhile") {
  for (int i = 0; i < 1000; ++i) world.client("c" + std::to_string(i)).connect();
  CHECK(world.review() >= 10);
}

TEST_CASE_METHOD(Fixture, "F15: another user cannot take a session over, and its owner is not disturbed") {
  auto& ann = world.client("c").connect(lasting_ann);
  keep_all();
  ann.said();
  auto& thief = world.client("c").connect(lasting_bob);
  CHECK(thief.said() == "CONNACK refused 0x87 | CLOSED not_authorized");
  auto& nobody = world.client("c").connect();
  CHECK(nobody.said() == "CONNACK refused 0x87 | CLOSED not_authorized");
  CHECK(ann.said().empty());
  CHECK(ann.is_open());
  auto& again = world.client("c").connect(lasting_ann);
  keep_all();
  CHECK(again.said() == "CONNACK present");
}

TEST_CASE_METHOD(Fixture, "an anonymous client's session gives way to a user's, who gets nothing of it") {
  auto& nobody = world.client("c").connect(lasting);
  nobody.subscribe(1, "t", 1);
  keep_all();
  nobody.said();
  auto& ann = world.client("c").connect(lasting_ann);
  keep_all();
  CHECK(nobody.said() == "CLOSED session_taken_over");
  CHECK(ann.said() == "CONNACK");
}

TEST_CASE_METHOD(Fixture, "a session and a will remember their user over a restart") {
  auto& reader = world.client("r").connect(lasting_ann);
  reader.subscribe(1, "#", 1);
  world.client("w").connect(
      {.will_topic = "t", .will_payload = "x", .will_qos = mqtt::Qos::at_least_once, .user = "bob"});
  keep_all();
  const core::Restored restored = journal.restored();

  CHECK(restored.sessions.at(0).user == "ann");
  CHECK(restored.wills.size() == 1);
  CHECK(restored.wills.at(0).user == "bob");
  CHECK(restored.wills.at(0).client_id == "w");
}

TEST_CASE_METHOD(Fixture,
                 "what belongs to a user who was removed while the broker was down is not restored") {
  auto& reader = world.client("r").connect(lasting_bob);
  reader.subscribe(1, "#", 1);
  world.client("a").connect(lasting_ann);
  world.client("w").connect(
      {.will_topic = "t", .will_payload = "x", .will_qos = mqtt::Qos::at_least_once, .user = "ann"});
  keep_all();
  rules.standings = {{"ann", Standing::gone}};
  const core::Restored restored = journal.restored();
  MemoryJournal second;
  for (const auto& each : restored.sessions)
    second.start_session(each.key, core::kept_client({each.client_id, each.user}));
  for (const auto& each : restored.wills) second.set_will(each.key, each.client_id, *each.message);
  second.post();
  World next({}, &second, &rules);
  next.restore(restored);
  next.keep();
  CHECK(next.broker.session_count() == 1);
  CHECK(second.restored().sessions.size() == 1);
  CHECK(second.restored().wills.empty());
  auto& back = next.client("r").connect(lasting_bob);
  next.keep();
  CHECK(back.said() == "CONNACK present");
}
