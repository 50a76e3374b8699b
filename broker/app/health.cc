// SPDX-License-Identifier: Apache-2.0
#include "broker/app/health.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "broker/base/buffer.h"
#include "broker/mqtt/encode.h"
#include "broker/net/sockaddr.h"

namespace app {
namespace {

constexpr int seconds_to_answer = 3;

/// A descriptor that is closed when it goes.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

struct Door {
  const TcpBind* bind = nullptr;  // null: there is none
  bool is_plain = false;          // behind it MQTT is spoken at once
};

/// One that can be asked; else one that can at least be knocked at.
Door door_of(const Config& config) {
  Door closed;
  for (const Listener& listener : config.listeners) {
    const auto* bind = std::get_if<TcpBind>(&listener.bind);
    if (bind == nullptr || listener.protocol == Protocol::http) continue;
    if (listener.protocol == Protocol::mqtt && !listener.tls.is_on() && !listener.proxy_protocol)
      return {bind, true};
    if (closed.bind == nullptr) closed.bind = bind;
  }
  return closed;
}

/// Where a listener on every address is reached from this machine.
std::string_view reachable(const std::string& host) {
  if (host.empty() || host == "::") return "::1";
  return host == "0.0.0.0" ? "127.0.0.1" : std::string_view(host);
}

bool is_answered(int fd) {
  base::Buffer connect;
  const std::string id = "meshbroker-health-" + std::to_string(getpid());
  mqtt::encode(mqtt::Connect{.client_id = id, .will = {}, .user_name = {}, .password = {}},
               mqtt::Version::v311, connect);
  if (send(fd, connect.bytes().data(), connect.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(connect.size())) {
    return false;
  }
  std::array<std::uint8_t, 4> connack{};
  if (recv(fd, connack.data(), connack.size(), MSG_WAITALL) != 4 || connack[0] != 0x20) return false;
  base::Buffer disconnect;
  mqtt::encode(mqtt::Disconnect{}, mqtt::Version::v311, disconnect);
  send(fd, disconnect.bytes().data(), disconnect.size(), MSG_NOSIGNAL);  // or the log says that it got lost
  return true;
}

}  // namespace

base::Expected<void, std::string> check_health(const Config& config) {
  const auto [bind, is_plain] = door_of(config);
  if (bind == nullptr) return base::make_unexpected(std::string("no listener on TCP"));
  if (bind->port == 0)
    return base::make_unexpected(std::string("port 0 means any free port: give the listener one"));
  const auto address = net::parse_address(reachable(bind->host), bind->port);
  if (!address) return base::make_unexpected(address.error());
  const sockaddr_storage target = net::to_sockaddr(*address);
  const Socket connected(socket(target.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = seconds_to_answer, .tv_usec = 0};
  setsockopt(connected.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(connected.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const socklen_t size = target.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  if (connect(connected.get(), &net::as_sockaddr(target), size) != 0) {
    return base::make_unexpected(address->text() + ": " + std::strerror(errno));
  }
  if (is_plain && !is_answered(connected.get()))
    return base::make_unexpected(address->text() + ": no CONNACK within 3 s");
  return {};
}

}  // namespace app
