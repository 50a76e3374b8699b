// SPDX-License-Identifier: Apache-2.0
// Clients that do not take what they are owed (F30).
#include <catch2/catch.hpp>

#include "tests/hostile/siege.h"
#include "tests/hostile/sockets.h"

using hostile::Bytes;
using hostile::scaled;
using hostile::Siege;
using hostile::Sockets;

namespace {

constexpr std::size_t stalled = 20;
constexpr std::size_t message_bytes = 16 * 1024;
constexpr std::size_t without_end = 1'000'000'000;
const std::vector<std::string> small_queues = {"limits.queued_bytes=\"256KiB\""};
/// For each that stalls: its queue, what pauses it, and a message on each side of a limit.
constexpr std::size_t allowed_mib = stalled;

/// So much from one publisher at QoS 1, who must have every PUBACK.
void flow(Siege& siege, std::size_t mib) {
  const std::size_t messages = mib * 1024 * 1024 / message_bytes;
  Sockets publisher(siege.port(), 1);
  REQUIRE(publisher.connect_all("publisher"));
  publisher.send(0, hostile::publish("flow", std::string(message_bytes, 'x'), {.qos = 1}), messages);
  CHECK(publisher.run_until_received(0, 4 * messages));
}

void subscribe_all(Sockets& readers, std::uint8_t qos) {
  readers.send_all(hostile::subscribe(1, {"flow"}, qos));
  for (std::size_t i = 0; i < readers.size(); ++i) REQUIRE(readers.run_until_received(i, 5));
}

/// Whether the broker has let go of them in time; they themselves do not look. `before`: its descriptors with
/// all of them.
bool has_dropped_all(Siege& siege, Sockets& readers, std::size_t before) {
  const auto are_gone = [&] { return siege.program().open_descriptors() + readers.size() <= before; };
  return readers.run(are_gone, std::chrono::seconds(10));
}

}  // namespace

TEST_CASE("F30: twenty subscribers stop reading while messages flow, and nobody else is kept waiting") {
  for (const std::uint8_t qos : {std::uint8_t{0}, std::uint8_t{1}}) {
    Siege siege({.settings = small_queues, .allowed_mib = allowed_mib});
    Sockets readers(siege.port(), stalled);
    REQUIRE(readers.connect_all("f30-"));
    subscribe_all(readers, qos);
    for (std::size_t i = 0; i < readers.size(); ++i) readers.stop_reading(i);
    flow(siege, scaled(256, 1024));
    siege.check_survived();
  }
}

TEST_CASE("F30: subscribers that have closed their own direction and read nothing") {
  Siege siege({.settings = small_queues, .allowed_mib = allowed_mib});
  Sockets readers(siege.port(), stalled);
  REQUIRE(readers.connect_all("f30-"));
  subscribe_all(readers, 0);
  const std::size_t before = siege.program().open_descriptors();
  for (std::size_t i = 0; i < readers.size(); ++i) {
    readers.stop_reading(i);
    readers.finish(i);
  }
  CHECK(has_dropped_all(siege, readers, before));
  flow(siege, scaled(50, 1024));
  siege.check_survived();
}

TEST_CASE("F30: clients that ask and ask and never read the answers are not read either") {
  Siege siege({.settings = small_queues, .allowed_mib = allowed_mib});
  Sockets owner(siege.port(), 1);
  REQUIRE(owner.connect_all("owner"));
  owner.send(0, hostile::publish("flow", std::string(message_bytes, 'x'), {.retain = true}));
  Sockets askers(siege.port(), scaled(2, stalled));
  REQUIRE(askers.connect_all("f30-"));
  Bytes questions = hostile::pingreq();
  hostile::add(questions, hostile::subscribe(1, {"flow"}));
  hostile::add(questions, hostile::publish("elsewhere", "x", {.qos = 1}));
  hostile::add(questions, hostile::publish("elsewhere", "x", {.qos = 2}));
  Bytes blob;
  for (int i = 0; i < 100; ++i) hostile::add(blob, questions);
  for (std::size_t i = 0; i < askers.size(); ++i) askers.stop_reading(i);
  askers.send_all(blob, without_end);
  askers.run_for(hostile::is_full() ? std::chrono::seconds(30) : std::chrono::seconds(4));
  siege.check_survived();
}

TEST_CASE("F30: who takes nothing for the time a stall may last is closed, and reading slowly is no stall") {
  Siege siege({.settings = {"limits.queued_bytes=\"256KiB\"", "limits.stall_timeout=\"1s\""},
               .allowed_mib = allowed_mib});
  Sockets readers(siege.port(), stalled);
  REQUIRE(readers.connect_all("f30-"));
  subscribe_all(readers, 0);
  const std::size_t before = siege.program().open_descriptors();
  for (std::size_t i = 0; i < readers.size(); ++i) readers.stop_reading(i);
  flow(siege, 50);
  CHECK(has_dropped_all(siege, readers, before));
  siege.check_survived();
}
