// SPDX-License-Identifier: Apache-2.0
#include "broker/net/tcp_listener.h"

#include <utility>

#include <netinet/tcp.h>

#include "broker/net/sockaddr.h"

namespace net {
namespace {

/// mosquitto's 100 collapses when a thousand clients come back at once.
constexpr int backlog = 4096;
/// An MQTT client speaks first: until it does, or these seconds are over, the connection stays the kernel's.
constexpr int defer_accept_s = 2;

/// Set on the listener, inherited by what it accepts: no system call per connection.
void set_options(uv_os_fd_t fd) {
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &defer_accept_s, sizeof defer_accept_s);
}

std::string reason_of(int status) {
  if (status == UV_EADDRINUSE) return "is taken by another program; stop that one or choose another port";
  if (status == UV_EACCES) return "may only be bound by root (ports below 1024); choose a higher port";
  if (status == UV_EADDRNOTAVAIL) return "is no address of this machine";
  return std::string("cannot be bound: ") + uv_strerror(status);
}

}  // namespace

base::Expected<std::unique_ptr<TcpListener>, std::string> TcpListener::open(Loop& loop,
                                                                            const Address& address,
                                                                            Reach reach, OnStream on_stream) {
  std::unique_ptr<TcpListener> listener(new TcpListener(loop, std::move(on_stream)));
  const int status = listener->listen(address, reach);
  if (status != 0) return base::make_unexpected(address.text() + " " + reason_of(status));
  return listener;
}

int TcpListener::listen(const Address& address, Reach reach) {
  auto raw = std::make_unique<uv_tcp_t>();
  const sockaddr_storage storage = to_sockaddr(address);
  if (const int status = uv_tcp_init_ex(loop_.raw(), raw.get(), storage.ss_family); status != 0)
    return status;
  handle_.reset(raw.release());
  handle_->data = this;
  const unsigned flags = !address.is_v4() && reach == Reach::ipv6_only ? UV_TCP_IPV6ONLY : 0;
  if (const int status = uv_tcp_bind(handle_.get(), &as_sockaddr(storage), flags); status != 0) return status;
  uv_os_fd_t fd = -1;
  if (uv_fileno(reinterpret_cast<uv_handle_t*>(handle_.get()), &fd) == 0) set_options(fd);
  const auto on_connection = [](uv_stream_t* stream, int status) {
    if (auto* self = static_cast<TcpListener*>(stream->data)) self->on_connection(status);
  };
  if (const int status = uv_listen(reinterpret_cast<uv_stream_t*>(handle_.get()), backlog, on_connection);
      status != 0) {
    return status;
  }
  sockaddr_storage bound{};
  int size = sizeof bound;
  uv_tcp_getsockname(handle_.get(), reinterpret_cast<sockaddr*>(&bound), &size);
  address_ = from_sockaddr(as_sockaddr(bound));
  return 0;
}

void TcpListener::on_connection(int status) {
  if (status != 0) return;  // out of descriptors or gone already: libuv goes on listening
  auto raw = std::make_unique<uv_tcp_t>();
  if (uv_tcp_init(loop_.raw(), raw.get()) != 0) return;
  HandlePtr<uv_tcp_t> accepted(raw.release());
  auto* listening = reinterpret_cast<uv_stream_t*>(handle_.get());
  if (uv_accept(listening, reinterpret_cast<uv_stream_t*>(accepted.get())) != 0) return;
  on_stream_(std::make_unique<TcpStream>(loop_, std::move(accepted)));
}

}  // namespace net
