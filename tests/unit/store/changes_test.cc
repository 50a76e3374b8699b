// SPDX-License-Identifier: Apache-2.0
// What is left to be written of several batches, and in which order.
#include "broker/store/changes.h"

#include <memory>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "broker/store/writer.h"
#include "tests/unit/store/store_fixture.h"

using mqtt::Qos;
using store::What;
using store_test::message;

namespace {

/// Batches of two workers and what they come to.
class Turns {
 public:
  store::Writer& worker(std::uint32_t worker) { return worker == 0 ? first_ : second_; }
  store::Writer& operator*() { return first_; }
  void post() { first_.post(), second_.post(); }

  /// What is to be written, a word or two for each change.
  std::string left() {
    post();
    changes_ = {};
    for (const store::Batch& batch : batches_) changes_.add(batch);
    std::string words;
    for (const store::Changes::Change& each : changes_.all()) {
      if (!each.is_void) words += (words.empty() ? "" : ", ") + word_for(each);
    }
    return words;
  }
  const store::Changes& changes() const { return changes_; }

 private:
  static std::string word_for(const store::Changes::Change& change) {
    const store::Head& head = change.record.head;
    const std::string released = change.is_released ? " released" : "";
    switch (head.what) {
      case What::queue:
        return fmt::format("queue {}/{} #{}{}", head.key, head.number, head.packet_id, released);
      case What::send:
        return fmt::format("send {}/{} #{}", head.key, head.number, head.packet_id);
      case What::release:
        return fmt::format("release {}/{}", head.key, head.number);
      case What::finish:
        return fmt::format("finish {}/{}", head.key, head.number);
      case What::retain:
      case What::keep:
        return fmt::format("{}={}", change.record.text, base::as_text(change.record.payload));
      case What::forward:
        return fmt::format("forward {}", head.number);
      case What::take:
        return fmt::format("take {}", head.number);
      default:
        return fmt::format("{} {}", static_cast<int>(head.what), head.key);
    }
  }
  store::Writer make(std::uint32_t worker) {
    return {worker, [this](store::Batch batch) { batches_.push_back(std::move(batch)); }, [] { return 1; },
            unkept_bytes_};
  }

  std::atomic<std::size_t> unkept_bytes_{0};
  std::vector<store::Batch> batches_;
  store::Writer first_ = make(0), second_ = make(1);
  store::Changes changes_;
};

std::string numbered(What what, core::SessionKey key) {
  return fmt::format("{} {}", static_cast<int>(what), key);
}

}  // namespace

TEST_CASE("a message that came and went within one set leaves nothing") {
  Turns turns;
  turns.worker(0).queue(1, {.number = 1}, message("t", "a"));
  turns.post();
  turns.worker(0).send(1, 1, 5);
  turns.worker(0).release(1, 1);
  turns.post();
  turns.worker(0).finish(1, 1);
  CHECK(turns.left().empty());
  CHECK(turns.changes().bodies().at(0).entries == 0);
  CHECK(turns.changes().cancelled() == 4);
}

TEST_CASE("only the same session's message of the same number is cancelled") {
  Turns turns;
  turns.worker(0).queue(1, {.number = 2}, message("t", "a"));
  turns.worker(0).queue(2, {.number = 1}, message("t", "a"));
  turns.worker(0).finish(1, 1);
  turns.worker(0).finish(2, 2);
  CHECK(turns.left() == "queue 1/2 #0, queue 2/1 #0, finish 1/1, finish 2/2");
  CHECK(turns.changes().cancelled() == 0);
}

TEST_CASE("a message is written as it was at the end of the set") {
  Turns turns;
  turns.worker(0).queue(1, {.number = 1}, message("t", "a"));
  turns.worker(0).send(1, 1, 5);
  turns.worker(0).send(1, 1, 6);
  turns.worker(0).queue(1, {.number = 2, .packet_id = 7}, message("t", "a"));
  turns.worker(0).release(1, 2);
  CHECK(turns.left() == "queue 1/1 #6, queue 1/2 #7 released");
}

