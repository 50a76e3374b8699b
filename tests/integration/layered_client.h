// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/socket_client.h"
#include "tests/support/tls_client.h"

/// A client that speaks MQTT by TLS, by WebSocket, or by WebSocket in TLS.
class LayeredClient {
 public:
  struct Layers {
    std::optional<support::TlsClientOptions> tls = {};
    bool is_websocket = false;
    std::string fields = {};  // further lines of the upgrade
  };

  LayeredClient(std::uint16_t port, const Layers& layers);
  /// Handshake and upgrade. False: one of them failed.
  [[nodiscard]] bool open();
  bool send(std::string_view words);
  bool send(std::vector<std::uint8_t> bytes);
  /// A WebSocket frame of another kind.
  bool send_frame(std::uint8_t first, base::Bytes payload);
  /// Whether exactly these bytes come next.
  bool expect(std::string_view words);
  std::string receive(std::size_t count);
  bool is_closed() { return receive(1).empty(); }
  support::TlsClient* tls() { return tls_ ? &*tls_ : nullptr; }
  support::SocketClient& socket() { return socket_; }

 private:
  bool send_below(base::Bytes bytes);
  bool receive_below();
  void take_frames();

  support::SocketClient socket_;
  std::optional<support::TlsClient> tls_;
  Layers layers_;
  std::string plain_;   // above TLS
  std::string unread_;  // above all
  bool is_upgraded_ = false;
};
