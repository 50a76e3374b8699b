// SPDX-License-Identifier: Apache-2.0
// Each record of the journal, and what is there of it after a stop and a start.
#include <catch2/catch.hpp>

#include "broker/base/owner.h"
#include "tests/unit/store/store_fixture.h"

using core::Entry;
using mqtt::Qos;
using store_test::message;
using store_test::Stores;
using store_test::TemporaryDirectory;
using Lines = std::vector<std::string>;

namespace {

/// A store with a session, key 1, that nothing else has been told of.
struct OneSession {
  TemporaryDirectory directory;
  Stores stores{directory.path().string()};
  OneSession() {
    stores.open();
    stores.writer().start_session(1, "c");
  }
  std::string database() const { return directory.path("meshbroker.db"); }
};

/// The n-th client id that this worker of two owns.
std::string id_on(std::uint32_t worker) {
  for (int i = 0;; ++i) {
    std::string id = "c" + std::to_string(i);
    if (base::owner_of(id, 2) == worker) return id;
  }
}

}  // namespace

TEST_CASE("a new store holds nothing") {
  const TemporaryDirectory directory;
  Stores stores(directory.path().string());
  CHECK(stores.open().empty());
  CHECK(stores.reopened().empty());
  CHECK(stores.said().empty());
}

TEST_CASE_METHOD(OneSession, "a session is there after a stop, with its filters and their newest QoS") {
  stores.writer().subscribe(1, "b/#", Qos::at_most_once);
  stores.writer().subscribe(1, "a/+", Qos::at_least_once);
  stores.writer().subscribe(1, "a/+", Qos::exactly_once);
  stores.writer().subscribe(1, "gone", Qos::exactly_once);
  stores.writer().unsubscribe(1, "gone");
  stores.commit();
  CHECK(stores.reopened() == Lines{"session 1 c", "subscription 1 a/+ q2", "subscription 1 b/# q0"});
  CHECK(stores.restored().last_key == 1);
}

TEST_CASE_METHOD(OneSession, "a session that has ended takes all that was its own along, but not its will") {
  stores.writer().subscribe(1, "t", Qos::at_least_once);
  stores.writer().receive(1, 7);
  stores.writer().set_away(1);
  stores.writer().queue(1, {.number = 3, .packet_id = 1}, message("t", "x"));
  stores.writer().set_will(1, "c", *message("will", "w"));
  stores.commit();
  stores.writer().release(1, 3);
  stores.writer().end_session(1);
  stores.commit();
  CHECK(stores.reopened() == Lines{"will 1 c q1 will=w"});
  stores.close();
  for (const char* table : {"session", "away", "subscription", "entry", "flight", "body", "received"})
    CHECK(store_test::number_in(database(), "SELECT count(*) FROM " + std::string(table)) == 0);
}

