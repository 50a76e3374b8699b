// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/layered_client.h"

#include "tests/support/wire.h"

using Bytes = std::vector<std::uint8_t>;

LayeredClient::LayeredClient(std::uint16_t port, const Layers& layers) : socket_(port), layers_(layers) {
  if (layers.tls) tls_.emplace(*layers.tls);
}

bool LayeredClient::open() {
  while (tls_ && !tls_->shake_hands()) {
    if (!tls_->error().empty() || !socket_.send(tls_->take())) return false;
    const Bytes more = socket_.receive_some();
    if (more.empty()) return false;
    tls_->hear(more);
  }
  if (tls_ && !socket_.send(tls_->take())) return false;
  if (!layers_.is_websocket) return true;
  const std::string request =
      "GET /mqtt HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      "Sec-WebSocket-Protocol: mqtt\r\n" +
      layers_.fields + "\r\n";
  if (!send_below(base::as_bytes(request))) return false;
  std::size_t end = std::string::npos;
  while ((end = plain_.find("\r\n\r\n")) == std::string::npos) {
    if (!receive_below()) return false;
  }
  is_upgraded_ = plain_.starts_with("HTTP/1.1 101 ");
  plain_.erase(0, end + 4);
  return is_upgraded_;
}

bool LayeredClient::send_below(base::Bytes bytes) {
  if (!tls_) return socket_.send(bytes);
  tls_->write(bytes);
  return socket_.send(tls_->take());
}

bool LayeredClient::send(std::string_view words) { return send(support::wire(words)); }

bool LayeredClient::send(std::vector<std::uint8_t> bytes) {
  return is_upgraded_ ? send_frame(0x82, bytes) : send_below(bytes);
}

bool LayeredClient::send_frame(std::uint8_t first, base::Bytes payload) {
  constexpr std::uint8_t mask = 0x37;
  Bytes frame = {first, 0xFF, 0, 0, 0, 0};
  if (payload.size() < 126) {
    frame = {first, static_cast<std::uint8_t>(0x80U | payload.size())};
  } else {
    for (int shift = 24; shift >= 0; shift -= 8)
      frame.push_back(static_cast<std::uint8_t>(payload.size() >> shift));
  }
  frame.insert(frame.end(), 4, mask);
  for (const std::uint8_t byte : payload) frame.push_back(byte ^ mask);
  return send_below(frame);
}

bool LayeredClient::receive_below() {
  const Bytes more = socket_.receive_some();
  if (more.empty()) return false;
  if (tls_) {
    tls_->hear(more);
    plain_ += tls_->read();
  } else {
    plain_.append(more.begin(), more.end());
  }
  return true;
}

/// Takes whole frames off; what is no data is left out.
void LayeredClient::take_frames() {
  while (plain_.size() >= 2) {
    const auto byte = [this](std::size_t at) { return static_cast<std::uint8_t>(plain_[at]); };
    std::size_t head = 2;
    std::size_t size = byte(1);
    if (size == 126) head = 4;
    if (size == 127) head = 10;
    if (plain_.size() < head) return;
    if (head > 2) size = 0;
    for (std::size_t at = 2; at < head; ++at) size = size << 8U | byte(at);
    if (plain_.size() < head + size) return;
    if (byte(0) == 0x82) unread_ += plain_.substr(head, size);
    plain_.erase(0, head + size);
  }
}

std::string LayeredClient::receive(std::size_t count) {
  while (true) {
    if (is_upgraded_) {
      take_frames();
    } else {
      unread_ += plain_;
      plain_.clear();
    }
    if (unread_.size() >= count || !receive_below()) break;
  }
  const std::string taken = unread_.substr(0, count);
  unread_.erase(0, count);
  return taken;
}

bool LayeredClient::expect(std::string_view words) {
  const Bytes expected = support::wire(words);
  return receive(expected.size()) == std::string(expected.begin(), expected.end());
}
