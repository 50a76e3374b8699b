// SPDX-License-Identifier: Apache-2.0
// Before a client is one: what comes instead of a CONNECT, and what a CONNECT can be made of.
#include <random>

#include <catch2/catch.hpp>

#include "tests/hostile/siege.h"
#include "tests/hostile/sockets.h"

using hostile::Answers;
using hostile::Bytes;
using hostile::ConnectWords;
using hostile::scaled;
using hostile::Siege;
using hostile::Sockets;
namespace connect_flag = hostile::connect_flag;
namespace packet_type = hostile::packet_type;

namespace {

constexpr std::size_t sockets_at_once = 1000;

/// One byte to each socket, and the next when all are gone.
void drip(Sockets& sockets, const std::vector<Bytes>& drops, std::size_t count) {
  for (std::size_t at = 0; at < count; ++at) {
    for (std::size_t i = 0; i < sockets.size(); ++i) {
      const Bytes& mine = drops[i % drops.size()];
      if (at < mine.size()) sockets.send(i, {mine[at]});
    }
    sockets.run_until_sent();
  }
}

/// The five bytes of a fixed header that declares the most, for each of the sixteen types.
std::vector<Bytes> headers_that_declare_most() {
  std::vector<Bytes> headers;
  for (unsigned type = 0; type < 16; ++type)
    headers.push_back(hostile::header(static_cast<std::uint8_t>(type << 4U), hostile::most_declared));
  return headers;
}

std::vector<Bytes> good_connects() {
  const std::uint8_t all = connect_flag::clean_session | connect_flag::will | connect_flag::will_qos2 |
                           connect_flag::will_retain | connect_flag::user_name | connect_flag::password;
  Bytes old_version;
  hostile::add_text(old_version, "MQIsdp");
  hostile::add(old_version, {3, connect_flag::clean_session, 0, 60, 0, 1, 'o'});
  return {hostile::connect("c"), hostile::connect("a client of some length", {.keepalive_s = 60}),
          hostile::connect("w", {.flags = connect_flag::clean_session | connect_flag::will,
                                 .fields = {"will/topic", "will message"}}),
          hostile::connect("u", {.flags = all, .fields = {"will/topic", "will", "user", "secret"}}),
          hostile::frame(packet_type::connect, old_version)};
}

/// Every prefix of each CONNECT, and every bit of each turned over.
std::vector<Bytes> bent_connects() {
  std::vector<Bytes> bent;
  for (const Bytes& whole : good_connects()) {
    for (std::size_t size = 1; size < whole.size(); ++size)
      bent.emplace_back(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      bent.push_back(whole);
      bent.back()[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
  }
  return bent;
}

/// A few more bytes of one of them made anything.
Bytes battered(const std::vector<Bytes>& connects, std::mt19937& random) {
  Bytes bytes = connects[random() % connects.size()];
  for (auto changes = 1 + random() % 3; changes > 0; --changes)
    bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
  return bytes;
}

}  // namespace

TEST_CASE("F1: a declared length of 268435455 is closed after five bytes, before CONNECT and behind it") {
  Siege siege;
  {
    Sockets strangers(siege.port(), sockets_at_once);
    drip(strangers, headers_that_declare_most(), 5);
    CHECK(strangers.run_until_ended());
  }
  Sockets clients(siege.port(), sockets_at_once);
  REQUIRE(clients.connect_all("f1-"));
  drip(clients, headers_that_declare_most(), 5);
  CHECK(clients.run_until_ended());
  siege.check_survived();
}

TEST_CASE("F1: a length within the limits costs nothing until its bytes come") {
  Siege siege;
  Sockets strangers(siege.port(), sockets_at_once);
  drip(strangers, {hostile::header(packet_type::connect, 300'000)}, 4);
  Sockets clients(siege.port(), sockets_at_once);
  REQUIRE(clients.connect_all("f1-"));
  drip(clients, {hostile::header(packet_type::publish, 2'000'000)}, 4);
  strangers.send_all(Bytes(1000, 'x'));
  clients.send_all(Bytes(1000, 0));
  CHECK(strangers.run_until_sent());
  CHECK(clients.run_until_sent());
  siege.check_survived();
}

TEST_CASE("F2: a hundred thousand malformed CONNECTs leave nothing behind") {
  Siege siege({.settings = {"limits.session_expiry=\"0s\""}});
  const std::vector<Bytes> connects = bent_connects();
  std::mt19937 random(2);
  std::vector<Bytes> batch = connects;
  std::size_t not_ended = 0;
  for (std::size_t done = 0; done < scaled(100'000, 1'000'000); done += batch.size()) {
    not_ended += batch.size() - hostile::ask_each(siege.port(), batch).ended;
    for (Bytes& next : batch) next = battered(connects, random);
  }
  CHECK(not_ended == 0);
  siege.check_survived();
}

TEST_CASE("F18: every truncation of every packet ends that connection at most") {
  Siege siege;
  const std::vector<Bytes> packets = {
      hostile::publish("topic", "payload"),
      hostile::publish("topic", "payload", {.qos = 2, .id = 7, .retain = true}),
      hostile::ack(packet_type::puback, 7),
      hostile::ack(packet_type::pubrec, 7),
      hostile::ack(packet_type::pubrel, 7),
      hostile::ack(packet_type::pubcomp, 7),
      hostile::subscribe(7, {"ab", "cd/#", "+/e"}, 1),
      hostile::unsubscribe(7, {"ab", "cd/#", "+/e"}),
      hostile::frame(packet_type::pingreq, {1, 2}),
      hostile::frame(packet_type::disconnect, {0, 0})};
  std::vector<Bytes> scripts;
  for (const Bytes& packet : packets) {
    for (std::size_t size = 1; size <= packet.size(); ++size) {
      Bytes script = hostile::connect("f18-" + std::to_string(scripts.size()));
      hostile::add(script, Bytes(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)));
      scripts.push_back(script);  // broken off there
      if (size < 2) continue;
      script[script.size() - size + 1] = static_cast<std::uint8_t>(size - 2);
      scripts.push_back(script);  // and with a length that says so
    }
    Bytes five_bytes = hostile::connect("f18-v");
    hostile::add(five_bytes, {packet[0], 0xff, 0xff, 0xff, 0xff, 0x7f});
    scripts.push_back(five_bytes);
  }
  CHECK(hostile::ask_each(siege.port(), scripts).ended == scripts.size());
  siege.check_survived();
}

namespace {

/// What the flags promise, all of it, none of it, or all fields whatever the flags say.
enum class Fields : std::uint8_t { as_promised, none, all };

Bytes connect_with_flags(unsigned flags, Fields fields) {
  const auto is_there = [&](std::uint8_t flag) {
    return fields == Fields::all || (fields == Fields::as_promised && (flags & flag) != 0);
  };
  ConnectWords words{.flags = static_cast<std::uint8_t>(flags)};
  if (is_there(connect_flag::will)) words.fields = {"will/topic", "will"};
  if (is_there(connect_flag::user_name)) words.fields.emplace_back("user");
  if (is_there(connect_flag::password)) words.fields.emplace_back("secret");
  return hostile::connect("f20", words);
}

/// [MQTT-3.1.2-3, 3.1.2-11, 3.1.2-13..15, 3.1.2-22].
bool are_legal(unsigned flags) {
  const bool has_will = (flags & connect_flag::will) != 0;
  const unsigned will_qos = flags >> 3U & 3U;
  if ((flags & 1U) != 0 || will_qos == 3) return false;
  if (!has_will && (flags & (connect_flag::will_retain | 0x18U)) != 0) return false;
  return (flags & connect_flag::password) == 0 || (flags & connect_flag::user_name) != 0;
}

}  // namespace

TEST_CASE("F20: every combination of connect flags and fields is answered or refused, never served wrongly") {
  Siege siege;
  std::vector<Bytes> scripts;
  for (unsigned flags = 0; flags < 256; ++flags) {
    for (const Fields fields : {Fields::as_promised, Fields::none, Fields::all})
      scripts.push_back(connect_with_flags(flags, fields));
  }
  const Answers answers = hostile::ask_each(siege.port(), scripts);
  CHECK(answers.ended == scripts.size());
  for (unsigned flags = 0; flags < 256; ++flags) {
    for (std::size_t fields = 0; fields < 3; ++fields) {
      INFO("flags " << flags << ", fields " << fields);
      const std::size_t i = flags * 3 + fields;
      const Bytes& answer = answers.bytes[i];
      const bool is_good = are_legal(flags) && scripts[i] == connect_with_flags(flags, Fields::as_promised);
      CHECK(answer.size() == (is_good ? 4 : 0));
      if (is_good && answer.size() == 4) CHECK(answer[3] == 0);
    }
  }
  siege.check_survived();
}

/// A connection on which nothing comes is shown to the broker only then (TCP_DEFER_ACCEPT).
constexpr auto kernel_holds_back = std::chrono::seconds(3);

TEST_CASE("F27: who is slow with his CONNECT is gone in time, however he spreads his bytes") {
  Siege siege({.settings = {"limits.connect_timeout=\"1s\""}});
  Sockets silent(siege.port(), sockets_at_once / 2);
  Sockets slow(siege.port(), sockets_at_once / 2);
  const Bytes connect = hostile::connect("f27", {.keepalive_s = 65'535});
  const auto begin = hostile::Clock::now();
  for (std::size_t at = 0; slow.open_count() > 0 && at + 1 < connect.size(); ++at) {
    slow.send_all({connect[at]});
    slow.run([&] { return slow.open_count() == 0; }, std::chrono::milliseconds(100));
  }
  CHECK(slow.open_count() == 0);
  CHECK(silent.run_until_ended());
  CHECK(hostile::Clock::now() - begin <
        std::chrono::seconds(1) + kernel_holds_back + std::chrono::seconds(2));
  siege.check_survived();
}

TEST_CASE("F27: silent clients with the longest keep-alive cost little, and new ones still come in") {
  Siege siege;
  Sockets silent(siege.port(), scaled(2000, 9000));
  REQUIRE(silent.connect_all("f27-", {.keepalive_s = 65'535}));
  Sockets late(siege.port(), 10);
  CHECK(late.connect_all("late-"));
  siege.check_survived();
}

namespace {

std::vector<std::string> ids_for_the_log() {
  std::vector<std::string> ids = {
      "line\nbreak",
      "carriage\rreturn\r\n",
      "2026-01-01T00:00:00.000+0000 info  stopped\n2026-01-01 info forged",
      "\x1b[2J\x1b[31mred\x1b]0;title\x07",
      "tab\tvertical\vform\fbell\abackspace\b",
      std::string("\x7f\xc2\x80\xc2\x9b") + "31m\xc2\x85",
      "right to left \xe2\x80\xae gnp.exe, lines \xe2\x80\xa8\xe2\x80\xa9, mark \xef\xbb\xbf",
      "quotes \" ' \\ \\n client=x reason=y",
      "%s%n%d {} {0} {:>999999}",
      " ",
      "="};
  for (const std::string_view piece : {"x", "\n", "\x1b", "\xf0\x9f\x98\x80"})
    ids.push_back(hostile::repeated(piece, 65'535 / piece.size()));
  return ids;
}

std::size_t count_of(std::string_view what, const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE(
    "F34: client ids of line breaks, terminal codes and 65535 bytes stay within their line of the log") {
  Siege siege;
  std::vector<Bytes> scripts;
  for (const std::string& id : ids_for_the_log()) {
    scripts.push_back(hostile::connect(id));
    scripts.push_back(hostile::connect(
        id, {.flags = connect_flag::clean_session | connect_flag::user_name, .fields = {id}}));
    scripts.push_back(hostile::connect(id));
    hostile::add(scripts.back(), hostile::publish("f34/#", "refused"));
    scripts.push_back(hostile::connect(id));
    hostile::add(scripts.back(), hostile::publish(hostile::repeated("/", 65'535), "too deep"));
  }
  CHECK(hostile::ask_each(siege.port(), scripts).ended == scripts.size());
  const std::string log = siege.program().log();
  CHECK(count_of("\n", log) == count_of("\n20", log) + 1);  // every line begins with its time
  CHECK(count_of("info  stopped", log) == count_of("\"2026-01-01T00:00:00.000+0000 info  stopped", log));
  siege.check_survived();
}
