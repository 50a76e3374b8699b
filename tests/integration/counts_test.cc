// SPDX-License-Identifier: Apache-2.0
// What the whole broker counts, by traffic of which every byte is known.
#include <string>

#include <catch2/catch.hpp>

#include "broker/admin/broker_counts.h"
#include "broker/base/owner.h"
#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"

using admin::BrokerCounts;
using admin::WorkerCounts;
using support::RunningServer;
using support::SocketClient;

namespace {

/// Of the two workers that a test has.
std::string id_on(std::uint32_t worker) {
  for (char letter = 'a';; ++letter) {
    std::string id(1, letter);
    if (base::owner_of(id, 2) == worker) return id;
  }
}

bool is_answered(SocketClient& client) { return client.send("C0 00") && client.expect("D0 00"); }

/// What a turn has changed is counted when it is over, so the answer of a later one says that it is: the
/// first answer may leave in the very turn that takes another worker's mail.
bool is_a_turn_later(SocketClient& client) { return is_answered(client) && is_answered(client); }

std::uint64_t value_of(const std::vector<base::Count>& counts, std::string_view name) {
  const auto found = std::ranges::find(counts, name, &base::Count::name);
  return found == counts.end() ? 0 : found->value;
}

app::Config two_workers() {
  app::Config config;
  config.broker.workers = 2;
  return config;
}

}  // namespace

TEST_CASE("bytes and packets are counted as the sockets carried them") {
  RunningServer server;
  {
    SocketClient client(server.port());
    CHECK(client.connect("a"));                                                   // 15 in, 4 out
    CHECK(client.send("82 06 00 01 00 01 't' 00"));                               // 8 in
    CHECK(client.expect("90 03 00 01 00"));                                       // 5 out
    CHECK(client.send("32 06 00 01 't' 00 02 'x' 30 04 00 01 't' 'x'"));          // 8 + 6 in
    CHECK(client.expect("30 04 00 01 't' 'x' 40 02 00 02 30 04 00 01 't' 'x'"));  // 6 + 4 + 6 out
  }
  server.stop();
  const BrokerCounts counts = server.get().counts(base::TimePoint{});
  CHECK(counts.sum(&WorkerCounts::bytes_received) == 15 + 8 + 8 + 6);
  CHECK(counts.sum(&WorkerCounts::bytes_sent) == 4 + 5 + 6 + 4 + 6);
  CHECK(counts.sum(&WorkerCounts::packets_received) == 4);
  CHECK(counts.sum(&WorkerCounts::packets_sent) == 5);
  CHECK(value_of(counts.sums(&WorkerCounts::received_by_type), "CONNECT") == 1);
  CHECK(value_of(counts.sums(&WorkerCounts::received_by_type), "SUBSCRIBE") == 1);
  CHECK(value_of(counts.sums(&WorkerCounts::received_by_type), "PUBLISH") == 2);
  CHECK(value_of(counts.sums(&WorkerCounts::sent_by_type), "CONNACK") == 1);
  CHECK(value_of(counts.sums(&WorkerCounts::sent_by_type), "SUBACK") == 1);
  CHECK(value_of(counts.sums(&WorkerCounts::sent_by_type), "PUBACK") == 1);
  CHECK(value_of(counts.sums(&WorkerCounts::sent_by_type), "PUBLISH") == 2);
  CHECK(counts.sum(&WorkerCounts::sockets_accepted) == 1);
  CHECK(counts.sum(core::Metric::messages_received) == 2);
}

TEST_CASE("bytes that a socket has refused are counted when it takes them") {
  RunningServer server;
  std::size_t received = 0;
  {
    SocketClient slow(server.port());
    slow.limit_receive_buffer();
    CHECK(slow.connect("slow"));
    CHECK(slow.send("82 06 00 01 00 01 't' 00"));
    CHECK(slow.expect("90 03 00 01 00"));
    SocketClient busy(server.port());
    CHECK(busy.connect("busy"));
    std::vector<std::uint8_t> large{0x30, 0x83, 0x80, 0x40, 0x00, 0x01, 't'};
    large.resize(large.size() + 0x100000, 'x');
    for (int i = 0; i < 4; ++i) CHECK(busy.send(large));
    CHECK(is_a_turn_later(busy));
    received = slow.receive(4 * large.size()).size();
    CHECK(received == 4 * large.size());
  }
  server.stop();
  CHECK(server.get().counts(base::TimePoint{}).sum(&WorkerCounts::bytes_sent) ==
        received + 4 + 5 + 4 + 2 + 2);
}

TEST_CASE("what there is now is counted over all workers, while they run") {
  RunningServer server(two_workers());
  SocketClient first(server.port());
  CHECK(first.connect(id_on(0)));
  SocketClient second(server.port());
  CHECK(second.send("10 0D 00 04 'MQTT' 04 00 00 00 00 01 '" + id_on(1) + "'"));  // its session is kept
  CHECK(second.expect("20 02 00 00"));
  CHECK(second.send("82 06 00 01 00 01 't' 00 82 06 00 02 00 01 'u' 00"));
  CHECK(second.expect("90 03 00 01 00 90 03 00 02 00"));
  CHECK(first.send("33 06 00 01 'r' 00 02 'x'"));
  CHECK(first.expect("40 02 00 02"));
  CHECK(is_a_turn_later(first));
  CHECK(is_a_turn_later(second));
  const BrokerCounts counts = server.get().counts(base::TimePoint{});
  REQUIRE(counts.workers.size() == 2);
  CHECK(counts.workers[0].connections == 1);
  CHECK(counts.workers[1].connections == 1);
  CHECK(counts.sum(&WorkerCounts::sessions) == 2);
  CHECK(counts.sum(&WorkerCounts::subscriptions) == 2);
  CHECK(counts.workers[0].retained_messages == 1);
  CHECK(counts.workers[1].retained_messages == 1);
  CHECK(counts.workers[0].retained_bytes > 0);
}

TEST_CASE("each listener counts who came, who is there and who was not let in") {
  app::Config config = support::loopback_config();
  config.listeners.push_back(config.listeners.front());
  RunningServer server(config);
  const auto& addresses = server.get().addresses();
  REQUIRE(addresses.size() == 2);
  SocketClient stays(addresses[0].port);
  CHECK(stays.connect("a"));
  SocketClient nonsense(addresses[1].port);
  CHECK(nonsense.send("00 00"));
  CHECK(nonsense.is_closed());
  CHECK(is_a_turn_later(stays));
  const BrokerCounts counts = server.get().counts(base::TimePoint{});
  REQUIRE(counts.listeners.size() == 2);
  CHECK(counts.listeners[0].place == addresses[0].text());
  CHECK(counts.listeners[0].accepted == 1);
  CHECK(counts.listeners[0].open == 1);
  CHECK(counts.listeners[1].accepted == 1);
  const auto& refused = counts.listeners[1].refused;
  CHECK(refused[static_cast<std::size_t>(core::CloseReason::malformed_packet)].value +
            refused[static_cast<std::size_t>(core::CloseReason::protocol_error)].value ==
        1);
  CHECK(counts.sum(&WorkerCounts::turns) > 0);
}

TEST_CASE("the broker's time begins when it is opened") {
  RunningServer server;
  const base::Duration once = server.get().counts(base::TimePoint{}).uptime;
  const base::TimePoint later{std::chrono::seconds(90)};
  CHECK(server.get().counts(later).uptime - once == std::chrono::seconds(90));
  CHECK_FALSE(server.get().counts(later).version.empty());
}
