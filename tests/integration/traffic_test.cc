// SPDX-License-Identifier: Apache-2.0
// Bytes through the whole server, also with an arena so small that every lifetime fault of a piece shows.
#include <algorithm>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "broker/mqtt/encode.h"
#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"
#include "tests/support/wire.h"

using support::RunningServer;
using support::SocketClient;

namespace {

std::vector<std::uint8_t> publish_frame(std::string_view topic, std::string_view payload, int qos = 0,
                                        mqtt::PacketId id = 0) {
  return support::encoded(mqtt::Publish{.topic = topic,
                                        .payload = base::as_bytes(payload),
                                        .qos = static_cast<mqtt::Qos>(qos),
                                        .packet_id = id});
}

std::string payload_number(int number, std::size_t size) {
  std::string payload = std::to_string(number);
  payload.resize(size, static_cast<char>('a' + number % 26));
  return payload;
}

constexpr net::LoopSizes usual{};
constexpr net::LoopSizes tiny{.read = 1024, .arena = 4096};

}  // namespace

TEST_CASE("messages of every size arrive whole and in order, whatever the arena") {
  const net::LoopSizes sizes = GENERATE(usual, tiny);
  RunningServer server({}, sizes);
  SocketClient subscriber(server.port());
  CHECK(subscriber.connect("s"));
  CHECK(subscriber.send("82 06 00 01 00 01 't' 00"));
  CHECK(subscriber.expect("90 03 00 01 00"));
  SocketClient publisher(server.port());
  CHECK(publisher.connect("p"));
  std::vector<std::uint8_t> sent;
  constexpr std::size_t message_sizes[] = {0, 1, 100, 600, 1000, 1023, 1024, 4000, 5000, 70'000, 600'000};
  std::thread sending([&] {
    int number = 0;
    for (const std::size_t size : message_sizes) {
      const auto frame = publish_frame("t", payload_number(number++, size));
      publisher.send(frame);
    }
  });
  int number = 0;
  for (const std::size_t size : message_sizes) {
    const auto frame = publish_frame("t", payload_number(number++, size));
    INFO("payload of " << size);
    CHECK(subscriber.receive(frame.size()) == frame);
  }
  sending.join();
}

TEST_CASE("a packet that comes byte by byte is served like any other") {
  RunningServer server({}, tiny);
  SocketClient client(server.port());
  const std::vector<std::uint8_t> connect = {0x10, 0x0d, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0, 0, 1, 'c'};
  for (const std::uint8_t byte : connect) CHECK(client.send(base::Bytes(&byte, 1)));
  CHECK(client.expect("20 02 00 00"));
  for (const char* byte : {"82", "06", "00", "01", "00", "01", "'t'", "00"}) CHECK(client.send(byte));
  CHECK(client.expect("90 03 00 01 00"));
  for (const std::uint8_t byte : publish_frame("t", "x", 1, 5)) CHECK(client.send(base::Bytes(&byte, 1)));
  CHECK(client.expect("30 04 00 01 't' 'x' 40 02 00 05"));
}

TEST_CASE("bursts of every QoS from one client to many arrive in order, and each is acknowledged") {
  const net::LoopSizes sizes = GENERATE(usual, tiny);
  const int qos = GENERATE(0, 1, 2);
  RunningServer server({}, sizes);
  std::vector<SocketClient> subscribers;
  for (int i = 0; i < 5; ++i) {
    subscribers.emplace_back(server.port());
    CHECK(subscribers.back().connect("s" + std::to_string(i)));
    CHECK(subscribers.back().send("82 06 00 01 00 01 '#' 00"));
    CHECK(subscribers.back().expect("90 03 00 01 00"));
  }
  SocketClient publisher(server.port());
  CHECK(publisher.connect("p"));
  constexpr int messages = 500;
  std::vector<std::uint8_t> burst, expected, acks;
  for (int i = 1; i <= messages; ++i) {
    const auto frame = publish_frame("t/" + std::to_string(i % 7), payload_number(i, 100), qos,
                                     static_cast<mqtt::PacketId>(qos == 0 ? 0 : i));
    burst.insert(burst.end(), frame.begin(), frame.end());
    const auto plain = publish_frame("t/" + std::to_string(i % 7), payload_number(i, 100));
    expected.insert(expected.end(), plain.begin(), plain.end());
    if (qos == 0) continue;
    const auto ack = mqtt::ack_frame(qos == 1 ? mqtt::PacketType::puback : mqtt::PacketType::pubrec,
                                     static_cast<mqtt::PacketId>(i));
    acks.insert(acks.end(), ack.begin(), ack.end());
  }
  CHECK(publisher.send(burst));
  for (SocketClient& subscriber : subscribers) CHECK(subscriber.receive(expected.size()) == expected);
  CHECK(publisher.receive(acks.size()) == acks);
}

TEST_CASE(
    "a subscriber that does not read costs the others nothing, and gets the newest when it reads again") {
  app::Config config;
  config.limits.queued_messages = 10;
  RunningServer server(config);
  SocketClient slow(server.port());
  slow.limit_receive_buffer();
  SocketClient quick(server.port());
  for (SocketClient* each : {&slow, &quick}) {
    CHECK(each->connect(each == &slow ? "slow" : "quick"));
    CHECK(each->send("82 06 00 01 00 01 '#' 00"));
    CHECK(each->expect("90 03 00 01 00"));
  }
  SocketClient publisher(server.port());
  CHECK(publisher.connect("p"));
  constexpr int messages = 400;
  constexpr std::size_t size = 50'000;
  for (int i = 0; i < messages; ++i) {
    const auto frame = publish_frame("t", payload_number(i, size));
    CHECK(publisher.send(frame));
    CHECK(quick.receive(frame.size()) == frame);
  }
  // What the slow one still gets: whole messages in order, with a gap, the last one among them.
  const std::size_t frame_size = publish_frame("t", payload_number(0, size)).size();
  int last = -1;
  int got = 0;
  while (last != messages - 1) {
    const auto frame = slow.receive(frame_size);
    REQUIRE(frame.size() == frame_size);
    const int number = std::stoi(std::string(frame.end() - size, frame.end()));
    CHECK(number > last);
    last = number;
    ++got;
  }
  CHECK(got < messages);
}

TEST_CASE("a client that sends without reading its answers is read more slowly, and loses none of them") {
  RunningServer server;
  SocketClient client(server.port());
  client.limit_receive_buffer();
  CHECK(client.connect("c"));
  constexpr std::size_t pings = 20'000'000;
  std::vector<std::uint8_t> flood(2 * pings);
  for (std::size_t i = 0; i < flood.size(); i += 2) flood[i] = 0xC0;
  const std::size_t taken = client.send_until_stuck(flood) / 2 * 2;
  CHECK(taken < flood.size());
  const auto answers = client.receive(taken);
  REQUIRE(answers.size() == taken);
  CHECK(std::ranges::count(answers, 0xD0) == static_cast<std::ptrdiff_t>(taken / 2));
}
