// SPDX-License-Identifier: Apache-2.0
#include "broker/net/notify_socket.h"

#include <cstddef>

#include <sys/socket.h>
#include <sys/un.h>

namespace net {

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

}  // namespace net
