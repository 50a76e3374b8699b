// SPDX-License-Identifier: Apache-2.0
#include "broker/net/tcp_listener.h"

#include <cerrno>

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "broker/net/sockaddr.h"

namespace net {
namespace {

/// mosquitto's 100 collapses when a thousand clients come back at once.
constexpr int backlog = 4096;
/// An MQTT client speaks first: until it does, or these seconds are over, the connection stays the kernel's.
constexpr int defer_accept_s = 2;
/// However many knock, those who are in are served in between.
constexpr int accepts_per_turn = 128;
/// For how long nobody is accepted when there is no descriptor even to refuse with.
constexpr base::Duration pause_time = std::chrono::milliseconds(100);

int status_of_errno() { return uv_translate_sys_error(errno); }

int set_option(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) == 0 ? 0 : status_of_errno();
}

std::string reason_of(int status) {
  if (status == UV_EADDRINUSE) return "is taken by another program; stop that one or choose another port";
  if (status == UV_EACCES) return "may only be bound by root (ports below 1024); choose a higher port";
  if (status == UV_EADDRNOTAVAIL) return "is no address of this machine";
  return std::string("cannot be bound: ") + uv_strerror(status);
}

int accept_from(int listening, sockaddr_storage& peer) {
  socklen_t size = sizeof peer;
  return accept4(listening, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
}

Descriptor open_spare() { return Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

}  // namespace

TcpListener::TcpListener(Loop& loop, Events events)
    : loop_(loop), events_(std::move(events)), spare_(open_spare()), resume_(loop, [this] {
        is_paused_ = false;
        if (const int status = watch(); status != 0) pause(status);
      }) {}

base::Expected<std::unique_ptr<TcpListener>, std::string> TcpListener::open(Loop& loop, const Place& place,
                                                                            Events events) {
  std::unique_ptr<TcpListener> listener(new TcpListener(loop, std::move(events)));
  const int status = listener->listen(place);
  if (status != 0) return base::make_unexpected(place.address.text() + " " + reason_of(status));
  return listener;
}

std::unique_ptr<TcpListener> TcpListener::open_bound(Loop& loop, Descriptor bound, Events events) {
  std::unique_ptr<TcpListener> listener(new TcpListener(loop, std::move(events)));
  listener->socket_ = std::move(bound);
  return listener->start() == 0 ? std::move(listener) : nullptr;
}

/// A socket that is bound to the place; the status says why it is not.
int TcpListener::bind_socket(const Place& place, bool is_shared) {
  const sockaddr_storage storage = to_sockaddr(place.address);
  socket_.reset(socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket_) return status_of_errno();
  const int fd = socket_.get();
  // Connections of the last run that linger do not keep the next one from its port.
  if (const int status = set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1); status != 0) return status;
  if (is_shared) {
    if (const int status = set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1); status != 0) return status;
  }
  if (!place.address.is_v4()) {
    const int only = place.reach == Reach::ipv6_only ? 1 : 0;
    if (const int status = set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, only); status != 0) return status;
  }
  const socklen_t size = storage.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  return bind(fd, &as_sockaddr(storage), size) == 0 ? 0 : status_of_errno();
}

int TcpListener::listen(const Place& place) {
  if (place.sharing == Sharing::first) {
    if (const int status = bind_socket(place, false); status != 0) return status;
  }
  if (const int status = bind_socket(place, place.sharing != Sharing::alone); status != 0) return status;
  const int fd = socket_.get();
  // Inherited by what is accepted: no system call per connection.
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, defer_accept_s);
  return start();
}

int TcpListener::start() {
  const int fd = socket_.get();
  if (::listen(fd, backlog) != 0) return status_of_errno();
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  address_ = from_sockaddr(as_sockaddr(bound));

  auto raw = std::make_unique<uv_poll_t>();
  if (const int status = uv_poll_init_socket(loop_.raw(), raw.get(), fd); status != 0) return status;
  poll_.reset(raw.release());
  poll_->data = this;
  return watch();
}

int TcpListener::watch() {
  return uv_poll_start(poll_.get(), UV_READABLE, [](uv_poll_t* poll, int status, int) {
    auto* self = static_cast<TcpListener*>(poll->data);
    if (self == nullptr) return;
    if (status != 0) return self->pause(status);
    self->accept_all();
  });
}

void TcpListener::accept_all() {
  for (int i = 0; i < accepts_per_turn && !is_paused_; ++i) {
    if (!accept_one()) return;
  }
}

/// False: nobody waits any more.
bool TcpListener::accept_one() {
  sockaddr_storage peer{};
  Descriptor accepted(accept_from(socket_.get(), peer));
  if (accepted) {
    take(std::move(accepted), from_sockaddr(as_sockaddr(peer)));
    return true;
  }
  const int status = status_of_errno();
  if (status == UV_EAGAIN) return false;
  if (status == UV_EMFILE || status == UV_ENFILE) return refuse_one(status);
  if (status == UV_ENOBUFS || status == UV_ENOMEM) pause(status);
  return true;  // what else accept(2) says is about one client, who is gone
}

void TcpListener::take(Descriptor accepted, const Address& peer) {
  if (auto stream = TcpStream::adopt(loop_, {std::move(accepted), peer}))
    events_.on_stream(std::move(stream));
}

/// The spare descriptor makes room to take a client in and close it: it hears at once that it has to come
/// later, instead of hanging. False: nobody waits, or nobody could be refused.
bool TcpListener::refuse_one(int status) {
  spare_.reset();
  sockaddr_storage peer{};
  Descriptor accepted(accept_from(socket_.get(), peer));
  const bool is_refused = static_cast<bool>(accepted);
  const bool is_stuck = !is_refused && status_of_errno() != UV_EAGAIN;
  accepted.reset();
  spare_ = open_spare();
  if (is_refused) events_.on_exhausted(from_sockaddr(as_sockaddr(peer)), status);
  if (is_stuck || !spare_) pause(status);
  return is_refused;
}

void TcpListener::pause(int status) {
  is_paused_ = true;
  uv_poll_stop(poll_.get());
  resume_.set(loop_.now() + pause_time);
  events_.on_exhausted(std::nullopt, status);
}

}  // namespace net
