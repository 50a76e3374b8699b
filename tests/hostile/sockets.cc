// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/sockets.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker/base/check.h"
#include "tests/hostile/round_trips.h"

namespace hostile {
namespace {

constexpr std::size_t asked_at_once = 128;
constexpr std::size_t most_sends_in_a_row = 16;

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Loopback answers at once, so connecting may block; what follows does not.
int open_connection(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  CHECK(fd >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  close(fd);
  return -1;
}

}  // namespace

Sockets::Sockets(std::uint16_t port, std::size_t count) : poll_(epoll_create1(EPOLL_CLOEXEC)), seats_(count) {
  raise_descriptor_limit();
  for (std::size_t i = 0; i < count; ++i) {
    seats_[i].fd = open_connection(port);
    seats_[i].has_ended = seats_[i].fd < 0;
    if (seats_[i].has_ended) continue;
    ++open_;
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    CHECK(epoll_ctl(poll_, EPOLL_CTL_ADD, seats_[i].fd, &event) == 0);
  }
}

Sockets::~Sockets() {
  for (std::size_t i = 0; i < seats_.size(); ++i) reset(i);
  close(poll_);
}

void Sockets::send(std::size_t i, const Bytes& bytes, std::size_t times) {
  add_work(i, {std::make_shared<const Bytes>(bytes), times});
}

void Sockets::send_all(const Bytes& bytes, std::size_t times) {
  const auto shared = std::make_shared<const Bytes>(bytes);
  for (std::size_t i = 0; i < seats_.size(); ++i) add_work(i, {shared, times});
}

void Sockets::add_work(std::size_t i, Work work) {
  Seat& seat = seats_[i];
  if (seat.has_ended || work.bytes->empty() || work.times == 0) return;
  if (seat.work.empty()) ++sending_;
  seat.work.insert(seat.work.begin(), std::move(work));
  watch(i);
}

bool Sockets::connect_all(std::string_view prefix, const ConnectWords& words) {
  for (std::size_t i = 0; i < size(); ++i) send(i, connect(std::string(prefix) + std::to_string(i), words));
  const auto has_connack = [](const Seat& seat) { return seat.received >= 4 || seat.has_ended; };
  if (!run([&] { return std::ranges::all_of(seats_, has_connack); })) return false;
  for (std::size_t i = 0; i < size(); ++i) {
    if (kept(i).size() < 4 || kept(i)[0] != packet_type::connack || kept(i)[3] != 0) return false;
    forget(i);
  }
  return true;
}

bool Sockets::run(const std::function<bool()>& is_done, std::chrono::milliseconds patience) {
  const auto give_up = Clock::now() + patience;
  std::array<epoll_event, 256> events{};
  while (!is_done()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(give_up - Clock::now()).count();
    if (left <= 0) return false;
    const int ready =
        epoll_wait(poll_, events.data(), events.size(), static_cast<int>(std::min<long>(left, 50)));
    for (int at = 0; at < ready; ++at) {
      const epoll_event& event = events[static_cast<std::size_t>(at)];
      const auto i = static_cast<std::size_t>(event.data.u64);
      if ((event.events & EPOLLOUT) != 0) write_some(i);
      if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read_some(i);
    }
  }
  return true;
}

bool Sockets::run_until_sent() {
  return run([this] { return sending_ == 0; });
}

bool Sockets::run_until_ended() {
  return run([this] { return open_ == 0; });
}

bool Sockets::run_until_received(std::size_t i, std::size_t bytes) {
  return run([&] { return received(i) >= bytes || has_ended(i); }) && received(i) >= bytes;
}

bool Sockets::run_until_answered(std::size_t first, const Bytes& question, std::size_t answer_bytes) {
  const auto shared = std::make_shared<const Bytes>(question);
  for (std::size_t i = first; i < size(); ++i) {
    forget(i);
    add_work(i, {shared, 1});
  }
  std::size_t answered = first;
  return run([&] {
    while (answered < size() && (received(answered) >= answer_bytes || has_ended(answered))) ++answered;
    return answered == size();
  });
}

void Sockets::forget(std::size_t i) {
  seats_[i].received = 0;
  seats_[i].kept.clear();
}

void Sockets::stop_reading(std::size_t i) {
  seats_[i].is_reading = false;
  watch(i);
}

void Sockets::finish(std::size_t i) {
  if (seats_[i].fd >= 0) shutdown(seats_[i].fd, SHUT_WR);
}

void Sockets::reset(std::size_t i) {
  Seat& seat = seats_[i];
  if (seat.fd < 0) return;
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(seat.fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  end(i);
  close(std::exchange(seat.fd, -1));
}

void Sockets::watch(std::size_t i) {
  Seat& seat = seats_[i];
  if (seat.has_ended) return;
  epoll_event event{.events = 0, .data = {.u64 = i}};
  if (seat.is_reading) event.events |= EPOLLIN;
  if (!seat.work.empty()) event.events |= EPOLLOUT;
  epoll_ctl(poll_, EPOLL_CTL_MOD, seat.fd, &event);
}

void Sockets::write_some(std::size_t i) {
  Seat& seat = seats_[i];
  for (std::size_t sends = 0; sends < most_sends_in_a_row && !seat.work.empty(); ++sends) {
    Work& work = seat.work.back();
    const std::size_t left = work.bytes->size() - seat.offset;
    const ssize_t sent = ::send(seat.fd, work.bytes->data() + seat.offset, left, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (sent < 0) return end(i);
    seat.taken += static_cast<std::size_t>(sent);
    seat.offset += static_cast<std::size_t>(sent);
    if (seat.offset < work.bytes->size()) continue;
    seat.offset = 0;
    if (--work.times == 0) seat.work.pop_back();
  }
  if (!seat.work.empty()) return;
  --sending_;
  watch(i);
}

void Sockets::read_some(std::size_t i) {
  Seat& seat = seats_[i];
  if (seat.has_ended) return;
  std::array<std::uint8_t, 64 * 1024> room;
  const ssize_t got = recv(seat.fd, room.data(), room.size(), MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return end(i);
  const auto bytes = static_cast<std::size_t>(got);
  seat.received += bytes;
  const std::size_t more = std::min(bytes, kept_bytes - std::min(kept_bytes, seat.kept.size()));
  seat.kept.insert(seat.kept.end(), room.begin(), room.begin() + static_cast<std::ptrdiff_t>(more));
}

void Sockets::end(std::size_t i) {
  Seat& seat = seats_[i];
  if (std::exchange(seat.has_ended, true)) return;
  --open_;
  if (!seat.work.empty()) --sending_;
  seat.work.clear();
  epoll_ctl(poll_, EPOLL_CTL_DEL, seat.fd, nullptr);
}

Answers ask_each(std::uint16_t port, const std::vector<Bytes>& scripts) {
  Answers answers;
  answers.bytes.reserve(scripts.size());
  for (std::size_t begin = 0; begin < scripts.size(); begin += asked_at_once) {
    Sockets sockets(port, std::min(asked_at_once, scripts.size() - begin));
    for (std::size_t i = 0; i < sockets.size(); ++i) sockets.send(i, scripts[begin + i]);
    sockets.run_until_sent();
    for (std::size_t i = 0; i < sockets.size(); ++i) sockets.finish(i);
    sockets.run_until_ended();
    answers.ended += sockets.size() - sockets.open_count();
    for (std::size_t i = 0; i < sockets.size(); ++i) answers.bytes.push_back(sockets.kept(i));
  }
  return answers;
}

}  // namespace hostile
