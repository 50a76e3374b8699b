// SPDX-License-Identifier: Apache-2.0
// As much as the line takes of what is allowed (F21): others must hardly notice.
#include <catch2/catch.hpp>

#include "tests/hostile/siege.h"
#include "tests/hostile/sockets.h"

using hostile::Bytes;
using hostile::Siege;
using hostile::Sockets;
namespace packet_type = hostile::packet_type;

namespace {

constexpr std::size_t without_end = 1'000'000'000;

/// Of each sort: those who flood, and subscribers of what they publish.
std::size_t crowd() { return hostile::scaled(2, 4); }

std::chrono::milliseconds duration() {
  return hostile::is_full() ? std::chrono::seconds(30) : std::chrono::seconds(2);
}

/// What one adversary sends over and over.
struct Blob {
  Bytes bytes;
  /// What answers it. Where the line rate is more than a sanitizer's broker can do in time, one blob waits
  /// for the answers to the one before; 0: it never waits.
  std::size_t answer_bytes = 0;
};

bool keep_flooding(Sockets& clients, const Blob& blob) {
  if (blob.answer_bytes == 0 || hostile::is_full()) {
    for (std::size_t i = crowd(); i < clients.size(); ++i) clients.send(i, blob.bytes, without_end);
    clients.run_for(duration());
    return true;
  }
  for (const auto begin = hostile::Clock::now(); hostile::Clock::now() - begin < duration();) {
    if (!clients.run_until_answered(crowd(), blob.bytes, blob.answer_bytes)) return false;
  }
  return true;
}

/// From several clients, who read their answers, beside subscribers of flood/#.
void flood(const Blob& blob, const hostile::Terms& terms = {}) {
  Siege siege(terms);
  Sockets clients(siege.port(), 2 * crowd());
  REQUIRE(clients.connect_all("f21-"));
  for (std::size_t i = 0; i < crowd(); ++i) clients.send(i, hostile::subscribe(1, {"flood/#"}, 1));
  CHECK(keep_flooding(clients, blob));
  CHECK(clients.open_count() == clients.size());
  std::size_t taken = 0;
  for (std::size_t i = crowd(); i < clients.size(); ++i) taken += clients.taken(i);
  CHECK(taken > blob.bytes.size() * crowd());
  siege.check_survived();
}

Bytes many(std::size_t count, const std::function<Bytes(std::size_t)>& make) {
  Bytes all;
  for (std::size_t i = 0; i < count; ++i) hostile::add(all, make(i));
  return all;
}

std::string numbered(std::string_view before, std::size_t number) {
  return std::string(before) + std::to_string(number);
}

}  // namespace

TEST_CASE("F21: a flood of small messages of QoS 0 to as many subscribers") {
  Bytes blob =
      many(2000, [](std::size_t i) { return hostile::publish(numbered("flood/", i % 10), "small"); });
  hostile::add(blob, hostile::pingreq());
  flood({blob, 2});
}

TEST_CASE("F21: a flood of messages of QoS 1 that are never acknowledged") {
  const auto message = [](std::size_t i) {
    return hostile::publish("flood/1", "small", {.qos = 1, .id = static_cast<std::uint16_t>(i + 1)});
  };
  flood({many(2000, message), 2000 * 4},
        {.settings = {"limits.queued_bytes=\"1MiB\""}, .allowed_mib = 2 * crowd()});
}

TEST_CASE("F21: a flood of whole exchanges of QoS 2") {
  const auto exchange = [](std::size_t i) {
    const auto id = static_cast<std::uint16_t>(i + 1);
    Bytes both = hostile::publish("elsewhere", "small", {.qos = 2, .id = id});
    hostile::add(both, hostile::ack(packet_type::pubrel, id));
    return both;
  };
  flood({many(1000, exchange), 1000 * 8});
}

TEST_CASE("F21: a flood of messages of 1 MiB") {
  flood({hostile::publish("flood/large", std::string(1U << 20U, 'x'))},
        {.settings = {"limits.queued_bytes=\"2MiB\""}, .allowed_mib = 3 * 2 * crowd()});
}

TEST_CASE("F21: a flood of topics that nobody has seen before") {
  Bytes blob = many(2000, [](std::size_t i) { return hostile::publish(numbered("nobody/asked/", i), "x"); });
  hostile::add(blob, hostile::pingreq());
  flood({blob, 2});
}

