// SPDX-License-Identifier: Apache-2.0
#include "broker/app/forwarding.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/support/memory_journal.h"

using app::Forwarding;
using app::Inbox;

namespace {

mqtt::Publish message(std::string_view topic, std::string_view payload) {
  return {.topic = topic, .payload = base::as_bytes(payload), .qos = mqtt::Qos::at_least_once};
}

void forward(Forwarding& forwarding, const mqtt::Publish& publish, core::Stamp stamp) {
  base::Arena turn(4096);
  core::Outgoing outgoing(publish, turn);
  forwarding.forward(outgoing, stamp);
}

/// What the mail brings, in words.
std::string read(Inbox& inbox) {
  std::string text;
  for (const app::Mail& mail : inbox.drain()) {
    std::get<app::Forward>(mail).batch->each([&](const core::Forwarded& forwarded) {
      const auto& [publish, frame, stamp, shared, is_named] = forwarded;
      CHECK(bool(shared) == publish.retain);
      CHECK(frame.empty() == publish.retain);
      text += std::string(publish.topic) + "=" + std::string(base::as_text(publish.payload)) + " q" +
              std::to_string(static_cast<int>(publish.qos)) + (publish.retain ? " retain" : "") +
              (stamp == 0 ? "" : " @" + std::to_string(stamp)) + (is_named ? " named" : "") + "|";
    });
    text += "/";
  }
  return text;
}

}  // namespace

TEST_CASE("messages go to who is interested, retained ones to everybody, in one batch and in order") {
  net::Loop loop;
  Inbox keen(loop, [] {}), idle(loop, [] {});
  keen.interest.add("a/#");
  Forwarding forwarding(0, nullptr);
  forwarding.add(1, keen);
  forwarding.add(1, idle);
  forward(forwarding, message("a/b", "1"), 0);
  forward(forwarding, message("c", "2"), 0);
  auto kept = message("r", "3");
  kept.retain = true;
  forward(forwarding, kept, 7);
  forward(forwarding, message("a/b", ""), 0);
  CHECK(read(keen).empty());  // not before the flush
  forwarding.post();
  forwarding.post();  // nothing is left
  CHECK(read(keen) == "a/b=1 q1|r=3 q1 retain @7|a/b= q1|/");
  CHECK(read(idle) == "r=3 q1 retain @7|/");
}

