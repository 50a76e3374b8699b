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

constexpr int seconds_to_answer = 2;  // of each listener: a container's check has five

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

using Problem = std::optional<std::string>;

/// The first listener of `protocol` that speaks it at once, in front of which nothing else is spoken.
const TcpBind* plain_listener(const Config& config, Protocol protocol) {
  for (const Listener& listener : config.listeners) {
    const auto* bind = std::get_if<TcpBind>(&listener.bind);
    const bool is_plain = !listener.tls.is_on() && !listener.proxy_protocol;
    if (bind != nullptr && listener.protocol == protocol && is_plain) return bind;
  }
  return nullptr;
}

const TcpBind* any_listener(const Config& config) {
  for (const Listener& listener : config.listeners) {
    if (const auto* bind = std::get_if<TcpBind>(&listener.bind)) return bind;
  }
  return nullptr;
}

/// Where a listener on every address is reached from this machine.
std::string_view reachable(const std::string& host) {
  if (host.empty() || host == "::") return "::1";
  return host == "0.0.0.0" ? "127.0.0.1" : std::string_view(host);
}

bool send_all(int fd, base::Bytes bytes) {
  return send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

/// Any CONNACK is an answer, a refusal too.
Problem ask_mqtt(int fd) {
  base::Buffer connect;
  const std::string id = "meshbroker-health-" + std::to_string(getpid());
  mqtt::encode(mqtt::Connect{.client_id = id, .will = {}, .user_name = {}, .password = {}},
               mqtt::Version::v311, connect);
  std::array<std::uint8_t, 4> connack{};
  if (!send_all(fd, connect.bytes()) || recv(fd, connack.data(), connack.size(), MSG_WAITALL) != 4 ||
      connack[0] != 0x20)
    return "no CONNACK within 2 s";
  base::Buffer disconnect;
  mqtt::encode(mqtt::Disconnect{}, mqtt::Version::v311, disconnect);
  send_all(fd, disconnect.bytes());  // or the log says that it got lost
  return std::nullopt;
}

/// Whether every worker answers, which no listener of MQTT tells.
Problem ask_http(int fd) {
  constexpr std::string_view request = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  constexpr std::size_t longest = 4096;
  constexpr std::string_view end_of_fields = "\r\n\r\n";
  std::string answer(longest, '\0');
  const ssize_t size =
      send_all(fd, base::as_bytes(request)) ? recv(fd, answer.data(), answer.size(), MSG_WAITALL) : -1;
  if (size <= 0) return "GET /readyz is not answered within 2 s";
  answer.resize(static_cast<std::size_t>(size));
  if (answer.starts_with("HTTP/1.1 200 ")) return std::nullopt;
  const std::size_t body = answer.find(end_of_fields);
  return "GET /readyz says " +
         (body == std::string::npos ? answer : answer.substr(body + end_of_fields.size()));
}

Problem knock(int) { return std::nullopt; }

/// Connects and asks.
Problem visit(const TcpBind& bind, Problem (*ask)(int fd)) {
  if (bind.port == 0) return "port 0 means any free port: give the listener one";
  const auto address = net::parse_address(reachable(bind.host), bind.port);
  if (!address) return address.error();
  const sockaddr_storage target = net::to_sockaddr(*address);
  const Socket connected(socket(target.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = seconds_to_answer, .tv_usec = 0};
  setsockopt(connected.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(connected.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  const socklen_t size = target.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  if (connect(connected.get(), &net::as_sockaddr(target), size) != 0)
    return address->text() + ": " + std::strerror(errno);
  if (const Problem problem = ask(connected.get())) return address->text() + ": " + *problem;
  return std::nullopt;
}

}  // namespace

base::Expected<void, std::string> check_health(const Config& config) {
  const TcpBind* const mqtt = plain_listener(config, Protocol::mqtt);
  const TcpBind* const http = plain_listener(config, Protocol::http);
  const TcpBind* const any = any_listener(config);
  if (any == nullptr) return base::make_unexpected(std::string("no listener on TCP"));
  Problem problem;
  if (mqtt != nullptr) problem = visit(*mqtt, ask_mqtt);
  if (http != nullptr && !problem) problem = visit(*http, ask_http);
  if (mqtt == nullptr && http == nullptr) problem = visit(*any, knock);
  if (problem) return base::make_unexpected(*problem);
  return {};
}

}  // namespace app
