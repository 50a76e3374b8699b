// SPDX-License-Identifier: Apache-2.0
#include "broker/net/websocket.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/wire.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

const std::vector<std::string> any_origin;
const std::string request =
    "GET /mqtt HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
    "13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

/// The server's layer, and what it makes of what a client sends.
struct Talk {
  /// All at once; what comes up is added to `up`.
  net::ByteLayer::State send(Bytes bytes) {
    const auto heard = layer->hear(bytes, {turn, down});
    up.insert(up.end(), heard.up.begin(), heard.up.end());
    why = heard.why;
    return heard.state;
  }
  net::ByteLayer::State send(const std::string& words) { return send(support::wire(words)); }
  /// With the upgrade done and answered.
  Talk& upgraded() {
    CHECK(send(Bytes(request.begin(), request.end())) == net::ByteLayer::State::open);
    CHECK(std::string(down.begin(), down.end()).starts_with("HTTP/1.1 101 "));
    down.clear();
    return *this;
  }

  base::Arena turn;
  Bytes down;
  Bytes up;
  std::string why;
  std::unique_ptr<net::ByteLayer> layer = net::make_websocket_layer({.origins = any_origin});
};

using State = net::ByteLayer::State;

/// A frame as a client masks it.
Bytes frame(std::uint8_t first, const Bytes& payload, std::uint8_t mask = 0x5A) {
  Bytes bytes = {first};
  if (payload.size() < 126) {
    bytes.push_back(static_cast<std::uint8_t>(0x80 | payload.size()));
  } else {
    bytes.insert(bytes.end(), {0xFE, static_cast<std::uint8_t>(payload.size() >> 8U),
                               static_cast<std::uint8_t>(payload.size() & 0xFFU)});
  }
  bytes.insert(bytes.end(), {mask, mask, mask, mask});
  for (const std::uint8_t byte : payload) bytes.push_back(byte ^ mask);
  return bytes;
}

TEST_CASE("an upgrade may come byte by byte, and with the first frame in its wake") {
  Talk talk;
  Bytes all(request.begin(), request.end());
  const Bytes ping = frame(0x82, {0xC0, 0x00});
  all.insert(all.end(), ping.begin(), ping.end());
  for (const std::uint8_t byte : all) CHECK(talk.send(Bytes{byte}) == State::open);
  CHECK(talk.up == Bytes{0xC0, 0x00});
  Talk at_once;
  CHECK(at_once.send(all) == State::open);
  CHECK(at_once.up == Bytes{0xC0, 0x00});
}

TEST_CASE("a refused upgrade is answered and said why") {
  Talk talk;
  const std::string get = "GET / HTTP/1.1\r\nHost: b\r\n\r\n";
  CHECK(talk.send(Bytes(get.begin(), get.end())) == State::failed);
  CHECK(std::string(talk.down.begin(), talk.down.end()).starts_with("HTTP/1.1 404 "));
  CHECK(talk.why == "MQTT by WebSocket is served at /mqtt");
}

TEST_CASE("F17: a request without an end is refused past 8 KiB, as is one that has an end behind them") {
  Talk talk;
  CHECK(talk.send(Bytes(8192, 'a')) == State::open);
  CHECK(talk.send(Bytes{'a'}) == State::failed);
  CHECK(std::string(talk.down.begin(), talk.down.end()).starts_with("HTTP/1.1 431 "));
  Talk whole;
  std::string large = request;
  large.insert(20, "X: " + std::string(8192, 'x') + "\r\n");
  CHECK(whole.send(Bytes(large.begin(), large.end())) == State::failed);
}

TEST_CASE("F17: packets may span frames and share them [MQTT-6.0.0-2]") {
  Talk talk;
  talk.upgraded();
  CHECK(talk.send(frame(0x02, {0x10})) == State::open);
  CHECK(talk.send(frame(0x00, {0x0D, 0x00})) == State::open);
  CHECK(talk.send(frame(0x80, {})) == State::open);
  CHECK(talk.send(frame(0x82, {0xC0, 0x00, 0xC0, 0x00, 0x30})) == State::open);
  CHECK(talk.up == Bytes{0x10, 0x0D, 0x00, 0xC0, 0x00, 0xC0, 0x00, 0x30});
}

