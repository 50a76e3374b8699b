// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/socket.h>

#include "bench/load/wire.h"

namespace load {

/// One MQTT connection of the generator; owns its socket, which is reset when it goes (no TIME_WAIT).
class Client {
 public:
  /// Connected to 127.0.0.1:port, without delay; nothing is said yet. Waits.
  explicit Client(std::uint32_t port);
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// CONNECT and CONNACK, SUBSCRIBE and SUBACK. Both wait and end the program when refused.
  void greet(std::string_view client_id, bool is_clean = true);
  void subscribe(std::span<const std::string> filters, Qos qos);
  /// From here on nothing waits.
  void stop_waiting();

  /// What is appended here goes with the next flush.
  base::Buffer& out() { return out_; }
  /// True when everything is out; false: the socket is full.
  bool flush();
  bool is_full() const { return flushed_ != 0; }

  /// One read into `room`, and `on_frame(Frame)` for each packet in it. False: the broker has closed.
  template <class OnFrame>
  bool read(std::span<std::uint8_t> room, OnFrame&& on_frame) {
    if (!tail_.empty()) std::memcpy(room.data(), tail_.data(), tail_.size());
    const ssize_t got = ::recv(fd_, room.data() + tail_.size(), room.size() - tail_.size(), 0);
    if (got <= 0) return got < 0 && errno == EAGAIN;
    const base::Bytes rest = scan(room.first(tail_.size() + static_cast<std::size_t>(got)), on_frame);
    tail_.assign(rest.begin(), rest.end());
    return true;
  }

  int fd() const { return fd_; }

 private:
  void await(PacketType type, std::string_view what);

  int fd_;
  base::Buffer out_;
  std::size_t flushed_ = 0;         // of out_
  std::vector<std::uint8_t> tail_;  // an incomplete packet
};

}  // namespace load