TEST_CASE("what concerns a message of an earlier set is written") {
  Turns turns;
  turns.worker(0).send(1, 1, 5);
  turns.worker(0).release(1, 1);
  turns.worker(0).finish(1, 1);
  CHECK(turns.left() == "send 1/1 #5, release 1/1, finish 1/1");
}

TEST_CASE("an id that came in and was completed within one set leaves nothing, one more time too") {
  Turns turns;
  turns.worker(0).receive(1, 7);
  turns.worker(0).complete(1, 7);
  turns.worker(0).receive(1, 7);
  CHECK(turns.left() == numbered(What::receive, 1));
  turns.worker(0).complete(1, 7);
  CHECK(turns.left().empty());
  turns.worker(0).complete(1, 7);
  CHECK(turns.left() == numbered(What::complete, 1));
}

TEST_CASE("the last will of a session is written; a cleared one is cleared for good") {
  Turns turns;
  turns.worker(0).set_will(1, "c", *message("a", "1"));
  turns.worker(0).set_will(2, "d", *message("a", "1"));
  turns.worker(0).set_will(1, "c", *message("b", "2"));
  CHECK(turns.left() == numbered(What::set_will, 2) + ", " + numbered(What::set_will, 1));
  turns.worker(0).clear_will(1);
  CHECK(turns.left() == numbered(What::set_will, 2) + ", " + numbered(What::clear_will, 1));
}

TEST_CASE("of a topic's retained messages the one with the highest stamp is written, of equals the last") {
  Turns turns;
  turns.worker(0).retain(*message("t", "old"), 1);
  turns.worker(0).retain(*message("t", "new"), 3);
  turns.worker(1).retain(*message("t", "between"), 2);
  turns.worker(0).retain(*message("u", "first"), 0);
  turns.worker(0).retain(*message("u", "second"), 0);
  CHECK(turns.left() == "t=new, u=second");
}

TEST_CASE("a clear is written, so that what is there already goes") {
  Turns turns;
  turns.worker(0).retain(*message("t", "a"), 1);
  turns.worker(0).retain(*message("t", ""), 2);
  CHECK(turns.left() == "t=");
}

TEST_CASE("what another worker has taken is not written, what it has not is") {
  Turns turns;
  const mqtt::Publish publish{.topic = "t", .payload = {}, .qos = Qos::at_least_once};
  for (std::uint64_t number = 1; number <= 3; ++number) turns.worker(0).forward(1, number, publish);
  turns.worker(1).forward(0, 1, publish);
  turns.post();
  turns.worker(1).take(0, 2);
  CHECK(turns.left() == "forward 3, forward 1, take 2");
}

TEST_CASE("a plugin's value is written once, as it was last") {
  Turns turns;
  turns.worker(0).keep("a", base::as_bytes("1"));
  turns.worker(0).keep("b", base::as_bytes("2"));
  turns.worker(0).keep("a", {});
  CHECK(turns.left() == "b=2, a=");
}

TEST_CASE("a message for several in a row is one body, and each turn has bodies of its own") {
  Turns turns;
  const core::MessageRef shared = message("t", "a"), other = message("t", "b");
  turns.worker(0).queue(1, {.number = 1}, shared);
  turns.worker(0).queue(2, {.number = 1}, shared);
  turns.worker(0).queue(1, {.number = 2}, other);
  turns.post();
  turns.worker(0).queue(1, {.number = 3}, shared);
  CHECK(turns.left() == "queue 1/1 #0, queue 2/1 #0, queue 1/2 #0, queue 1/3 #0");
  std::string bodies;
  for (const auto& each : turns.changes().all())
    bodies += base::as_text(turns.changes().bodies()[each.body].payload);
  CHECK(bodies == "aaba");
  CHECK(turns.changes().bodies().size() == 3);
}