TEST_CASE_METHOD(OneSession, "queued messages come back by their numbers, with how they are to be sent") {
  stores.writer().queue(1, {.number = 3}, message("t", "a"));
  stores.writer().queue(1, {.number = 200, .qos = Qos::exactly_once, .retain = true, .packet_id = 9},
                        message("u", std::string(5000, 'b')));
  stores.commit();
  stores.writer().queue(1, {.number = 70'000}, message("t", ""));
  stores.commit();
  CHECK(stores.reopened() == Lines{"session 1 c", "entry 1 3 q1 #0 t=a",
                                   "entry 1 200 q2 retain #9 u=" + std::string(5000, 'b'),
                                   "entry 1 70000 q1 #0 t="});
}

TEST_CASE_METHOD(OneSession, "what has become of a message since it was queued comes back with it") {
  for (core::EntryNumber number = 1; number <= 5; ++number)
    stores.writer().queue(1, {.number = number, .qos = Qos::exactly_once}, message("t", "m"));
  stores.commit();
  stores.writer().send(1, 1, 11);
  stores.writer().send(1, 2, 12);
  stores.writer().release(1, 2);
  stores.writer().send(1, 3, 13);
  stores.commit();
  stores.writer().release(1, 3);
  stores.writer().send(1, 4, 14);
  stores.writer().finish(1, 4);
  stores.commit();
  CHECK(stores.reopened() == Lines{"session 1 c", "entry 1 1 q2 #11 t=m", "entry 1 2 q2 #12 released nothing",
                                   "entry 1 3 q2 #13 released nothing", "entry 1 5 q2 #0 t=m"});
  stores.writer().finish(1, 2);
  stores.writer().finish(1, 3);
  stores.commit();
  CHECK(stores.reopened() == Lines{"session 1 c", "entry 1 1 q2 #11 t=m", "entry 1 5 q2 #0 t=m"});
}

TEST_CASE_METHOD(OneSession, "a message that was queued as sent is released under the id it had") {
  stores.writer().queue(1, {.number = 1, .qos = Qos::exactly_once, .packet_id = 5}, message("t", "m"));
  stores.commit();
  stores.writer().release(1, 1);
  stores.commit();
  CHECK(stores.reopened() == Lines{"session 1 c", "entry 1 1 q2 #5 released nothing"});
}

TEST_CASE_METHOD(OneSession, "QoS 2 ids that came in are known until they are complete") {
  stores.writer().receive(1, 65535);
  stores.writer().receive(1, 7);
  stores.writer().receive(1, 8);
  stores.commit();
  stores.writer().complete(1, 8);
  stores.commit();
  CHECK(stores.reopened() == Lines{"session 1 c", "received 1 #7", "received 1 #65535"});
}

TEST_CASE_METHOD(OneSession, "a will comes back as it was set last, unless it was cleared") {
  stores.writer().set_will(1, "c", *message("old", "o"));
  stores.writer().set_will(2, "clean", *message("w", "gone"));
  stores.commit();
  stores.writer().set_will(1, "c", *message("new", "n", Qos::exactly_once, true));
  stores.writer().clear_will(2);
  stores.writer().set_will(3, "d", *message("w", ""));
  stores.commit();
  CHECK(stores.reopened() == Lines{"session 1 c", "will 1 c q2 retain new=n", "will 3 d q1 w="});
  CHECK(stores.restored().last_key == 3);
}

TEST_CASE_METHOD(OneSession,
                 "a will that replaced an older one and was cleared in the same turn leaves none") {
  stores.writer().set_will(1, "c", *message("old", "o"));
  stores.commit();
  stores.writer().set_will(1, "c", *message("new", "n"));
  stores.writer().clear_will(1);
  stores.commit();
  CHECK(stores.reopened() == Lines{"session 1 c"});
}

TEST_CASE_METHOD(OneSession, "a plugin's value is its newest, and an empty one is none") {
  const auto bytes = [](std::string_view text) { return base::as_bytes(text); };
  stores.writer().keep("mesh/a", bytes("1"));
  stores.writer().keep("mesh/b", bytes("gone"));
  stores.writer().keep("mesh/c", bytes(std::string_view("\0\xff", 2)));
  stores.commit();
  stores.writer().keep("mesh/a", bytes("2"));
  stores.writer().keep("mesh/a", bytes("3"));
  stores.writer().keep("mesh/b", {});
  stores.commit();
  CHECK(stores.reopened() ==
        Lines{"session 1 c", "kept mesh/a 3", "kept mesh/c " + std::string("\0\xff", 2)});
}

TEST_CASE_METHOD(OneSession, "the retained message of a topic is the newest, in whichever order they come") {
  const auto retain = [this](std::string_view topic, std::string_view payload, core::Stamp stamp) {
    stores.writer().retain(*message(topic, payload, Qos::at_least_once, true), stamp);
  };
  for (const bool is_one_batch : {true, false}) {
    const std::string t = is_one_batch ? "one/" : "each/";
    const auto next = [&] {
      if (!is_one_batch) stores.commit();
    };
    retain(t + "a", "older", 1), next();
    retain(t + "a", "newer", 5), next();
    retain(t + "a", "late", 3), next();
    retain(t + "b", "set", 2), next();
    retain(t + "b", "", 6), next();
    retain(t + "b", "late", 4), next();
    retain(t + "c", "", 7), next();
    retain(t + "c", "after", 8);
    stores.commit();
  }
  CHECK(stores.reopened() == Lines{"session 1 c", "retained 5 q1 retain each/a=newer",
                                   "retained 8 q1 retain each/c=after", "retained 5 q1 retain one/a=newer",
                                   "retained 8 q1 retain one/c=after"});
  CHECK(stores.restored().last_stamp == 8);
}

TEST_CASE_METHOD(OneSession,
                 "a message for several sessions is stored once, and goes with the last of them") {
  for (core::SessionKey key = 2; key <= 3; ++key)
    stores.writer().start_session(key, "c" + std::to_string(key));
  const core::MessageRef shared = message("t", "for three");
  for (core::SessionKey key = 1; key <= 3; ++key) stores.writer().queue(key, {.number = key}, shared);
  stores.writer().queue(1, {.number = 4}, message("t", "for one"));
  stores.commit();
  const auto bodies = [this] {
    stores.close();
    return store_test::number_in(database(), "SELECT count(*) FROM body");
  };
  CHECK(bodies() == 1);
  CHECK(stores.open() == Lines{"session 1 c", "entry 1 1 q1 #0 t=for three", "entry 1 4 q1 #0 t=for one",
                               "session 2 c2", "entry 2 2 q1 #0 t=for three", "session 3 c3",
                               "entry 3 3 q1 #0 t=for three"});
  stores.writer().finish(1, 1);
  stores.writer().end_session(2);
  stores.commit();
  CHECK(bodies() == 1);
  stores.open();
  stores.writer().finish(3, 3);
  stores.commit();
  CHECK(bodies() == 0);
  CHECK(stores.open() == Lines{"session 1 c", "entry 1 4 q1 #0 t=for one", "session 3 c3"});
}

TEST_CASE("what was forwarded and not taken becomes messages of the sessions that want it, once") {
  const TemporaryDirectory directory;
  Stores stores(directory.path().string(), 2);
  stores.open();
  const std::string id = id_on(1);
  stores.writer(1).start_session(1, id);
  stores.writer(1).subscribe(1, "t/#", Qos::at_least_once);
  stores.writer(1).queue(1, {.number = 9}, message("t/9", "before"));
  const auto publish = [](std::string_view topic) {
    return mqtt::Publish{.topic = topic, .payload = base::as_bytes("p"), .qos = Qos::exactly_once};
  };
  for (std::uint64_t number = 1; number <= 3; ++number)
    stores.writer(0).forward(1, number, publish("t/" + std::to_string(number)));
  stores.writer(0).forward(1, 4, publish("unwanted"));
  stores.commit(0);
  stores.writer(1).take(0, 1);
  stores.commit(1);
  const Lines expected = {"session 1 " + id, "subscription 1 t/# q1", "entry 1 9 q1 #0 t/9=before",
                          "entry 1 10 q1 #0 t/2=p", "entry 1 11 q1 #0 t/3=p"};
  CHECK(stores.reopened() == expected);
  CHECK(stores.reopened() == expected);
}

TEST_CASE("a forward that is taken in the same transaction leaves nothing") {
  const TemporaryDirectory directory;
  Stores stores(directory.path().string(), 2);
  stores.open();
  stores.writer(0).forward(1, 1, {.topic = "t", .payload = {}, .qos = Qos::at_least_once});
  stores.writer(0).post();
  stores.writer(1).take(0, 1);
  stores.commit(1);
  stores.close();
  CHECK(store_test::number_in(directory.path("meshbroker.db"), "SELECT count(*) FROM forward") == 0);
}

TEST_CASE_METHOD(OneSession, "the time a client has been away goes on while the broker is down") {
  stores.writer().set_away(1);
  stores.commit();
  stores.now += 5000;
  stores.reopened();
  CHECK(stores.restored().sessions.at(0).away_for == std::chrono::seconds(5));
  stores.now += 5000;
  stores.reopened();
  CHECK(stores.restored().sessions.at(0).away_for == std::chrono::seconds(10));
}

TEST_CASE_METHOD(OneSession, "a client that is here again has not been away") {
  stores.writer().set_away(1);
  stores.commit();
  stores.writer().set_here(1);
  stores.commit();
  stores.now += 5000;
  stores.reopened();
  CHECK(stores.restored().sessions.at(0).away_for == base::Duration{0});
}

TEST_CASE_METHOD(OneSession, "a clock that was put back makes no session older, and none immortal") {
  stores.writer().set_away(1);
  stores.commit();
  stores.now -= 1'000'000;
  stores.reopened();
  CHECK(stores.restored().sessions.at(0).away_for == base::Duration{0});
  stores.now += 7000;
  stores.reopened();
  CHECK(stores.restored().sessions.at(0).away_for == std::chrono::seconds(7));
}

TEST_CASE_METHOD(OneSession, "a client that was connected at the end has been away since the next start") {
  stores.commit();
  stores.now += 5000;
  stores.reopened();
  CHECK(stores.restored().sessions.at(0).away_for == base::Duration{0});
  stores.now += 5000;
  stores.reopened();
  CHECK(stores.restored().sessions.at(0).away_for == std::chrono::seconds(5));
}

TEST_CASE_METHOD(OneSession, "a batch with nothing in it is none") {
  stores.commit();
  const core::Sequence sequence = stores.writer().sequence();
  stores.writer().post();
  CHECK(stores.writer().sequence() == sequence);
}
