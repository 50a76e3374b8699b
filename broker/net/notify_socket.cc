// SPDX-License-Identifier: Apache-2.0
#include "broker/net/notify_socket.h"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <system_error>

#include <sys/socket.h>
#include <sys/un.h>

namespace net {
namespace {

/// All of `text` in decimal digits.
std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<NotifySocket> NotifySocket::open(std::string_view name) {
  const bool is_abstract = name.starts_with('@');
  if (!is_abstract && !name.starts_with('/')) return std::nullopt;
  if (name.size() >= sizeof(sockaddr_un::sun_path)) return std::nullopt;
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return std::nullopt;
  std::string address(name);
  if (is_abstract) address.front() = '\0';
  return NotifySocket(std::move(socket), std::move(address));
}

void NotifySocket::say(std::string_view lines) const {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  address_.copy(to.sun_path, sizeof to.sun_path - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  sendto(socket_.get(), lines.data(), lines.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to),
         size);
}

std::optional<base::Duration> watchdog_time(std::string_view usec, std::string_view pid, pid_t own) {
  const auto time = number(usec);
  if (!time || *time == 0 || *time == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  if (!pid.empty() && number(pid) != static_cast<std::uint64_t>(own)) return std::nullopt;
  return base::Duration(static_cast<base::Duration::rep>(*time / 1000));
}

}  // namespace net