TEST_CASE("a frame's bytes come up before it is whole, however it is cut") {
  Bytes payload(70'000);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<std::uint8_t>(i * 7);
  Bytes bytes = {0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0x11, 0x70, 1, 2, 3, 4};
  for (std::size_t i = 0; i < payload.size(); ++i)
    bytes.push_back(static_cast<std::uint8_t>(payload[i] ^ (i % 4 + 1)));
  for (const std::size_t cut : {1U, 13U, 4096U, 65536U}) {
    Talk talk;
    talk.upgraded();
    for (std::size_t at = 0; at < bytes.size(); at += cut) {
      const auto from = bytes.begin() + static_cast<std::ptrdiff_t>(at);
      CHECK(talk.send(Bytes(from, from + static_cast<std::ptrdiff_t>(std::min(cut, bytes.size() - at)))) ==
            State::open);
    }
    CHECK(talk.up == payload);
  }
}

TEST_CASE("F17: text ends it [MQTT-6.0.0-1]") {
  Talk talk;
  talk.upgraded();
  CHECK(talk.send(frame(0x81, {'a'})) == State::failed);
  CHECK(talk.up.empty());
  CHECK(talk.down == support::wire("88 02 03 EB"));
}

TEST_CASE("a ping is answered, also in the middle of a message; a pong is not") {
  Talk talk;
  talk.upgraded();
  CHECK(talk.send(frame(0x02, {0x10})) == State::open);
  CHECK(talk.send(frame(0x89, {'h', 'i'})) == State::open);
  CHECK(talk.send(frame(0x8A, {'x'})) == State::open);
  CHECK(talk.send(frame(0x80, {0x00})) == State::open);
  CHECK(talk.down == support::wire("8A 02 'hi'"));
  CHECK(talk.up == Bytes{0x10, 0x00});
}

TEST_CASE("a Close frame is answered and ends it") {
  Talk talk;
  talk.upgraded();
  CHECK(talk.send(frame(0x88, {0x03, 0xE8})) == State::closed);
  CHECK(talk.down == support::wire("88 02 03 E8"));
}

TEST_CASE("a Close frame with a reason ends it as well in pieces as at once") {
  const Bytes bye = frame(0x88, {0x03, 0xE8, 'b', 'y', 'e', 0xC3, 0xA9});
  const std::size_t piece = GENERATE(1U, 2U, 3U, 4U, 100U);
  Talk talk;
  talk.upgraded();
  State state = State::open;
  for (std::size_t at = 0; at < bye.size() && state == State::open; at += piece) {
    const auto end = static_cast<std::ptrdiff_t>(std::min(at + piece, bye.size()));
    state = talk.send(Bytes(bye.begin() + static_cast<std::ptrdiff_t>(at), bye.begin() + end));
  }
  CHECK(state == State::closed);
}

TEST_CASE("F17: frames that break RFC 6455 end it") {
  const Bytes unmasked = support::wire("82 01 00");
  const Bytes reserved_bit = frame(0xC2, {0});
  const Bytes reserved_opcode = frame(0x83, {0});
  const Bytes lone_continuation = frame(0x80, {0});
  const Bytes cut_ping = frame(0x09, {0});
  const Bytes large_ping = frame(0x89, Bytes(126));
  const Bytes huge = support::wire("82 FF 80 00 00 00 00 00 00 00 00 00 00 00");
  const Bytes endless = support::wire("82 FF 7F FF FF FF FF FF FF FF 00 00 00 00 10 0D");
  for (const Bytes& bytes :
       {unmasked, reserved_bit, reserved_opcode, lone_continuation, cut_ping, large_ping, huge, endless}) {
    INFO(static_cast<int>(bytes[0]) << ' ' << static_cast<int>(bytes[1]));
    Talk talk;
    talk.upgraded();
    CHECK(talk.send(bytes) == State::failed);
    CHECK(talk.up.empty());
  }
}

TEST_CASE("F17: a frame of a gibibyte costs nothing but the bytes that come") {
  Talk talk;
  talk.upgraded();
  CHECK(talk.send("82 FF 00 00 00 00 40 00 00 00 00 00 00 00 10 0D") == State::open);
  CHECK(talk.up == Bytes{0x10, 0x0D});
}

TEST_CASE("what is said goes into a binary frame, and the end is a Close") {
  Talk talk;
  talk.upgraded();
  CHECK(talk.layer->say(support::wire("20 02 00 00"), talk.down));
  CHECK(talk.down == support::wire("82 04 20 02 00 00"));
  talk.down.clear();
  talk.layer->end(talk.down);
  CHECK(talk.down == support::wire("88 02 03 E8"));
  talk.down.clear();
  CHECK(talk.layer->say(support::wire("D0 00"), talk.down));
  CHECK(talk.down.empty());
}

}  // namespace
