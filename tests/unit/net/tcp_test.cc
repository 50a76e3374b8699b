// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "broker/net/tcp_listener.h"
#include "tests/support/socket_client.h"

using support::SocketClient;

namespace {

/// Sends back what it gets, piece by piece and by reference, and ends the loop with the connection.
struct Echo final : net::StreamOwner {
  explicit Echo(net::Loop& loop_in) : loop(loop_in) {}

  void take(std::unique_ptr<net::TcpStream> accepted) {
    stream = std::move(accepted);
    stream->set_owner(*this);
    stream->start_reading();
  }
  void on_bytes(std::span<std::uint8_t> bytes) override {
    while (!bytes.empty()) {
      const std::size_t size = std::min<std::size_t>(bytes.size(), 100);
      stream->append(bytes.first(size));
      bytes = bytes.subspan(size);
    }
    most_backlog = std::max(most_backlog, stream->backlog());
    if (stops_when_refused && stream->backlog() > 0) stream->stop_reading();
  }
  void on_refused() override { ++refusals; }
  void on_drained() override { stream->start_reading(); }
  void on_overrun() override {
    why = "overrun";
    loop.stop();
  }
  void on_closed(int status) override {
    why = net::status_text(status);
    loop.stop();
  }

  net::Loop& loop;
  std::unique_ptr<net::TcpStream> stream;
  std::size_t most_backlog = 0;
  int refusals = 0;
  bool stops_when_refused = true;
  std::string why;
};

/// Runs an echo server with arenas of `sizes` while `speak` talks to it from another thread.
template <class Speak>
void with_echo(net::LoopSizes sizes, Speak&& speak, std::size_t* backlog = nullptr) {
  net::Loop loop(sizes);
  Echo echo(loop);
  auto listener = net::TcpListener::open(
      loop, {.address = *net::parse_address("127.0.0.1", 0)},
      {.on_stream = [&](std::unique_ptr<net::TcpStream> stream) { echo.take(std::move(stream)); },
       .on_exhausted = {}});
  REQUIRE(listener);
  std::thread speaking([&, port = (*listener)->address().port] { speak(port); });
  loop.run();
  speaking.join();
  CHECK(echo.why == "end of file");
  if (backlog != nullptr) *backlog = echo.most_backlog;
}

}  // namespace

TEST_CASE("pieces by reference reach the socket unchanged, with the smallest arena too") {
  const net::LoopSizes sizes = GENERATE(net::LoopSizes{}, net::LoopSizes{.read = 256, .arena = 1024});
  with_echo(sizes, [](std::uint16_t port) {
    SocketClient client(port);
    std::vector<std::uint8_t> sent(300'000);
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
    std::thread sending([&] { client.send(sent); });
    CHECK(client.receive(sent.size()) == sent);
    sending.join();
  });
}

TEST_CASE("what a full socket refuses is kept and delivered in order when it takes bytes again") {
  std::size_t backlog = 0;
  with_echo(
      {},
      [](std::uint16_t port) {
        SocketClient client(port);
        client.limit_receive_buffer();
        std::vector<std::uint8_t> sent(40'000'000);
        for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::uint8_t>(i * 13 + i / 253);
        const std::size_t before = client.send_until_stuck(sent);
        CHECK(before < sent.size());
        std::thread sending([&] { client.send(base::Bytes(sent).subspan(before)); });
        CHECK(client.receive(sent.size()) == sent);
        sending.join();
      },
      &backlog);
  CHECK(backlog > 0);
}

TEST_CASE("a stream that would keep more than all streams together may is at its end") {
  net::Loop loop({.backlog = 1'000'000});
  Echo echo(loop);
  auto listener = net::TcpListener::open(
      loop, {.address = *net::parse_address("127.0.0.1", 0)},
      {.on_stream = [&](std::unique_ptr<net::TcpStream> stream) { echo.take(std::move(stream)); },
       .on_exhausted = {}});
  REQUIRE(listener);
  echo.stops_when_refused = false;
  std::thread speaking([port = (*listener)->address().port] {
    SocketClient client(port);
    client.limit_receive_buffer();
    client.send_until_stuck(std::vector<std::uint8_t>(40'000'000));
  });
  loop.run();
  CHECK(echo.why == "overrun");
  CHECK(echo.refusals >= 1);
  CHECK(echo.most_backlog <= 1'000'000);
  echo.stream.reset();
  speaking.join();
}

TEST_CASE("an address that is not this machine's cannot be bound, and the error names it") {
  net::Loop loop;
  const auto listener = net::TcpListener::open(loop, {.address = *net::parse_address("192.0.2.1", 1883)}, {});
  REQUIRE_FALSE(listener);
  CHECK(listener.error() == "192.0.2.1:1883 is no address of this machine");
}
