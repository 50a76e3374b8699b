// SPDX-License-Identifier: Apache-2.0
#include "bench/relay/relay.h"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include "bench/load/fail.h"

namespace relay {
namespace {

constexpr std::size_t read_bytes = 64 * 1024;
constexpr std::size_t arena_bytes = 512 * 1024;
constexpr std::uint8_t connack[] = {0x20, 2, 0, 0};
constexpr std::uint8_t pingresp[] = {0xd0, 0};

bool matches(std::string_view filter, std::string_view topic) {
  if (!filter.ends_with('#')) return filter == topic;
  return topic.starts_with(filter.substr(0, filter.size() - 1));
}

void append(base::Bytes bytes, std::vector<iovec>& pieces) {
  auto* const begin = const_cast<std::uint8_t*>(bytes.data());
  if (!pieces.empty()) {
    iovec& last = pieces.back();
    if (static_cast<std::uint8_t*>(last.iov_base) + last.iov_len == begin) {
      last.iov_len += bytes.size();
      return;
    }
  }
  pieces.push_back({begin, bytes.size()});
}

}  // namespace

Relay::Relay(const Options& options) : options_(options), arena_(arena_bytes) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(listener_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 4096) != 0) {
    load::fail_by_errno("relay: bind");
  }
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &event) != 0) load::fail_by_errno("relay: epoll_ctl");
}

Relay::~Relay() {
  ::close(listener_);
  ::close(epoll_);
}

void Relay::run() {
  std::array<epoll_event, 1024> events;
  while (true) {
    const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr == nullptr) {
        accept_one();
      } else {
        on_event(*static_cast<Connection*>(event.data.ptr), event.events);
      }
    }
    flush_all();
  }
}

void Relay::accept_one() {
  const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  connections_.push_back(std::make_unique<Connection>());
  connections_.back()->fd = fd;
  watch(*connections_.back(), EPOLL_CTL_ADD, EPOLLIN);
}

void Relay::watch(Connection& connection, int operation, std::uint32_t events) const {
  epoll_event event{.events = events, .data = {.ptr = &connection}};
  if (::epoll_ctl(epoll_, operation, connection.fd, &event) != 0) load::fail_by_errno("relay: epoll_ctl");
}

void Relay::on_event(Connection& from, std::uint32_t events) {
  if (from.fd < 0) return;
  if ((events & EPOLLOUT) != 0) mark(from);
  if ((events & ~std::uint32_t{EPOLLOUT}) == 0) return;
  if (arena_bytes - arena_used_ < from.tail.size() + read_bytes) flush_all();
  std::uint8_t* const into = arena_.data() + arena_used_;
  std::ranges::copy(from.tail, into);
  const ssize_t got = ::recv(from.fd, into + from.tail.size(), read_bytes, 0);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) close(from);
    return;
  }
  const std::size_t size = from.tail.size() + static_cast<std::size_t>(got);
  arena_used_ += size;
  on_bytes(from, {into, size});
}

void Relay::on_bytes(Connection& from, base::Bytes bytes) {
  const base::Bytes rest =
      load::scan(bytes, [this, &from](const load::Frame& frame) { on_packet(from, frame); });
  pass_on_late(from);
  from.tail.assign(rest.begin(), rest.end());
}

void Relay::on_packet(Connection& from, const load::Frame& frame) {
  using load::PacketType;
  switch (frame.type()) {
    case PacketType::publish:
      return on_publish(from, frame);
    case PacketType::pubrel:
      load::put_ack(PacketType::pubcomp, frame.id(), from.out);
      break;
    case PacketType::pubrec:
      load::put_ack(PacketType::pubrel, frame.id(), from.out);
      break;
    case PacketType::connect:
      from.out.put(connack);
      break;
    case PacketType::subscribe:
      on_subscribe(from, frame);
      break;
    case PacketType::pingreq:
      from.out.put(pingresp);
      break;
    default:
      return;
  }
  mark(from);
}

void Relay::on_subscribe(Connection& from, const load::Frame& frame) {
  base::Reader reader(frame.body);
  const std::uint16_t id = reader.u16();
  base::Buffer granted;
  while (reader.remaining() > 0) {
    from.filters.emplace_back(base::as_text(reader.prefixed()));
    granted.u8(reader.u8());
  }
  from.out.u8(0x90);
  from.out.u8(static_cast<std::uint8_t>(2 + granted.size()));  // fewer than 126 filters
  from.out.u16(id);
  from.out.put(granted.bytes());
}