TEST_CASE("F21: a flood of PINGREQ") {
  flood({many(10'000, [](std::size_t) { return hostile::pingreq(); })});
}

TEST_CASE("F21: a flood of SUBSCRIBE and UNSUBSCRIBE") {
  const auto both = [](std::size_t i) {
    const std::vector<std::string> filters = {numbered("some/where/", i), numbered("some/+/", i) + "/#"};
    Bytes packets = hostile::subscribe(1, filters, 1);
    hostile::add(packets, hostile::unsubscribe(2, filters));
    return packets;
  };
  flood({many(500, both), 500 * (6 + 4)});
}

TEST_CASE("F21: a flood of SUBSCRIBE to ten thousand retained messages") {
  Siege siege({.allowed_mib = 5});
  Sockets owner(siege.port(), 1);
  REQUIRE(owner.connect_all("owner"));
  owner.send(0, many(10'000, [](std::size_t i) {
               return hostile::publish(numbered("kept/", i), "payload", {.retain = true});
             }));
  owner.send(0, hostile::pingreq());
  REQUIRE(owner.run_until_received(0, 2));
  Sockets clients(siege.port(), crowd());
  REQUIRE(clients.connect_all("f21-"));
  const std::vector<std::string> all = {"#", "kept/#", "+/+"};
  const Bytes question = hostile::subscribe(1, all);
  const std::size_t answer_bytes =
      4 + all.size() + all.size() * 10'000 * hostile::publish("kept/1", "payload").size();
  for (const auto begin = hostile::Clock::now(); hostile::Clock::now() - begin < duration();)
    CHECK(clients.run_until_answered(0, question, answer_bytes));
  CHECK(clients.open_count() == clients.size());
  siege.check_survived();
}

namespace {

/// The usual 2 MiB in full; taking more apart at once under the sanitizers takes longer than a round trip
/// may.
std::size_t packet_bytes() { return hostile::scaled(256U << 10U, (2U << 20U) - 10); }

/// As many of `entry` as such a packet holds.
Bytes packet_full_of(std::uint8_t first, const Bytes& entry) {
  Bytes body = {0, 1};
  while (body.size() + entry.size() < packet_bytes()) hostile::add(body, entry);
  return hostile::frame(first, body);
}

void send_once_each(const Bytes& packet, std::size_t rounds) {
  Siege siege({.allowed_mib = 20 * crowd()});  // packets, and what they are taken apart into
  Sockets clients(siege.port(), crowd());
  REQUIRE(clients.connect_all("f21-"));
  clients.send_all(packet, rounds);
  CHECK(clients.run_until_sent());
  CHECK(clients.run([&] { return clients.received(0) > 0 || clients.has_ended(0); }));
  siege.check_survived();
}

}  // namespace

TEST_CASE("F21: a packet full of filters to subscribe, half a million of them") {
  send_once_each(packet_full_of(packet_type::subscribe, {0, 1, 'a', 0}), 3);
}

TEST_CASE("F21: a packet full of different filters, two hundred thousand of them") {
  Bytes body = {0, 1};
  for (std::size_t i = 0; body.size() < packet_bytes(); ++i) {
    hostile::add_text(body, std::to_string(i));
    body.push_back(1);
  }
  send_once_each(hostile::frame(packet_type::subscribe, body), 3);
}

TEST_CASE("F21: a packet full of filters to unsubscribe, seven hundred thousand of them") {
  send_once_each(packet_full_of(packet_type::unsubscribe, {0, 1, '+'}), 3);
}

TEST_CASE("F21: one message of 2 MB to hundreds of subscribers is no second in which nobody else is served") {
  Siege siege;
  Sockets readers(siege.port(), hostile::scaled(100, 500));
  REQUIRE(readers.connect_all("f21-"));
  REQUIRE(readers.run_until_answered(0, hostile::subscribe(1, {"flood/large"}), 5));
  Sockets publisher(siege.port(), 1);
  REQUIRE(publisher.connect_all("publisher"));
  const Bytes message = hostile::publish("flood/large", std::string(2'000'000, 'x'));
  publisher.send(0, message);
  CHECK(publisher.run_until_sent());
  CHECK(readers.run([&] {
    for (std::size_t i = 0; i < readers.size(); ++i) {
      if (readers.received(i) < 5 + message.size()) return false;
    }
    return true;
  }));
  siege.check_survived();
}
