// SPDX-License-Identifier: Apache-2.0
#include "broker/app/forwarding.h"

#include <string>

#include <catch2/catch.hpp>

using app::Forwarding;
using app::Inbox;

namespace {

mqtt::Publish message(std::string_view topic, std::string_view payload) {
  return {.topic = topic, .payload = base::as_bytes(payload), .qos = mqtt::Qos::at_least_once};
}

/// What the mail brings, in words.
std::string read(Inbox& inbox) {
  std::string text;
  for (const app::Mail& mail : inbox.drain()) {
    std::get<app::Forward>(mail).batch->each([&](const mqtt::Publish& publish, core::Stamp stamp) {
      text += std::string(publish.topic) + "=" + std::string(base::as_text(publish.payload)) + " q" +
              std::to_string(static_cast<int>(publish.qos)) + (publish.retain ? " retain" : "") +
              (stamp == 0 ? "" : " @" + std::to_string(stamp)) + "|";
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
  Forwarding forwarding;
  forwarding.add(keen);
  forwarding.add(idle);
  forwarding.forward(message("a/b", "1"), 0);
  forwarding.forward(message("c", "2"), 0);
  auto kept = message("r", "3");
  kept.retain = true;
  forwarding.forward(kept, 7);
  forwarding.forward(message("a/b", ""), 0);
  CHECK(read(keen).empty());  // not before the flush
  forwarding.post();
  forwarding.post();  // nothing is left
  CHECK(read(keen) == "a/b=1 q1|r=3 q1 retain @7|a/b= q1|/");
  CHECK(read(idle) == "r=3 q1 retain @7|/");
}

TEST_CASE(
    "a large batch is posted before its turn ends, and unread ones raise the mark until they are read") {
  net::Loop loop;
  Inbox inbox(loop, [] {});
  inbox.interest.add("#");
  Forwarding forwarding;
  forwarding.add(inbox);
  const std::string payload(100'000, 'x');
  for (int i = 0; i < 10; ++i) forwarding.forward(message("t", payload), 0);
  CHECK_FALSE(forwarding.is_any_above_mark());
  for (int i = 0; i < 90; ++i) forwarding.forward(message("t", payload), 0);
  CHECK(forwarding.is_any_above_mark());
  CHECK(inbox.drain().size() > 30);
  CHECK_FALSE(forwarding.is_any_above_mark());
}
