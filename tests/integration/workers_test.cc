// SPDX-License-Identifier: Apache-2.0
// Several workers behave as one broker.
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "broker/base/owner.h"
#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"
#include "tests/support/wire.h"

using support::encoded;
using support::RunningServer;
using support::SocketClient;

namespace {

constexpr std::uint32_t workers = 3;

app::Config several_workers() {
  app::Config config;
  config.broker.workers = workers;
  return config;
}

/// A client id that lives on that worker.
std::string id_on(std::uint32_t worker, std::string_view name) {
  for (int i = 0;; ++i) {
    std::string id = std::string(name) + std::to_string(i);
    if (base::owner_of(id, workers) == worker) return id;
  }
}

std::vector<std::uint8_t> publish_of(std::string_view topic, std::string_view payload, mqtt::PacketId id = 0,
                                     bool retain = false) {
  return encoded(mqtt::Publish{.topic = topic,
                               .payload = base::as_bytes(payload),
                               .qos = id == 0 ? mqtt::Qos::at_most_once : mqtt::Qos::at_least_once,
                               .retain = retain,
                               .packet_id = id});
}

std::vector<std::uint8_t> connect_of(std::string_view id) {
  mqtt::Connect connect;
  connect.client_id = id;
  return encoded(connect);
}

SocketClient subscriber(const RunningServer& server, const std::string& id, std::string_view filter) {
  SocketClient client(server.port());
  CHECK(client.connect(id));
  CHECK(client.send(encoded(mqtt::Subscribe{.packet_id = 1, .entries = {{filter, {}}}})));
  CHECK(client.expect("90 03 00 01 00"));
  return client;
}

}  // namespace

TEST_CASE("clients of every worker reach each other, whatever filter they use, each message once") {
  RunningServer server(several_workers());
  std::vector<SocketClient> listeners;
  for (std::uint32_t worker = 0; worker < workers; ++worker) {
    for (const char* filter : {"a/b", "a/#", "#", "+/b"}) {
      listeners.push_back(subscriber(server, id_on(worker, std::string("s") + filter), filter));
    }
  }
  for (std::uint32_t worker = 0; worker < workers; ++worker) {
    SocketClient publisher(server.port());
    CHECK(publisher.connect(id_on(worker, "p")));
    const std::string payload = std::to_string(worker);
    CHECK(publisher.send(publish_of("a/b", payload)));
    for (SocketClient& listener : listeners) {
      const auto wanted = publish_of("a/b", payload);
      CHECK(listener.receive(wanted.size()) == wanted);
    }
  }
  for (SocketClient& listener : listeners) {
    CHECK(listener.send("C0 00"));
    CHECK(listener.expect("D0 00"));  // and nothing before it
  }
}

TEST_CASE("what came behind a CONNECT travels with the socket to its worker") {
  RunningServer server(several_workers());
  for (std::uint32_t worker = 0; worker < workers; ++worker) {
    SocketClient client(server.port());
    const std::string id = id_on(worker, "c");
    auto bytes = connect_of(id);
    for (const char* more : {"82 06 00 01 00 01 't' 00", "30 04 00 01 't' 'x'", "C0 00"}) {
      const auto packet = support::wire(more);
      bytes.insert(bytes.end(), packet.begin(), packet.end());
    }
    CHECK(client.send(bytes));
    CHECK(client.expect("20 02 00 00 90 03 00 01 00 30 04 00 01 't' 'x' D0 00"));
  }
}

TEST_CASE("a retained message that is acknowledged is there for a subscriber of any other worker") {
  RunningServer server(several_workers());
  SocketClient publisher(server.port());
  CHECK(publisher.connect(id_on(0, "p")));
  SocketClient other(server.port());
  CHECK(other.connect(id_on(1, "s")));
  for (int round = 0; round < 1000; ++round) {
    const std::string topic = "r/" + std::to_string(round);
    REQUIRE(publisher.send(publish_of(topic, "x", 1, true)));
    REQUIRE(publisher.expect("40 02 00 01"));
    REQUIRE(other.send(encoded(mqtt::Subscribe{.packet_id = 2, .entries = {{topic, {}}}})));
    REQUIRE(other.expect("90 03 00 02 00"));
    const auto wanted = publish_of(topic, "x", 0, true);
    REQUIRE(other.receive(wanted.size()) == wanted);
  }
}

