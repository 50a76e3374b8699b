// SPDX-License-Identifier: Apache-2.0
#include "tests/support/socket_client.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "broker/base/buffer.h"
#include "broker/mqtt/encode.h"
#include "tests/support/wire.h"

namespace support {
namespace {

/// Far beyond anything that works, so that a loaded machine fails no test.
constexpr int patience_ms = 20'000;
/// Long enough for a loaded machine; taking a moving socket for a stuck one would only make the test weaker.
constexpr int stuck_after_ms = 300;

}  // namespace

SocketClient::SocketClient(std::uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

SocketClient::SocketClient(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(fd_);
    fd_ = -1;
  }
}

SocketClient::~SocketClient() {
  if (fd_ >= 0) close(fd_);
}

bool SocketClient::send(base::Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool SocketClient::send(std::string_view words) { return send(wire(words)); }

bool SocketClient::connect(std::string_view client_id) {
  mqtt::Connect connect;
  connect.client_id = client_id;
  base::Buffer out;
  mqtt::encode(connect, mqtt::Version::v311, out);
  return send(out.bytes()) && expect("20 02 00 00");
}

std::vector<std::uint8_t> SocketClient::receive(std::size_t count) {
  std::array<std::uint8_t, 65536> room{};
  while (unread_.size() < count && wait_readable()) {
    const ssize_t got = recv(fd_, room.data(), room.size(), 0);
    if (got <= 0) break;
    unread_.insert(unread_.end(), room.begin(), room.begin() + got);
  }
  const auto end = unread_.begin() + static_cast<std::ptrdiff_t>(std::min(count, unread_.size()));
  std::vector<std::uint8_t> bytes(unread_.begin(), end);
  unread_.erase(unread_.begin(), end);
  return bytes;
}

std::vector<std::uint8_t> SocketClient::receive_some() {
  std::vector<std::uint8_t> some = receive(1);
  some.insert(some.end(), unread_.begin(), unread_.end());
  unread_.clear();
  return some;
}

bool SocketClient::expect(std::string_view words) {
  const auto wanted = wire(words);
  return receive(wanted.size()) == wanted;
}

bool SocketClient::is_closed() {
  std::uint8_t byte = 0;
  return unread_.empty() && wait_readable() && recv(fd_, &byte, 1, 0) <= 0;
}

void SocketClient::limit_receive_buffer() {
  // Not smaller: below the loopback's segment size every window waits for a delayed acknowledgement.
  const int bytes = 256 * 1024;
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

std::size_t SocketClient::send_until_stuck(base::Bytes bytes) {
  const std::size_t all = bytes.size();
  while (!bytes.empty()) {
    pollfd waiting{.fd = fd_, .events = POLLOUT, .revents = 0};
    if (poll(&waiting, 1, stuck_after_ms) <= 0) break;
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) break;
    if (sent > 0) bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return all - bytes.size();
}

void SocketClient::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(std::exchange(fd_, -1));
}

bool SocketClient::wait_readable() {
  pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
  return poll(&waiting, 1, patience_ms) > 0;
}

}  // namespace support
