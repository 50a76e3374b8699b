// SPDX-License-Identifier: Apache-2.0
#include "broker/core/out_queue.h"

#include <string>

#include <catch2/catch.hpp>

using core::Limits;
using core::MessageRef;
using core::OutQueue;
using mqtt::Qos;

namespace {

MessageRef message(std::string_view payload, Qos qos) {
  return MessageRef::make({.topic = "t", .payload = base::as_bytes(payload), .qos = qos});
}

/// What comes out, oldest first, with the window open.
std::string drained(OutQueue& queue) {
  std::string text;
  while (const OutQueue::Item* item = queue.front(true)) {
    text += base::as_text(item->message->payload());
    queue.pop(item);
  }
  return text;
}

}  // namespace

TEST_CASE("a queue gives back in order across both kinds") {
  OutQueue queue;
  const Limits limits;
  for (const char* each : {"a", "b", "c", "d"}) {
    const Qos qos = each[0] % 2 == 0 ? Qos::at_least_once : Qos::at_most_once;
    CHECK_FALSE(queue.push(message(each, qos), qos, limits).is_new);
  }
  CHECK(drained(queue) == "abcd");
  CHECK(queue.empty());
}

TEST_CASE("with the window shut only QoS 0 may go") {
  OutQueue queue;
  const Limits limits;
  queue.push(message("1", Qos::at_least_once), Qos::at_least_once, limits);
  CHECK(queue.front(false) == nullptr);
  queue.push(message("0", Qos::at_most_once), Qos::at_most_once, limits);
  CHECK(base::as_text(queue.front(false)->message->payload()) == "0");
  CHECK(base::as_text(queue.front(true)->message->payload()) == "1");
}

TEST_CASE("at the limit the oldest QoS 0 makes room, then the new message is dropped") {
  OutQueue queue;
  Limits limits;
  limits.queued_messages = 3;
  queue.push(message("1", Qos::at_least_once), Qos::at_least_once, limits);
  queue.push(message("a", Qos::at_most_once), Qos::at_most_once, limits);
  queue.push(message("b", Qos::at_most_once), Qos::at_most_once, limits);
  CHECK(queue.push(message("2", Qos::at_least_once), Qos::at_least_once, limits).qos0 == 1);
  CHECK(queue.push(message("3", Qos::at_least_once), Qos::at_least_once, limits).qos0 == 1);
  const auto dropped = queue.push(message("4", Qos::at_least_once), Qos::at_least_once, limits);
  CHECK(dropped.is_new);
  CHECK(queue.push(message("c", Qos::at_most_once), Qos::at_most_once, limits).is_new);
  CHECK(drained(queue) == "123");
}

TEST_CASE("the limit in bytes counts what a message costs, and one that can never fit is dropped alone") {
  OutQueue queue;
  Limits limits;
  const std::string big(1000, 'x');
  limits.queued_bytes = 2 * message(big, Qos::at_least_once)->bytes();
  CHECK_FALSE(queue.push(message(big, Qos::at_least_once), Qos::at_least_once, limits).is_new);
  CHECK_FALSE(queue.push(message(big, Qos::at_least_once), Qos::at_least_once, limits).is_new);
  CHECK(queue.push(message("", Qos::at_least_once), Qos::at_least_once, limits).is_new);
  queue.clear();
  const std::string huge(3000, 'x');
  CHECK(queue.push(message(huge, Qos::at_least_once), Qos::at_least_once, limits).is_new);
  CHECK(queue.empty());
}

TEST_CASE("QoS 0 leaves with the connection") {
  OutQueue queue;
  const Limits limits;
  queue.push(message("a", Qos::at_most_once), Qos::at_most_once, limits);
  queue.push(message("1", Qos::at_least_once), Qos::at_least_once, limits);
  queue.push(message("b", Qos::at_most_once), Qos::at_most_once, limits);
  queue.drop_qos0();
  CHECK(drained(queue) == "1");
}

TEST_CASE("a message that would not fit without any QoS 0 either makes none of them go") {
  OutQueue queue;
  Limits limits;
  limits.queued_bytes = 400;
  queue.push(message(std::string(200, 'a'), Qos::at_least_once), Qos::at_least_once, limits);
  queue.push(message("b", Qos::at_most_once), Qos::at_most_once, limits);
  const OutQueue::Dropped dropped =
      queue.push(message(std::string(200, 'c'), Qos::at_least_once), Qos::at_least_once, limits);
  CHECK(dropped.is_new);
  CHECK(dropped.qos0 == 0);
  CHECK(queue.size() == 2);
  const OutQueue::Dropped smaller =
      queue.push(message(std::string(170, 'd'), Qos::at_least_once), Qos::at_least_once, limits);
  CHECK_FALSE(smaller.is_new);
  CHECK(smaller.qos0 == 1);
}
