// SPDX-License-Identifier: Apache-2.0
// The check behind the torture test: it sees each fault and takes nothing for one that is none.
#include "tests/durability/checker.h"

#include <initializer_list>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace durability {
namespace {

constexpr ClientNumber reader = 1;

/// A lasting session that has subscribed to "t/#", and one publisher, 7.
struct Story {
  Checker checker;
  std::uint32_t last = 0;

  explicit Story(int granted = 2) {
    connect();
    subscribe("t/#", granted);
  }
  void connect(bool is_clean = false, bool is_present = false) {
    checker.connecting(reader, is_clean);
    checker.connected(reader, is_present);
  }
  void subscribe(std::string_view filter, int granted) {
    checker.subscribing(reader, filter);
    checker.subscribed(reader, filter, granted);
  }
  void unsubscribe(std::string_view filter) {
    checker.unsubscribing(reader, filter);
    checker.unsubscribed(reader, filter);
  }
  Publication send(int qos = 2, const std::string& topic = "t/a") {
    Publication publication{.name = {7, ++last}, .topic = topic, .qos = qos};
    checker.publishing(publication);
    return publication;
  }
  Publication publish(int qos = 2, const std::string& topic = "t/a") {
    Publication publication = send(qos, topic);
    checker.acknowledged(publication.name);
    return publication;
  }
  void arrive(const Publication& publication, int qos, bool is_retained = false) {
    checker.arrived(reader, {publication.topic, payload_of(publication), qos, is_retained});
  }
  Publication retain(std::size_t bytes, bool is_acknowledged = true) {
    Publication publication{.name = {7, ++last}, .topic = "r/a", .is_retained = true, .bytes = bytes};
    checker.publishing(publication);
    if (is_acknowledged) checker.acknowledged(publication.name);
    return publication;
  }
  std::vector<std::string> faults() const {
    std::vector<std::string> names;
    for (const Fault& fault : checker.close()) names.emplace_back(name_of(fault.kind));
    return names;
  }
  bool is_retained_right(const std::string& value) const {
    return checker
        .judge_retained(value.empty() ? std::map<std::string, std::string>{}
                                      : std::map<std::string, std::string>{{"r/a", value}})
        .empty();
  }
};

using Names = std::vector<std::string>;

TEST_CASE("checker: what arrives once and in order is right") {
  Story story;
  const Publication first = story.publish();
  const Publication second = story.publish();
  story.arrive(first, 2);
  story.arrive(second, 2);
  CHECK(story.faults().empty());
}

TEST_CASE("checker: an acknowledged message that never arrives is lost") {
  Story story;
  story.publish(1);
  story.publish(2);
  CHECK(story.faults() == Names{"lost", "lost"});
}

TEST_CASE("checker: what was not acknowledged may be missing, but not come twice at QoS 2") {
  Story story;
  const Publication sent = story.send();
  CHECK(story.faults().empty());
  story.arrive(sent, 2);
  CHECK(story.faults().empty());
  story.arrive(sent, 2);
  CHECK(story.faults() == Names{"doubled"});
}

TEST_CASE("checker: QoS 1 may come again, QoS 2 may not") {
  Story story;
  const Publication message = story.publish();
  story.arrive(message, 1);
  story.arrive(message, 1);
  CHECK(story.faults().empty());
  story.arrive(message, 2);
  CHECK(story.faults() == Names{"doubled"});
}

TEST_CASE("checker: QoS 0 that was sent once may not come twice") {
  Story story;
  const Publication message = story.send(0);
  story.arrive(message, 0);
  story.arrive(message, 0);
  CHECK(story.faults() == Names{"doubled"});
}

TEST_CASE("checker: at QoS 0 a QoS 2 message may come again when the broker was killed before it answered") {
  Story story;
  const Publication before = story.publish(2);  // acknowledged before the kill
  const Publication under_way = story.send(2);
  story.arrive(before, 0);
  story.arrive(under_way, 0);
  story.checker.killed();
  story.arrive(under_way, 0);
  CHECK(story.faults().empty());
  story.arrive(before, 0);
  CHECK(story.faults() == Names{"doubled"});
}

TEST_CASE("checker: the same holds for a clean session, but not for one that lasts") {
  for (const bool is_clean : {true, false}) {
    Story story;
    if (is_clean) story.connect(true);
    if (is_clean) story.subscribe("t/#", 2);
    const Publication under_way = story.send(2);
    story.arrive(under_way, 2);
    story.checker.killed();
    story.connect(is_clean, !is_clean);
    if (is_clean) story.subscribe("t/#", 2);
    story.arrive(under_way, 2);
    CHECK(story.faults() == (is_clean ? Names{} : Names{"doubled"}));
  }
}

TEST_CASE("checker: what came at QoS 1 before the kill may come at QoS 2 behind it, once") {
  Story story;
  const Publication under_way = story.send(2);
  story.arrive(under_way, 1);
  story.checker.killed();
  story.subscribe("t/#", 2);
  story.arrive(under_way, 2);
  CHECK(story.faults().empty());
  story.arrive(under_way, 2);
  CHECK(story.faults() == Names{"doubled"});
}

TEST_CASE("checker: a first arrival behind a later message is out of order") {
  Story story;
  const Publication first = story.publish(1);
  const Publication second = story.publish(1);
  story.arrive(second, 1);
  story.arrive(first, 1);
  CHECK(story.faults() == Names{"reordered"});
}

TEST_CASE("checker: repetition is no disorder, and topics and QoS have an order each") {
  Story story;
  const Publication first = story.publish(1);
  const Publication other_topic = story.publish(1, "t/b");
  const Publication other_qos = story.publish(2);
  const Publication last = story.publish(1);
  for (const Publication& message : {other_qos, other_topic, first, last, first}) story.arrive(message, 1);
  CHECK(story.faults().empty());
}

TEST_CASE("checker: a repetition of what was sent before the subscription is in no order") {
  Story story;
  const Publication first = story.send(1, "u/a");
  story.subscribe("u/#", 1);
  const Publication second = story.publish(1, "u/a");
  story.arrive(second, 1);
  story.arrive(first, 1);
  CHECK(story.faults().empty());
}

TEST_CASE("checker: an altered payload or topic shows, and is no arrival") {
  Story story;
  const Publication message = story.publish();
  std::string payload = payload_of(message);
  payload.back() = static_cast<char>(payload.back() ^ 1);
  story.checker.arrived(reader, {message.topic, payload, 2, false});
  story.checker.arrived(reader, {"t/b", payload_of(message), 2, false});
  story.checker.arrived(reader, {message.topic, payload_of(message).substr(0, 20), 2, false});
  CHECK(story.faults() == Names{"altered", "altered", "altered", "lost"});
}

TEST_CASE("checker: a message that nobody has published is seen") {
  Story story;
  story.arrive({.name = {8, 1}, .topic = "t/a"}, 2);
  CHECK(story.faults() == Names{"altered"});
}

TEST_CASE("checker: only a subscription acknowledged before the sending is owed something") {
  Story story;
  story.checker.subscribing(reader, "u/#");
  story.publish(1, "u/a");
  story.checker.subscribed(reader, "u/#", 1);
  CHECK(story.faults().empty());
  story.publish(1, "u/a");
  CHECK(story.faults() == Names{"lost"});
}

TEST_CASE("checker: a subscription at QoS 0 is owed nothing") {
  Story story(0);
  story.publish();
  CHECK(story.faults().empty());
}

TEST_CASE("checker: what was acknowledged before UNSUBSCRIBE is owed all the same") {
  Story story;
  story.publish();
  story.unsubscribe("t/#");
  CHECK(story.faults() == Names{"lost"});
}

TEST_CASE("checker: what is sent while an UNSUBSCRIBE is under way may come or not") {
  Story story;
  story.checker.unsubscribing(reader, "t/#");
  const Publication message = story.publish();
  CHECK(story.faults().empty());
  story.arrive(message, 2);
  CHECK(story.faults().empty());
}

TEST_CASE("checker: a subscription that comes back after its UNSUBACK is seen") {
  Story story;
  const Publication before = story.publish();
  story.unsubscribe("t/#");
  const Publication behind = story.publish();
  story.arrive(before, 2);
  CHECK(story.faults().empty());
  story.arrive(behind, 2);
  CHECK(story.faults() == Names{"stray"});
}

TEST_CASE("checker: a forgotten session is seen, and so is one back from the dead") {
  Story story;
  story.connect(false, true);
  CHECK(story.faults().empty());
  story.connect(false, false);
  CHECK(story.faults() == Names{"wrong session"});
  story.connect(true, false);
  story.connect(false, true);
  CHECK(story.faults() == Names{"wrong session", "wrong session"});
  story.connect(true, true);
  CHECK(story.faults().size() == 3);
}

TEST_CASE("checker: a session whose CONNACK never came may be there or not") {
  for (const bool is_present : {false, true}) {
    Checker checker;
    checker.connecting(reader, false);
    checker.connecting(reader, false);
    checker.connected(reader, is_present);
    CHECK(checker.close().empty());
    checker.connecting(reader, true);
    checker.connecting(reader, false);
    checker.connected(reader, is_present);
    CHECK(checker.close().empty());
  }
}

TEST_CASE("checker: a clean session ends what was owed, and what comes of it later is stray") {
  Story story;
  const Publication message = story.publish();
  story.connect(true, false);
  CHECK(story.faults().empty());
  story.connect(false, false);
  story.arrive(message, 2);
  CHECK(story.faults() == Names{"stray"});
}

TEST_CASE("checker: a clean CONNECT that was never answered may have ended what was owed") {
  Story story;
  story.publish();
  story.checker.connecting(reader, true);
  CHECK(story.faults().empty());
  story.connect(false, true);
  CHECK(story.faults().empty());
}

TEST_CASE("checker: what a session was given before it ended its successor may be given too") {
  Story story;
  const Publication message = story.send(2);
  story.arrive(message, 2);
  story.connect(true, false);
  story.subscribe("t/#", 2);
  story.arrive(message, 2);
  CHECK(story.faults().empty());
  story.arrive(message, 2);
  CHECK(story.faults() == Names{"doubled"});
}

TEST_CASE("checker: a clean session is owed nothing") {
  Story story;
  story.connect(true, false);
  story.subscribe("t/#", 2);
  story.publish();
  CHECK(story.faults().empty());
}

TEST_CASE("checker: the messages of a forgotten session are still owed") {
  Story story;
  story.connect(false, false);
  story.publish();
  CHECK(story.faults() == Names{"wrong session", "lost"});
}

TEST_CASE("checker: retained is the last acknowledged value or a later one") {
  Story story;
  const std::string old_value = payload_of(story.retain(32));
  const std::string value = payload_of(story.retain(32));
  CHECK(story.is_retained_right(value));
  CHECK_FALSE(story.is_retained_right(old_value));
  CHECK_FALSE(story.is_retained_right(""));
  const std::string later = payload_of(story.retain(32, false));
  CHECK(story.is_retained_right(value));
  CHECK(story.is_retained_right(later));
  CHECK_FALSE(story.is_retained_right(old_value));
}

TEST_CASE("checker: of one publisher's values under way the later one counts") {
  Story story;
  const Publication first = story.retain(32, false);
  const Publication second = story.retain(32);
  story.checker.acknowledged(first.name);
  CHECK_FALSE(story.is_retained_right(payload_of(first)));
  CHECK(story.is_retained_right(payload_of(second)));
}

TEST_CASE("checker: another publisher's value counts behind the acknowledgement") {
  Story story;
  const Publication first = story.retain(32);
  const Publication other{.name = {8, 1}, .topic = "r/a", .is_retained = true};
  story.checker.publishing(other);
  CHECK(story.is_retained_right(payload_of(first)));
  story.checker.acknowledged(other.name);
  CHECK_FALSE(story.is_retained_right(payload_of(first)));
  CHECK(story.is_retained_right(payload_of(other)));
}

TEST_CASE("checker: a cleared retained message stays cleared") {
  Story story;
  const std::string value = payload_of(story.retain(32));
  story.retain(0);
  CHECK(story.is_retained_right(""));
  CHECK_FALSE(story.is_retained_right(value));
}

TEST_CASE("checker: a clearing that was not acknowledged may have happened") {
  Story story;
  const std::string value = payload_of(story.retain(32));
  story.retain(0, false);
  CHECK(story.is_retained_right(""));
  CHECK(story.is_retained_right(value));
}

TEST_CASE("checker: a retained message of a topic that was never set is seen") {
  const Story story;
  CHECK_FALSE(story.is_retained_right("whatever"));
}

TEST_CASE("checker: replays of retained messages are neither doubled nor owed") {
  Story story;
  const Publication older = story.retain(32);
  story.subscribe("r/#", 2);
  const Publication message = story.retain(32);
  story.arrive(older, 2, true);
  story.arrive(message, 2);
  story.arrive(message, 2, true);
  CHECK(story.faults().empty());
}

}  // namespace
}  // namespace durability
