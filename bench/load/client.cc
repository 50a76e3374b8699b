// SPDX-License-Identifier: Apache-2.0
#include "bench/load/client.h"

#include <array>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "bench/load/fail.h"

namespace load {

Client::Client(std::uint32_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0) fail_by_errno("socket");
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const linger reset{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail_by_errno(fmt::format("connect to 127.0.0.1:{}", port));
  }
}

Client::Client(Client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      out_(std::move(other.out_)),
      flushed_(other.flushed_),
      tail_(std::move(other.tail_)) {}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

void Client::greet(std::string_view client_id, bool is_clean) {
  put_connect(client_id, is_clean, out_);
  flush();
  await(PacketType::connack, "CONNACK");
}

void Client::subscribe(std::span<const std::string> filters, Qos qos) {
  put_subscribe(filters, qos, out_);
  flush();
  await(PacketType::suback, "SUBACK");
}

void Client::await(PacketType type, std::string_view what) {
  std::array<std::uint8_t, 4096> room;
  bool has_come = false;
  while (!has_come) {
    const auto look = [&](const Frame& frame) { has_come = has_come || frame.type() == type; };
    if (!read(room, look)) fail(fmt::format("no {}: the connection is gone", what));
  }
}

void Client::stop_waiting() {
  if (::fcntl(fd_, F_SETFL, O_NONBLOCK) != 0) fail_by_errno("fcntl");
}

bool Client::flush() {
  const base::Bytes rest = out_.bytes().subspan(flushed_);
  if (rest.empty()) return true;
  const ssize_t gone = ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
  if (gone < 0 && errno != EAGAIN) fail_by_errno("the connection broke while sending");
  flushed_ += gone < 0 ? 0 : static_cast<std::size_t>(gone);
  if (flushed_ < out_.size()) return false;
  out_.clear();
  flushed_ = 0;
  return true;
}

}  // namespace load
