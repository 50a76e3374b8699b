// SPDX-License-Identifier: Apache-2.0
// Layers on a stream, with ones that are easy to see through.
#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

#include "broker/net/layer_stack.h"
#include "broker/net/tcp_listener.h"
#include "tests/support/socket_client.h"

using support::SocketClient;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// Adds `key` to each byte on its way down and takes it off on its way up; '!' closes it, '?' is wrong. Every
/// hearing costs, until `costly` of them are over.
class Shift final : public net::ByteLayer {
 public:
  explicit Shift(std::uint8_t key, int costly = 0) : key_(key), costly_(costly) {}
  net::LayerKind kind() const override { return net::LayerKind::tls; }
  Heard hear(std::span<std::uint8_t> bytes, Room room) override {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(byte - key_);
    Heard heard{.up = bytes, .was_costly = costly_ > 0};
    if (costly_ > 0) --costly_;
    if (bytes.back() == '!') heard.state = State::closed;
    if (bytes.back() == '?') {
      heard = {.up = {}, .state = State::failed, .why = "a question"};
      static_cast<void>(say(base::as_bytes("no"), room.down));
    }
    return heard;
  }
  bool say(base::Bytes bytes, std::vector<std::uint8_t>& down) override {
    for (const std::uint8_t byte : bytes) down.push_back(static_cast<std::uint8_t>(byte + key_));
    return true;
  }
  void end(std::vector<std::uint8_t>& down) override { static_cast<void>(say(base::as_bytes("."), down)); }
  bool is_costly() const override { return costly_ > 0; }

 private:
  std::uint8_t key_;
  int costly_;
};

Bytes shifted(std::string_view text, int by) {
  Bytes bytes;
  for (const char c : text) bytes.push_back(static_cast<std::uint8_t>(c + by));
  return bytes;
}

uv_buf_t piece(std::string& text) { return uv_buf_init(text.data(), static_cast<unsigned>(text.size())); }

TEST_CASE("what is said goes down through all layers, and each has its last word there") {
  net::LayerStack layers;
  layers.add(std::make_unique<Shift>(1));
  layers.add(std::make_unique<Shift>(2));
  std::string a = "ab", b = "c";
  const uv_buf_t pieces[] = {piece(a), piece(b)};
  layers.say(pieces);
  layers.end();
  layers.say(pieces);
  const Bytes wire(layers.wire().begin(), layers.wire().end());
  Bytes expected = shifted("abc.", 3);
  expected.push_back('.' + 1);
  CHECK(wire == expected);
}

TEST_CASE("bytes come up through all layers until one closes, and none after that") {
  net::LayerStack layers;
  layers.add(std::make_unique<Shift>(1));
  layers.add(std::make_unique<Shift>(2));
  base::Arena turn;
  Bytes bytes = shifted("ab!", 3);
  const auto heard = layers.hear(bytes, turn);
  CHECK(base::as_text(heard.up) == "ab!");
  CHECK_FALSE(layers.is_open());
  CHECK_FALSE(layers.has_failed());
  Bytes more = shifted("cd", 3);
  CHECK(layers.hear(more, turn).up.empty());
}

TEST_CASE("pieces of any size keep their order on the way down") {
  net::LayerStack layers;
  layers.add(std::make_unique<Shift>(0));
  std::string small = "s", large(20'000, 'l'), middle(9'000, 'm');
  const uv_buf_t pieces[] = {piece(small),  piece(large),  piece(small),
                             piece(middle), piece(middle), piece(small)};
  layers.say(pieces);
  const std::string wire(base::as_text(layers.wire()));
  CHECK(wire == small + large + small + middle + middle + small);
}

/// Answers everything with itself, and remembers how it ended.
struct Echo final : net::StreamOwner {
  explicit Echo(std::unique_ptr<net::TcpStream> accepted) : stream(std::move(accepted)) {
    stream->set_owner(*this);
    stream->start_reading();
  }
  void on_bytes(std::span<std::uint8_t> bytes) override {
    heard.append(bytes.begin(), bytes.end());
    stream->append(bytes);
    if (stops_reading) stream->stop_reading();
  }
  void on_refused() override {}
  void on_drained() override {}
  void on_overrun() override {}
  void on_closed(int status) override {
    why = stream->fault() != nullptr ? stream->fault()->why : net::status_text(status);
    stream->finish();
  }