void Relay::on_publish(Connection& from, const load::Frame& frame) {
  if (!from.is_routed) find_receivers(from, frame);
  if (frame.qos() != load::Qos::at_most_once) {
    const bool is_1 = frame.qos() == load::Qos::at_least_once;
    load::put_ack(is_1 ? load::PacketType::puback : load::PacketType::pubrec, load::published(frame).id,
                  from.out);
    mark(from);
  }
  const std::size_t head = frame.body.size() < 128 ? 2 : frame.body.size() < 16384 ? 3 : 4;
  const base::Bytes bytes{frame.body.data() - head, frame.body.size() + head};
  if (options_.fault == Fault::none) return pass_on(from, bytes);
  pass_on_wrongly(from, bytes);
}

void Relay::find_receivers(Connection& from, const load::Frame& frame) {
  const std::string_view topic = load::published(frame).topic;
  for (const auto& connection : connections_) {
    const auto wants = [topic](const std::string& filter) { return matches(filter, topic); };
    if (std::ranges::any_of(connection->filters, wants)) from.receivers.push_back(connection.get());
  }
  from.is_routed = true;
}

void Relay::pass_on(Connection& from, base::Bytes bytes) {
  for (Connection* const receiver : from.receivers) {
    append(bytes, receiver->pieces);
    mark(*receiver);
  }
}

void Relay::pass_on_wrongly(Connection& from, base::Bytes bytes) {
  const bool is_wrong = ++counted_ % options_.every == 0;
  if (is_wrong && options_.fault == Fault::lose) return;
  if (is_wrong && options_.fault == Fault::swap) {
    late_ = bytes;
    return;
  }
  pass_on(from, bytes);
  if (is_wrong && options_.fault == Fault::repeat) pass_on(from, bytes);
  pass_on_late(from);
}

void Relay::pass_on_late(Connection& from) {
  if (late_.empty()) return;
  pass_on(from, late_);
  late_ = {};
}

void Relay::mark(Connection& connection) {
  if (connection.is_marked || connection.fd < 0) return;
  connection.is_marked = true;
  marked_.push_back(&connection);
}

void Relay::flush_all() {
  for (Connection* const connection : marked_) {
    connection->is_marked = false;
    flush(*connection);
  }
  marked_.clear();
  arena_used_ = 0;
}

/// Backlog, acknowledgements, pieces: what the socket refuses of them is the new backlog.
void Relay::flush(Connection& connection) {
  vector_.clear();
  const base::Bytes own[] = {connection.backlog, connection.out.bytes()};
  for (const base::Bytes bytes : own) {
    if (!bytes.empty()) append(bytes, vector_);
  }
  vector_.insert(vector_.end(), connection.pieces.begin(), connection.pieces.end());
  const int count = static_cast<int>(std::min<std::size_t>(vector_.size(), IOV_MAX));
  const ssize_t gone = connection.fd < 0 ? 0 : ::writev(connection.fd, vector_.data(), count);
  std::size_t skip = gone < 0 ? 0 : static_cast<std::size_t>(gone);
  std::vector<std::uint8_t> rest;
  for (const iovec& piece : vector_) {
    const std::size_t gone_here = std::min(skip, piece.iov_len);
    skip -= gone_here;
    const auto* const begin = static_cast<const std::uint8_t*>(piece.iov_base);
    rest.insert(rest.end(), begin + gone_here, begin + piece.iov_len);
  }
  connection.backlog = std::move(rest);
  connection.out.clear();
  connection.pieces.clear();
  const bool wants = !connection.backlog.empty();
  if (connection.fd < 0 || wants == connection.waits_to_write) return;
  connection.waits_to_write = wants;
  watch(connection, EPOLL_CTL_MOD, EPOLLIN | (wants ? EPOLLOUT : 0U));
}

/// Its memory stays: others may hold it as a receiver. A relay does not live long.
void Relay::close(Connection& connection) {
  ::close(connection.fd);
  connection.fd = -1;
  connection.filters.clear();
}

}  // namespace relay