TEST_CASE("unread mail raises the mark until it is read") {
  net::Loop loop;
  Inbox inbox(loop, [] {});
  inbox.interest.add("#");
  Forwarding forwarding(0, nullptr);
  forwarding.add(1, inbox);
  const std::string payload(100'000, 'x');
  const auto forward_many = [&](int count) {
    for (int i = 0; i < count; ++i) forward(forwarding, message("t", payload), 0);
    forwarding.post();
  };
  forward_many(10);
  CHECK_FALSE(forwarding.is_any_above_mark());
  forward_many(90);
  CHECK(forwarding.is_any_above_mark());
  CHECK(inbox.drain().size() == 2);
  CHECK_FALSE(forwarding.is_any_above_mark());
}

TEST_CASE("what is for spelled-out levels goes to who has such a filter, and says so") {
  net::Loop loop;
  Inbox spelled(loop, [] {}), wild(loop, [] {});
  spelled.interest.add("a/+/!1");
  wild.interest.add("a/#");
  Forwarding forwarding(0, nullptr);
  forwarding.add(1, spelled);
  forwarding.add(2, wild);
  base::Arena turn(4096);
  core::Outgoing outgoing(message("a/b/!1", "x"), turn);
  outgoing.to_named();
  forwarding.forward(outgoing, 0);
  forwarding.post();
  CHECK(read(spelled) == "a/b/!1=x q1 named|/");
  CHECK(read(wild).empty());
  CHECK(forwarding.wants_named("a/c/!1"));
  CHECK_FALSE(forwarding.wants_named("a/c/!2"));
  CHECK(forwarding.wants_below("a"));
  CHECK_FALSE(forwarding.wants_below("b"));
}

TEST_CASE("the journal keeps what lasting sessions elsewhere may want at QoS 1 and 2, with rising numbers") {
  net::Loop loop;
  Inbox lasting(loop, [] {}), fleeting(loop, [] {});
  for (Inbox* inbox : {&lasting, &fleeting}) inbox->interest.add("#");
  lasting.lasting.add("kept/#");
  support::MemoryJournal journal;
  Forwarding forwarding(0, &journal);
  forwarding.add(1, lasting);
  forwarding.add(2, fleeting);
  forward(forwarding, message("kept/1", "x"), 0);
  forward(forwarding, message("other", "x"), 0);
  auto at_most_once = message("kept/2", "x");
  at_most_once.qos = mqtt::Qos::at_most_once;
  forward(forwarding, at_most_once, 0);
  forwarding.post();
  forward(forwarding, message("kept/3", "x"), 0);
  forwarding.post();
  CHECK(journal.told() == std::vector<std::string>{"forward 1 1 kept/1", "forward 1 2 kept/3"});
  std::vector<std::uint64_t> last_numbers;
  for (const app::Mail& mail : lasting.drain())
    last_numbers.push_back(std::get<app::Forward>(mail).batch->last_number);
  CHECK(last_numbers == std::vector<std::uint64_t>{1, 2});
  CHECK(std::get<app::Forward>(fleeting.drain().front()).batch->last_number == 0);
}

TEST_CASE("a retained message is one object on all workers") {
  net::Loop loop;
  Inbox first(loop, [] {}), second(loop, [] {});
  Forwarding forwarding(0, nullptr);
  forwarding.add(1, first);
  forwarding.add(2, second);
  auto retained = message("r", "x");
  retained.retain = true;
  base::Arena turn(4096);
  core::Outgoing outgoing(retained, turn);
  forwarding.forward(outgoing, 7);
  forwarding.post();
  const core::Message* own = &*outgoing.keep();
  for (Inbox* inbox : {&first, &second}) {
    std::get<app::Forward>(inbox->drain().front()).batch->each([&](const core::Forwarded& forwarded) {
      const core::MessageRef& shared = forwarded.shared;
      CHECK(&*shared == own);
    });
  }
}

TEST_CASE("a client's packets cross byte for byte, side by side, and are passed on as they are") {
  net::Loop loop;
  Inbox inbox(loop, [] {});
  inbox.interest.add("#");
  Forwarding forwarding(0, nullptr);
  forwarding.add(1, inbox);
  base::Arena turn(4096);
  // QoS 1, topic "t", id 7 and 8, payload "x" and "yz"; the second is said to be sent again.
  std::vector<std::uint8_t> first{0x32, 6, 0, 1, 't', 0, 7, 'x'}, second{0x3a, 7, 0, 1, 't', 0, 8, 'y', 'z'};
  for (std::vector<std::uint8_t>* packet : {&first, &second}) {
    const base::Bytes payload = base::Bytes(*packet).subspan(7);
    core::Outgoing outgoing(message("t", base::as_text(payload)), *packet, turn);
    forwarding.forward(outgoing, 0);
  }
  forwarding.post();
  const auto mail = inbox.drain();
  std::vector<std::uint8_t> sent;
  const std::uint8_t* end = nullptr;
  std::get<app::Forward>(mail.front()).batch->each([&](const core::Forwarded& forwarded) {
    core::Outgoing outgoing(forwarded.publish, forwarded.frame, turn);
    const core::Form& form = outgoing.form({.qos = mqtt::Qos::at_least_once, .packet_id = 0x0102});
    CHECK(form.head.data() == forwarded.frame.data());
    CHECK((end == nullptr || end == form.head.data()));
    end = form.head.data() + form.head.size();
    sent.insert(sent.end(), form.head.begin(), form.head.end());
  });
  CHECK(sent == std::vector<std::uint8_t>{0x32, 6, 0, 1, 't', 1, 2, 'x', 0x32, 7, 0, 1, 't', 1, 2, 'y', 'z'});
}

TEST_CASE("a batch that nothing refers to any more is used again, empty") {
  net::Loop loop;
  Inbox inbox(loop, [] {});
  std::unique_ptr<app::ForwardBatch> batch = inbox.blank();
  const app::ForwardBatch* before = batch.get();
  base::Arena turn(4096);
  batch->add(core::Outgoing(message("t", "x"), turn));
  batch->last_number = 3;
  inbox.give_back(std::move(batch));
  batch = inbox.blank();
  CHECK(batch.get() == before);
  CHECK(batch->empty());
  CHECK(batch->bytes() == 0);
  CHECK(batch->last_number == 0);
}

TEST_CASE("a batch as large as a burst's is not kept") {
  net::Loop loop;
  Inbox inbox(loop, [] {});
  std::unique_ptr<app::ForwardBatch> batch = inbox.blank();
  base::Arena turn(4096);
  batch->add(core::Outgoing(message("t", std::string(2'000'000, 'x')), turn));
  inbox.give_back(std::move(batch));
  CHECK(inbox.blank()->capacity() == 0);
}