  std::unique_ptr<net::TcpStream> stream;
  std::string heard;
  std::string why;
  bool stops_reading = false;
};

/// Echoes on a loop whose every turn has room for `costly` computations.
struct Stage {
  explicit Stage(std::size_t costly, int per_stream) : loop({.costly_per_turn = costly}) {
    listener = *net::TcpListener::open(loop, {.address = *net::parse_address("127.0.0.1", 0)},
                                       {.on_stream =
                                            [this, per_stream](std::unique_ptr<net::TcpStream> stream) {
                                              auto layers = std::make_unique<net::LayerStack>();
                                              layers->add(std::make_unique<Shift>(1, per_stream));
                                              stream->set_layers(std::move(layers));
                                              echoes.push_back(std::make_unique<Echo>(std::move(stream)));
                                              echoes.back()->stops_reading = stop_reading;
                                            },
                                        .on_exhausted = {}});
  }
  std::uint16_t port() const { return listener->address().port; }

  net::Loop loop;
  std::unique_ptr<net::TcpListener> listener;
  std::vector<std::unique_ptr<Echo>> echoes;
  bool stop_reading = false;
};

TEST_CASE("a stream with layers answers through them") {
  Stage stage(8, 0);
  stage.loop.set_hooks({.before_flush = [&] {
    if (!stage.echoes.empty() && !stage.echoes.front()->why.empty()) stage.loop.stop();
    return false;
  }});
  std::thread speaking([&stage] {
    SocketClient client(stage.port());
    client.send(shifted("hello", 1));
    CHECK(client.receive(5) == shifted("hello", 1));
    client.send(shifted("bye!", 1));
    CHECK(client.receive(5) == shifted("bye!.", 1));
  });
  stage.loop.run();
  speaking.join();
  CHECK(stage.echoes.front()->why == "end of file");
}

TEST_CASE("a layer that fails is heard out: its last words still leave") {
  Stage stage(8, 0);
  stage.loop.set_hooks({.before_flush = [&] {
    if (!stage.echoes.empty() && !stage.echoes.front()->why.empty()) stage.loop.stop();
    return false;
  }});
  std::thread speaking([&stage] {
    SocketClient client(stage.port());
    client.send(shifted("what?", 1));
    CHECK(client.receive(2) == shifted("no", 1));
  });
  stage.loop.run();
  speaking.join();
  CHECK(stage.echoes.front()->why == "a question");
  CHECK(stage.echoes.front()->heard.empty());
}

TEST_CASE("who has stopped reading hears of the end when it reads again, and not before") {
  Stage stage(8, 0);
  stage.stop_reading = true;
  int turns = 0;
  stage.loop.set_hooks({.before_flush = [&] {
    if (stage.echoes.empty() || stage.echoes.front()->heard.empty()) return false;
    Echo& echo = *stage.echoes.front();
    if (++turns == 3) {
      CHECK(echo.why.empty());
      echo.stops_reading = false;
      echo.stream->start_reading();
    }
    if (!echo.why.empty()) stage.loop.stop();
    return true;
  }});
  std::thread speaking([&stage] {
    SocketClient client(stage.port());
    client.send(shifted("bye!", 1));
    client.receive(5);
  });
  stage.loop.run();
  speaking.join();
  CHECK(turns >= 3);
  CHECK(stage.echoes.front()->why == "end of file");
}

TEST_CASE("computations that count are spread over turns, and everybody has his in the end") {
  constexpr std::size_t clients = 20;
  Stage stage(2, 1);
  std::vector<std::size_t> heard_by_turn;
  stage.loop.set_hooks({.before_flush = [&] {
    const auto heard = static_cast<std::size_t>(
        std::ranges::count_if(stage.echoes, [](const auto& echo) { return !echo->heard.empty(); }));
    heard_by_turn.push_back(heard);
    if (heard == clients) stage.loop.stop();
    return false;
  }});
  std::vector<SocketClient> sockets;
  for (std::size_t i = 0; i < clients; ++i) {
    sockets.emplace_back(stage.port());
    sockets.back().send(shifted("hello", 1));
  }
  stage.loop.run();
  CHECK(heard_by_turn.back() == clients);
  std::size_t most = 0;
  for (std::size_t i = 1; i < heard_by_turn.size(); ++i)
    most = std::max(most, heard_by_turn[i] - heard_by_turn[i - 1]);
  CHECK(most <= 4);  // two of those that wait, and two that come when nobody does any more
}

}  // namespace