TEST_CASE("a message published after a SUBACK of another worker is not missed") {
  RunningServer server(several_workers());
  SocketClient publisher(server.port());
  CHECK(publisher.connect(id_on(0, "p")));
  SocketClient other(server.port());
  CHECK(other.connect(id_on(2, "s")));
  for (int round = 0; round < 1000; ++round) {
    const std::string topic = "t/" + std::to_string(round);
    REQUIRE(other.send(encoded(mqtt::Subscribe{.packet_id = 2, .entries = {{topic, {}}}})));
    REQUIRE(other.expect("90 03 00 02 00"));
    REQUIRE(publisher.send(publish_of(topic, "x")));
    const auto wanted = publish_of(topic, "x");
    REQUIRE(other.receive(wanted.size()) == wanted);
  }
}

TEST_CASE(
    "every publisher's order is kept across workers, under load, and the server stops in the middle of it") {
  const net::LoopSizes sizes = GENERATE(net::LoopSizes{}, net::LoopSizes{.read = 1024, .arena = 4096});
  RunningServer server(several_workers(), sizes);
  constexpr int publishers = 6, messages = 3000;
  SocketClient listener = subscriber(server, id_on(1, "s"), "o/#");
  std::vector<std::thread> sending;
  for (int number = 0; number < publishers; ++number) {
    sending.emplace_back([&server, number] {
      SocketClient client(server.port());
      if (!client.connect("p" + std::to_string(number))) return;
      std::vector<std::uint8_t> bytes;
      for (int i = 0; i < messages; ++i) {
        const auto frame = publish_of("o/" + std::to_string(number), std::to_string(10'000 + i));
        bytes.insert(bytes.end(), frame.begin(), frame.end());
      }
      client.send(bytes);
      client.send("C0 00");
      client.expect("D0 00");
    });
  }
  std::vector<int> next(publishers, 10'000);
  const std::size_t frame_size = publish_of("o/0", "10000").size();
  for (int i = 0; i < publishers * messages; ++i) {
    const auto frame = listener.receive(frame_size);
    REQUIRE(frame.size() == frame_size);
    const int number = frame[6] - '0';
    const std::string payload(frame.begin() + 7, frame.end());
    REQUIRE(payload == std::to_string(next[static_cast<std::size_t>(number)]++));
  }
  for (std::thread& thread : sending) thread.join();
}

TEST_CASE("a session is resumed and taken over from whichever worker the connection was accepted on") {
  RunningServer server(several_workers());
  for (int round = 0; round < 30; ++round) {
    const std::string id = "c" + std::to_string(round % 3);
    SocketClient first(server.port()), second(server.port());
    REQUIRE(first.send(connect_of(id)));
    REQUIRE(first.expect("20 02 00 00"));
    REQUIRE(second.send(connect_of(id)));
    REQUIRE(second.expect("20 02 00 00"));
    CHECK(first.is_closed());
  }
}

TEST_CASE("several workers stop while their clients publish to each other") {
  for (int round = 0; round < 5; ++round) {
    RunningServer server(several_workers());
    std::atomic<bool> is_over{false};
    std::vector<SocketClient> listeners;
    for (int i = 0; i < 6; ++i) listeners.push_back(subscriber(server, "s" + std::to_string(i), "#"));
    std::vector<std::thread> busy;
    for (int number = 0; number < 4; ++number) {
      busy.emplace_back([&, number] {
        SocketClient client(server.port());
        if (!client.connect("p" + std::to_string(number))) return;
        const auto frame = publish_of("t", std::string(200, 'x'), 1, number % 2 == 0);
        while (!is_over && client.send(frame)) {
        }
      });
    }
    CHECK(listeners.front().receive(10'000).size() == 10'000);
    server.stop();
    is_over = true;
    for (std::thread& thread : busy) thread.join();
  }
}

TEST_CASE("a port that another program has is found out although workers share theirs") {
  RunningServer server(several_workers());
  app::Config config = several_workers();
  config.listeners.front().bind = app::TcpBind{"127.0.0.1", server.port()};
  const base::Log log(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {});
  const auto second = app::Server::open(config, log, {});
  REQUIRE_FALSE(second);
  CHECK(second.error().find("is taken by another program") != std::string::npos);
}
