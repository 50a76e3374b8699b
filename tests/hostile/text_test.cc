// SPDX-License-Identifier: Apache-2.0
// Text where the protocol has text: what is no UTF-8, no topic, or only looks like one.
#include <catch2/catch.hpp>

#include "tests/hostile/siege.h"
#include "tests/hostile/spy.h"

using hostile::Answers;
using hostile::Bytes;
using hostile::repeated;
using hostile::Siege;
using hostile::Sockets;
using hostile::Spy;
namespace connect_flag = hostile::connect_flag;
namespace packet_type = hostile::packet_type;

namespace {

const Bytes connack = {packet_type::connack, 2, 0, 0};

Bytes behind_connect(const Bytes& packet) {
  Bytes script = hostile::connect("text");
  hostile::add(script, packet);
  return script;
}

/// `topic` in every packet that publishes to it now, or when the connection breaks.
std::vector<Bytes> publishing_to(const std::string& topic) {
  std::vector<Bytes> scripts;
  for (std::uint8_t qos = 0; qos < 3; ++qos) {
    for (const bool retain : {false, true}) {
      scripts.push_back(behind_connect(hostile::publish(topic, "x", {.qos = qos, .retain = retain})));
      const unsigned flags = connect_flag::clean_session | connect_flag::will | qos * 8U |
                             (retain ? connect_flag::will_retain : 0U);
      scripts.push_back(
          hostile::connect("will", {.flags = static_cast<std::uint8_t>(flags), .fields = {topic, "x"}}));
    }
  }
  return scripts;
}

std::vector<Bytes> subscribing_to(const std::string& filter) {
  return {behind_connect(hostile::subscribe(1, {filter}, 0)),
          behind_connect(hostile::subscribe(1, {filter}, 2)),
          behind_connect(hostile::subscribe(1, {"good", filter, "good/too"}, 1)),
          behind_connect(hostile::unsubscribe(1, {filter})),
          behind_connect(hostile::unsubscribe(1, {"good", filter, "good/too"}))};
}

void append(std::vector<Bytes>& scripts, const std::vector<Bytes>& more) {
  scripts.insert(scripts.end(), more.begin(), more.end());
}

/// None is served beyond its CONNACK, all are ended.
void check_refused(const Answers& answers) {
  CHECK(answers.ended == answers.bytes.size());
  for (std::size_t i = 0; i < answers.bytes.size(); ++i) {
    INFO("script " << i << ", " << answers.bytes[i].size() << " bytes answered");
    CHECK((answers.bytes[i].empty() || answers.bytes[i] == connack));
  }
}

const std::vector<std::string> no_utf8 = {std::string("\0", 1),        // U+0000 [MQTT-1.5.3-2]
                                          "\xed\xa0\x80",              // the first surrogate [MQTT-1.5.3-1]
                                          "\xed\xbf\xbf",              // the last
                                          "\xed\xa0\xbd\xed\xb8\x80",  // a pair of them, as CESU-8 has it
                                          "\xc0\x80",
                                          "\xc1\xbf",  // too long for one byte
                                          "\xe0\x80\x80",
                                          "\xe0\x9f\xbf",  // for two
                                          "\xf0\x80\x80\x80",
                                          "\xf0\x8f\xbf\xbf",  // for three
                                          "\xf4\x90\x80\x80",  // U+110000
                                          "\xf5\x80\x80\x80",
                                          "\xf8\x88\x80\x80\x80",
                                          "\xfc\x84\x80\x80\x80\x80",
                                          "\xfe",
                                          "\xff",
                                          "\x80",
                                          "\xbf",  // continues nothing
                                          "\xc3",
                                          "\xe2\x82",
                                          "\xf0\x9f\x98",  // not continued
                                          "\xc3\xc3\xa4",
                                          "\xe2\x82\x41"};

const std::vector<std::string> good_utf8 = {
    "\x7f",         "\xc2\x80",     "\xdf\xbf",         "\xe0\xa0\x80",     "\xed\x9f\xbf",
    "\xee\x80\x80", "\xef\xbb\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbd", "\xef\xbf\xbd"};

}  // namespace

TEST_CASE("F3: what is no UTF-8 is accepted in no field, and nobody is sent it") {
  Siege siege;
  Spy spy(siege.port(), {"#"});
  REQUIRE(spy.is_subscribed());
  std::vector<Bytes> scripts;
  for (const std::string& bad : no_utf8) {
    for (const std::string& text : {bad, "a" + bad, bad + "z", "a/" + bad + "/z", bad + bad}) {
      append(scripts, publishing_to(text));
      append(scripts, subscribing_to(text));
      scripts.push_back(hostile::connect(text));
      scripts.push_back(hostile::connect(
          "user", {.flags = connect_flag::clean_session | connect_flag::user_name, .fields = {text}}));
    }
  }
  check_refused(hostile::ask_each(siege.port(), scripts));
  CHECK(spy.heard().empty());
  siege.check_survived();
}

TEST_CASE("F3: the corners of UTF-8 pass unchanged, and payloads may be anything") {
  Siege siege;
  Spy spy(siege.port(), {"#"});
  REQUIRE(spy.is_subscribed());
  Sockets publisher(siege.port(), 1);
  REQUIRE(publisher.connect_all("publisher"));
  for (const std::string& good : good_utf8) {
    for (const std::string& bad : no_utf8) {
      publisher.send(0, hostile::publish("a/" + good, bad));
      publisher.send(0, hostile::pingreq());
      REQUIRE(publisher.run_until_received(0, 2));
      publisher.forget(0);
      CHECK(spy.heard() == hostile::publish("a/" + good, bad));
    }
  }
  siege.check_survived();
}

