// SPDX-License-Identifier: Apache-2.0
// A WebSocket from anybody: however its bytes are cut, the same comes out of them, and it is what a second
// reader makes of them.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "broker/base/check.h"
#include "broker/net/websocket.h"
#include "tests/fuzz/naive_websocket.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

const std::vector<std::string> any_origin = {"*"};
constexpr std::string_view request =
    "GET /mqtt HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
    "13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";

struct Outcome {
  Bytes up;
  net::ByteLayer::State state = net::ByteLayer::State::open;
};

/// `cut` bytes at a time.
Outcome hear(Bytes bytes, std::size_t cut) {
  const auto layer = net::make_websocket_layer(
      {.origins = any_origin, .is_trusted = [](const net::Address&) { return true; }});
  base::Arena turn;
  Bytes down;
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size() && outcome.state == net::ByteLayer::State::open; at += cut) {
    const auto heard =
        layer->hear(std::span(bytes).subspan(at, std::min(cut, bytes.size() - at)), {turn, down});
    outcome.up.insert(outcome.up.end(), heard.up.begin(), heard.up.end());
    outcome.state = heard.state;
  }
  static_cast<void>(layer->say(outcome.up, down));
  layer->end(down);
  return outcome;
}

void compare(const Outcome& outcome, std::span<const std::uint8_t> frames) {
  fuzz::NaiveWebSocket naive;
  const auto state = naive.hear(frames);
  CHECK(naive.up() == outcome.up);
  if (state == fuzz::NaiveWebSocket::State::unclear) return;
  CHECK((state == fuzz::NaiveWebSocket::State::over) == (outcome.state != net::ByteLayer::State::open));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t cut = 1 + data[0] % 64;
  Bytes bytes;
  const bool is_upgraded = data[1] % 2 == 0;
  if (is_upgraded) bytes.assign(request.begin(), request.end());
  bytes.insert(bytes.end(), data + 2, data + size);
  const Outcome whole = hear(bytes, bytes.size());
  const Outcome pieces = hear(bytes, cut);
  CHECK(whole.up.size() <= bytes.size());
  CHECK(whole.state == pieces.state);
  CHECK(whole.up == pieces.up);
  if (is_upgraded) compare(whole, {data + 2, size - 2});
  return 0;
}
