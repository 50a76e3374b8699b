// SPDX-License-Identifier: Apache-2.0
// SIGHUP to the program itself while 5,000 clients are connected by three listeners and messages flow: users,
// rules, networks and certificates change in one reload.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include "tests/hostile/program.h"
#include "tests/integration/layered_client.h"
#include "tests/integration/people.h"
#include "tests/support/certificates.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t clients = 5000;
constexpr std::size_t first_listener = 100;  // who comes before is not told what goes to all

/// As the configuration has them.
enum class Door : std::uint8_t { plain, tls, denied, http };

Door door_of(std::size_t client) {
  const std::size_t place = client % 25;
  if (place < 2) return Door::tls;
  return place == 2 || place == 10 ? Door::denied : Door::plain;
}

/// Some at each door.
bool is_anns(std::size_t client) { return client % 10 == 0; }

/// What the broker reads: one set of files before the reload, another behind it.
struct Files {
  support::Folder folder;
  support::Authority authority{"test authority"};

  void write_server(const std::string& name) const {
    const support::Identity server = support::Authority(name + " authority").issue({.common_name = name});
    folder.write("server.crt", server.certificate);
    folder.write("server.key", server.key);
  }
  std::string write_config(const std::string& denied) const {
    const std::string bind = "[[listener]]\nbind = \"127.0.0.1:0\"\n";
    return folder.write("broker.toml",
                        "[broker]\nworkers = 2\n[auth]\npassword_file = \"users\"\nacl_file = \"rules\"\n" +
                            bind + bind + "tls = { cert = \"server.crt\", key = \"server.key\" }\n" + bind +
                            "deny_from = [" + denied + "]\n" + bind + "protocol = \"http\"\n");
  }
  std::string write_first() const {
    folder.write("users", std::string(people::ann_secret) + std::string(people::bob_hidden));
    folder.write("rules", "pattern readwrite #\n");
    write_server("first");
    return write_config("");
  }
  void write_second() const {
    folder.write("users", std::string(people::bob_hidden));
    folder.write("rules", "pattern readwrite #\npattern deny u\n");
    write_server("second");
    write_config("\"127.0.0.0/8\"");
  }
};

bool can_open(std::size_t descriptors) {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur >= descriptors;
}

Bytes connect_as(std::size_t client, bool is_ann) {
  return people::connect_as("c" + std::to_string(client), is_ann);
}