TEST_CASE("F6: topics of $ and what looks like a shared or control topic harm nobody and reach no wildcard") {
  Siege siege;
  Spy spy(siege.port(), {"#", "+/#", "+", "+/+"});
  REQUIRE(spy.is_subscribed());
  std::vector<Bytes> scripts;
  for (const char* text : {"$",
                           "$/",
                           "$//",
                           "$x",
                           "$SYS",
                           "$SYS/",
                           "$SYS/#",
                           "$SYS/broker/uptime",
                           "$share",
                           "$share/",
                           "$share/g",
                           "$share/g/",
                           "$share//t",
                           "$share//",
                           "$share/+/t",
                           "$share/#",
                           "$share/g/#",
                           "$share/g/$SYS/#",
                           "$CONTROL/dynamic-security/v1",
                           "$queue/t",
                           "$$",
                           "$+",
                           "$#",
                           "$/+/#"}) {
    append(scripts, publishing_to(text));
    append(scripts, subscribing_to(text));
  }
  const Answers answers = hostile::ask_each(siege.port(), scripts);
  CHECK(answers.ended == scripts.size());
  CHECK(spy.heard().empty());
  siege.check_survived();
}

TEST_CASE("F9: topics and filters of 65535 slashes are refused wherever they can stand") {
  Siege siege;
  std::vector<Bytes> scripts;
  for (const std::string& text : {repeated("/", 65'535), repeated("a/", 32'767)})
    append(scripts, publishing_to(text));
  for (const std::string& text :
       {repeated("/", 65'535), repeated("+/", 32'767) + "#", repeated("/", 65'534) + "#"})
    append(scripts, subscribing_to(text));
  for (std::size_t round = 0; round < hostile::scaled(20, 200); ++round) {
    const Answers answers = hostile::ask_each(siege.port(), scripts);
    CHECK(answers.ended == scripts.size());
  }
  siege.check_survived();
}

namespace {

/// As many levels as the broker takes (core::Limits::topic_levels), all empty.
constexpr std::size_t most_levels = 200;

}  // namespace

TEST_CASE("F9: the deepest topic that is taken is retained, passed on and found again") {
  Siege siege;
  const std::string deepest = repeated("/", most_levels - 1);
  const std::vector<std::string> filters = {"#", "/#", deepest, repeated("+/", most_levels - 1) + "+",
                                            repeated("/+", most_levels - 2) + "/#"};
  const Bytes message = hostile::publish(deepest, "deep", {.retain = true});
  Spy early(siege.port(), filters);
  REQUIRE(early.is_subscribed());
  CHECK(hostile::ask_each(siege.port(), {behind_connect(message)}).bytes.front() == connack);
  CHECK(early.heard() == hostile::publish(deepest, "deep"));
  for (const std::string& filter : filters) {
    INFO(filter.substr(0, 3));
    Sockets late(siege.port(), 1);
    REQUIRE(late.connect_all("late"));
    late.send(0, hostile::subscribe(1, {filter}));
    CHECK(late.run_until_received(0, 5 + message.size()));
  }
  siege.check_survived();
}

TEST_CASE("F10: packets that only a server sends, and empty topics, end the connection") {
  Siege siege;
  std::vector<Bytes> bad = {connack,
                            hostile::frame(packet_type::suback, {0, 1, 0}),
                            hostile::ack(packet_type::unsuback, 1),
                            hostile::frame(packet_type::pingresp, {}),
                            hostile::frame(0x00, {}),
                            hostile::frame(0xf0, {}),
                            hostile::connect("text")};
  for (std::uint8_t qos = 0; qos < 3; ++qos) {
    bad.push_back(hostile::publish("", "x", {.qos = qos}));
    bad.push_back(hostile::publish("", "", {.qos = qos, .retain = true}));
  }
  append(bad, {hostile::subscribe(1, {""}), hostile::subscribe(1, {}), hostile::subscribe(1, {"a", ""}),
               hostile::unsubscribe(1, {""}), hostile::unsubscribe(1, {})});
  std::vector<Bytes> scripts = publishing_to("");
  for (const Bytes& packet : bad) {
    if (packet.front() != packet_type::connect) scripts.push_back(packet);
    scripts.push_back(behind_connect(packet));
  }
  for (int round = 0; round < 20; ++round) check_refused(hostile::ask_each(siege.port(), scripts));
  siege.check_survived();
}

TEST_CASE("F19: wildcards in the topics of messages and wills end the connection and reach nobody") {
  Siege siege;
  Spy spy(siege.port(), {"#"});
  REQUIRE(spy.is_subscribed());
  std::vector<Bytes> scripts;
  for (const char* topic :
       {"#", "+", "a/#", "a/+", "+/a", "#/a", "a#", "a+b", "/#", "+/+", "$SYS/#", "$share/g/#"})
    append(scripts, publishing_to(topic));
  check_refused(hostile::ask_each(siege.port(), scripts));
  CHECK(spy.heard().empty());
  siege.check_survived();
}
