// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"

namespace support {

/// A TCP client on loopback that sends and expects bytes as they are. It waits for conditions with a deadline
/// and never sleeps; what does not come in time is simply not there.
class SocketClient {
 public:
  explicit SocketClient(std::uint16_t port);
  /// By a unix socket.
  explicit SocketClient(const std::string& path);
  ~SocketClient();
  SocketClient(SocketClient&& other) noexcept : fd_(other.fd_), unread_(std::move(other.unread_)) {
    other.fd_ = -1;
  }
  SocketClient& operator=(SocketClient&&) = delete;

  /// False when the other side no longer takes it.
  bool send(base::Bytes bytes);
  bool send(std::string_view words);  // support::wire
  /// CONNECT (clean session, no keep-alive), and its CONNACK read.
  bool connect(std::string_view client_id);

  /// The next `count` bytes; fewer when they did not come in time or the connection ended.
  std::vector<std::uint8_t> receive(std::size_t count);
  /// What there is, as soon as there is any; empty: nothing came in time, or the connection ended.
  std::vector<std::uint8_t> receive_some();
  /// Whether exactly these bytes come next.
  bool expect(std::string_view words);
  /// Whether the other side closes, with nothing more said.
  bool is_closed();
  /// A receive buffer that does not grow, as of a client that does not keep up; before the first byte.
  void limit_receive_buffer();
  /// Sends until the other side has taken nothing for a while; returns how much it took.
  std::size_t send_until_stuck(base::Bytes bytes);
  int fd() const { return fd_; }
  /// Closes with RST: what the other side still sends fails.
  void reset();

 private:
  bool wait_readable();

  int fd_ = -1;
  std::vector<std::uint8_t> unread_;
};

}  // namespace support