/// PUBLISH at QoS 1 with the packet id 7: a topic of one letter, a payload of four digits.
std::string publish(char topic, std::size_t number) {
  const std::string digits = std::to_string(10'000 + number).substr(1);
  return std::string("32 09 00 01 '") + topic + "' 00 07 '" + digits + "' ";
}

/// Whether exactly this message comes next, for the first time; it is acknowledged.
bool hears(LayeredClient& client, char topic, std::size_t number) {
  const std::string digits = std::to_string(10'000 + number).substr(1);
  const std::string got = client.receive(11);
  if (got.size() != 11 || got.substr(0, 5) != std::string("\x32\x09\x00\x01", 4) + topic) return false;
  const auto high = static_cast<std::uint8_t>(got[5]);
  const auto low = static_cast<std::uint8_t>(got[6]);
  return got.substr(7) == digits && client.send(Bytes{0x40, 0x02, high, low});
}

bool answers(LayeredClient& client) { return client.send("C0 00") && client.expect("D0 00"); }

/// Ended by the other side, in time.
bool is_gone(LayeredClient& client) {
  if (client.tls() == nullptr) return client.socket().is_closed();
  return client.is_closed() && client.tls()->has_heard_close();
}

/// The program and where it listens.
class Broker {
 public:
  explicit Broker(const std::string& config_file) : program_({}, {}, config_file) {
    while (ports_in_log().size() < ports_.size() && program_.is_running()) {
    }
    const std::vector<std::uint16_t> found = ports_in_log();
    REQUIRE(found.size() == ports_.size());
    std::ranges::copy(found, ports_.begin());
  }

  hostile::Program& program() { return program_; }
  std::uint16_t port(Door door) const { return ports_[static_cast<std::size_t>(door)]; }
  bool has_logged(std::string_view words) const { return program_.log().find(words) != std::string::npos; }
  LayeredClient::Layers layers(Door door) const {
    if (door != Door::tls) return {};
    return {.tls = support::TlsClientOptions{}};
  }
  /// All rows of /metrics with this name and label, added.
  double sum(std::string_view name, std::string_view label) const {
    LayeredClient reader(port(Door::http), {});
    const std::string_view request = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    REQUIRE(reader.send(Bytes(request.begin(), request.end())));
    const std::string text = reader.receive(SIZE_MAX);
    double sum = 0;
    for (std::size_t at = 0; (at = text.find('\n' + std::string(name) + '{', at)) != std::string::npos;
         ++at) {
      const std::string row = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
      if (row.find(label) != std::string::npos) sum += std::stod(row.substr(row.rfind(' ')));
    }
    return sum;
  }
  double slow_turns(std::string_view over) const {
    return sum("meshbroker_loop_slow_turns_total", "over=\"" + std::string(over) + '"');
  }

 private:
  std::vector<std::uint16_t> ports_in_log() const {
    constexpr std::string_view before = "listening address=127.0.0.1:";
    const std::string log = program_.log();
    std::vector<std::uint16_t> ports;
    for (std::size_t at = 0; (at = log.find(before, at)) != std::string::npos;) {
      at += before.size();
      if (log.find('\n', at) != std::string::npos)
        ports.push_back(static_cast<std::uint16_t>(std::stoul(log.substr(at, 5))));
    }
    return ports;
  }

  hostile::Program program_;
  std::array<std::uint16_t, 4> ports_{};
};

/// All who are connected when the reload comes.
class Crowd {
 public:
  explicit Crowd(const Broker& broker) {
    for (std::size_t i = 0; i < clients; ++i) {
      const Door door = door_of(i);
      LayeredClient& client = all_.emplace_back(broker.port(door), broker.layers(door));
      REQUIRE(client.open());
      REQUIRE(client.send(connect_as(i, is_anns(i))));
      REQUIRE(client.expect("20 02 00 00"));
      if (is_listening(i)) subscribe(i, topic_of(i));
    }
  }
  LayeredClient& operator[](std::size_t client) { return all_[client]; }
  void subscribe(std::size_t client, char topic) {
    REQUIRE(all_[client].send(std::string("82 06 00 01 00 01 '") + topic + "' 01"));
    REQUIRE(all_[client].expect("90 03 00 01 01"));
  }
  /// They read it at the end. Not to all at once: what is measured is the reload, not a fan-out to thousands.
  void tell_all(std::size_t number) {
    for (std::size_t part = 0; part < parts; ++part) {
      REQUIRE(all_[speaker].send(publish(topic_of(part), number)));
      REQUIRE(all_[speaker].expect("40 02 00 07"));
    }
  }
  /// ann's are gone and no other, and those have heard everything once.
  void check(std::size_t told) {
    for (std::size_t i = 0; i < all_.size(); ++i) {
      INFO("client " << i);
      if (is_anns(i)) {
        REQUIRE(is_gone(all_[i]));
        continue;
      }
      for (std::size_t number = 0; is_listening(i) && number < told; ++number)
        REQUIRE(hears(all_[i], topic_of(i), number));
      REQUIRE(answers(all_[i]));
    }
  }

 private:
  static constexpr std::size_t speaker = 3;
  static constexpr std::size_t parts = 10;
  static char topic_of(std::size_t client) { return static_cast<char>('A' + client % parts); }
  static bool is_listening(std::size_t client) { return client >= first_listener && !is_anns(client); }

  std::deque<LayeredClient> all_;
};

/// Messages that go on all the while, from door to door.
class Traffic {
 public:
  explicit Traffic(Crowd& crowd) : crowd_(crowd) {
    for (const Pair& pair : pairs) crowd_.subscribe(pair.to, pair.topic);
  }
  /// Every pair has several under way at once; what is acknowledged must come, once and in order.
  void round() {
    for (const Pair& pair : pairs) {
      std::string words;
      for (std::size_t i = 0; i < at_once; ++i) words += publish(pair.topic, next_ + i);
      REQUIRE(crowd_[pair.from].send(words));
    }
    for (const Pair& pair : pairs) {
      for (std::size_t i = 0; i < at_once; ++i) {
        REQUIRE(crowd_[pair.from].expect("40 02 00 07"));
        REQUIRE(hears(crowd_[pair.to], pair.topic, next_ + i));
      }
    }
    next_ = (next_ + at_once) % 10'000;
  }
  void rounds(int count) {
    for (int i = 0; i < count; ++i) round();
  }

 private:
  struct Pair {
    std::size_t from, to;
    char topic;
  };
  static constexpr std::size_t at_once = 10;
  static constexpr std::array<Pair, 6> pairs = {{{4, 5, 'k'},      // plain to plain
                                                 {1, 28, 'l'},     // TLS to plain
                                                 {29, 26, 'm'},    // plain to TLS
                                                 {2, 51, 'n'},     // denied to TLS
                                                 {53, 27, 'o'},    // plain to denied
                                                 {52, 77, 'p'}}};  // denied to denied

  Crowd& crowd_;
  std::size_t next_ = 0;
};

/// A newcomer's CONNACK; "": it was let go before.
std::string greeting_of(const Broker& broker, Door door, bool is_ann) {
  LayeredClient client(broker.port(door), broker.layers(door));
  if (!client.open() || !client.send(connect_as(clients, is_ann))) return {};
  return client.receive(4);
}

std::string certificate_of(const Broker& broker) {
  LayeredClient client(broker.port(Door::tls), broker.layers(Door::tls));
  REQUIRE(client.open());
  return client.tls()->peer_name();
}

void check_newcomers(const Broker& broker) {
  const std::string welcome("\x20\x02\x00\x00", 4);
  CHECK(greeting_of(broker, Door::plain, false) == welcome);
  CHECK(greeting_of(broker, Door::tls, false) == welcome);
  CHECK(greeting_of(broker, Door::plain, true) == std::string("\x20\x02\x00\x04", 4));
  CHECK(greeting_of(broker, Door::denied, false).empty());
  CHECK(certificate_of(broker) == "second");
}

}  // namespace

TEST_CASE(
    "SIGHUP under 5,000 connections: users, rules, networks and certificates, and messages all the while") {
  if (!can_open(clients + 500)) {
    WARN("not tested: it needs ulimit -n 5500");
    return;
  }
  const Files files;
  Broker broker(files.write_first());
  Crowd crowd(broker);
  Traffic traffic(crowd);
  crowd.subscribe(54, 'u');
  CHECK(certificate_of(broker) == "first");
  REQUIRE(crowd[56].send(publish('u', 0)));
  REQUIRE(crowd[56].expect("40 02 00 07"));
  REQUIRE(hears(crowd[54], 'u', 0));
  crowd.tell_all(0);
  traffic.rounds(20);
  const double over_100ms = broker.slow_turns("0.1");
  const double over_1s = broker.slow_turns("1");

  files.write_second();
  broker.program().hang_up();
  traffic.round();
  crowd.tell_all(1);
  int rounds = 1;
  for (; !broker.has_logged(" reloaded ") && !broker.has_logged(" reload_refused "); ++rounds)
    traffic.round();
  REQUIRE(broker.has_logged(" reloaded "));
  crowd.tell_all(2);
  traffic.rounds(20);

  REQUIRE(crowd[56].send(publish('u', 1)));
  REQUIRE(crowd[56].expect("40 02 00 07"));  // and it goes nowhere: 54 hears only an answer to its PINGREQ
  crowd.check(3);
  constexpr int removed = clients / 10;
  CHECK(broker.sum("meshbroker_connections_closed_total", "reason=\"user_removed\"") == removed);
  CHECK(broker.sum("meshbroker_connections", "worker") == clients - removed);
  check_newcomers(broker);
  INFO(rounds << " rounds while the reload was under way; the longest turn of a worker, in seconds, summed: "
              << broker.sum("meshbroker_loop_longest_turn_seconds", "worker"));
  CHECK(broker.slow_turns("1") == over_1s);
  // Another program is one that is measured, without sanitizers.
  if (std::getenv("MESHBROKER_PROGRAM") != nullptr) CHECK(broker.slow_turns("0.1") == over_100ms);
  CHECK(broker.program().stop() == 0);
}
