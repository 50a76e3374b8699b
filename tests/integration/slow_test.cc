// SPDX-License-Identifier: Apache-2.0
// Clients that take nothing, and clients that cost much.
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"
#include "tests/support/wire.h"

using support::encoded;
using support::RunningServer;
using support::SocketClient;

namespace {

std::vector<std::uint8_t> publish_of(std::string_view topic, std::string_view payload,
                                     mqtt::PacketId id = 0) {
  return encoded(mqtt::Publish{.topic = topic,
                               .payload = base::as_bytes(payload),
                               .qos = id == 0 ? mqtt::Qos::at_most_once : mqtt::Qos::at_least_once,
                               .packet_id = id});
}

/// Subscribed to everything and never reading again.
SocketClient stuck_subscriber(std::uint16_t port, std::string_view id) {
  SocketClient client(port);
  client.limit_receive_buffer();
  CHECK(client.connect(id));
  CHECK(client.send("82 06 00 01 00 01 '#' 00"));
  CHECK(client.expect("90 03 00 01 00"));
  return client;
}

/// True as soon as it has been logged; the publisher's round trips are the clock.
bool comes_to_be_logged(RunningServer& server, SocketClient& client,
                        std::initializer_list<std::string_view> words) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::chrono::steady_clock::now() < until) {
    if (server.has_logged(words)) return true;
    if (!client.send("C0 00") || !client.expect("D0 00")) return false;
  }
  return false;
}

/// All mixtures of `+` and `a` in `levels` levels, as one SUBSCRIBE.
std::vector<std::uint8_t> subscribe_to_all_mixtures(unsigned levels) {
  std::vector<std::string> filters;
  for (unsigned mixture = 0; mixture < (1U << levels); ++mixture) {
    std::string filter;
    for (unsigned level = 0; level < levels; ++level) filter += (mixture >> level) & 1U ? "/+" : "/a";
    filters.push_back(filter.substr(1));
  }
  mqtt::Subscribe subscribe{.packet_id = 1, .entries = {}};
  for (const std::string& filter : filters) subscribe.entries.push_back({filter, {}});
  return encoded(subscribe);
}

}  // namespace

TEST_CASE("limits.stall_timeout: who takes nothing of what it is owed is closed, without any keep-alive") {
  app::Config config;
  config.limits.stall_timeout = std::chrono::milliseconds(200);
  RunningServer server(config);
  const SocketClient stuck = stuck_subscriber(server.port(), "stuck");
  SocketClient idle(server.port());  // owed nothing: stays
  CHECK(idle.connect("idle"));
  SocketClient publisher(server.port());
  CHECK(publisher.connect("p"));
  const auto frame = publish_of("t", std::string(500'000, 'x'));
  for (int i = 0; i < 20; ++i) CHECK(publisher.send(frame));
  CHECK(comes_to_be_logged(server, publisher, {"client_disconnected", "client=stuck", "reason=too_slow"}));
  CHECK(idle.send("C0 00"));
  CHECK(idle.expect("D0 00"));
  server.stop();
  CHECK(server.has_logged({"counted", "of=closed", "name=too_slow", "count=1"}));
}

TEST_CASE("limits.backlog_bytes: past it a client that would need more is closed, the others are served") {
  app::Config config;
  config.limits.backlog_bytes = 1'000'000;
  RunningServer server(config);
  std::vector<SocketClient> stuck;
  for (const char* id : {"s1", "s2", "s3"}) stuck.push_back(stuck_subscriber(server.port(), id));
  SocketClient publisher(server.port());
  CHECK(publisher.connect("p"));
  const auto frame = publish_of("t", std::string(1'900'000, 'x'));
  for (int i = 0; i < 5; ++i) CHECK(publisher.send(frame));
  CHECK(comes_to_be_logged(server, publisher, {"client_disconnected", "too_slow", "limits.backlog_bytes"}));
}

TEST_CASE(
    "a publisher whose messages cost much is heard in slices, loses nothing, and others go in between") {
  const net::LoopSizes sizes = GENERATE(net::LoopSizes{}, net::LoopSizes{.read = 1024, .arena = 4096});
  RunningServer server({}, sizes);
  SocketClient hostile(server.port());
  CHECK(hostile.connect("hostile"));
  CHECK(hostile.send(subscribe_to_all_mixtures(12)));
  CHECK(hostile.receive(5 + 4096).size() == 5 + 4096);
  SocketClient publisher(server.port());
  CHECK(publisher.connect("p"));
  constexpr mqtt::PacketId count = 1000;
  std::vector<std::uint8_t> burst, acks;
  for (mqtt::PacketId id = 1; id <= count; ++id) {
    const auto frame = publish_of(id % 2 == 0 ? "b" : "a/a/a/a/a/a/a/a/a/a/a/a", "x", id);
    burst.insert(burst.end(), frame.begin(), frame.end());
    const auto ack = encoded(mqtt::Puback{id});
    acks.insert(acks.end(), ack.begin(), ack.end());
  }
  CHECK(publisher.send(burst));
  CHECK(publisher.receive(acks.size()) == acks);
  const auto delivered = publish_of("a/a/a/a/a/a/a/a/a/a/a/a", "x").size();
  CHECK(hostile.receive(delivered * count / 2).size() == delivered * count / 2);
  server.stop();
  CHECK(server.has_logged({"counted", "name=reads_put_off"}));
}
