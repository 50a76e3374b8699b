// SPDX-License-Identifier: Apache-2.0
#include "bench/load/crowd.h"

#include <fmt/format.h>
#include <unistd.h>

#include "bench/load/clock.h"
#include "bench/load/fail.h"

namespace load {
namespace {

constexpr std::size_t room_bytes = 256 * 1024;  // one read; stays in the second-level cache

}  // namespace

Crowd::Crowd() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), room_(room_bytes) {
  if (epoll_ < 0) fail_by_errno("epoll_create1");
}

Crowd::~Crowd() { ::close(epoll_); }

void Crowd::add(Client client) {
  const auto number = static_cast<std::uint32_t>(clients_.size());
  client.stop_waiting();
  epoll_event event{.events = EPOLLIN, .data = {.u32 = number}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, client.fd(), &event) != 0) fail_by_errno("epoll_ctl");
  clients_.push_back(std::move(client));
  states_.emplace_back();
}

base::Buffer& Crowd::out_of(std::uint32_t number) {
  mark(number);
  return clients_[number].out();
}

std::span<const epoll_event> Crowd::wait(std::int64_t timeout_ns) {
  const timespec timeout{.tv_sec = timeout_ns / ns_per_s, .tv_nsec = timeout_ns % ns_per_s};
  const int count =
      ::epoll_pwait2(epoll_, events_.data(), static_cast<int>(events_.size()), &timeout, nullptr);
  return std::span(events_).first(count < 0 ? 0 : static_cast<std::size_t>(count));
}

void Crowd::mark(std::uint32_t number) {
  if (states_[number].is_marked) return;
  states_[number].is_marked = true;
  marked_.push_back(number);
}

void Crowd::flush() {
  for (const std::uint32_t number : marked_) {
    states_[number].is_marked = false;
    want(number, !clients_[number].flush());
  }
  marked_.clear();
}

void Crowd::want(std::uint32_t number, bool writable) {
  if (states_[number].waits_to_write == writable) return;
  states_[number].waits_to_write = writable;
  epoll_event event{.events = EPOLLIN | (writable ? EPOLLOUT : 0U), .data = {.u32 = number}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, clients_[number].fd(), &event) != 0) fail_by_errno("epoll_ctl");
}

void Crowd::broken(std::uint32_t number) {
  fail(fmt::format("the broker closed the connection of client {}", number));
}

}  // namespace load
