// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include <sys/epoll.h>

#include "bench/load/client.h"

namespace load {

/// All clients of a run and the epoll they wait on. What a round appends to clients' `out` goes in one write
/// each, at its end: so the generator batches as the broker does.
class Crowd {
 public:
  Crowd();
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;
  ~Crowd();

  /// Its number is how many there were before it. It waits no more.
  void add(Client client);
  Client& at(std::uint32_t number) { return clients_[number]; }
  std::size_t size() const { return clients_.size(); }

  /// Somewhere to append, to be flushed at the end of this round.
  base::Buffer& out_of(std::uint32_t number);

  /// One look at the sockets: `on_frame(number, Frame)` for each packet.
  template <class OnFrame>
  void round(std::int64_t timeout_ns, OnFrame&& on_frame) {
    for (const epoll_event& event : wait(timeout_ns)) {
      const std::uint32_t number = event.data.u32;
      if ((event.events & EPOLLOUT) != 0) mark(number);
      if ((event.events & ~std::uint32_t{EPOLLOUT}) == 0) continue;
      const auto with_number = [&](const Frame& frame) { on_frame(number, frame); };
      if (!clients_[number].read(room_, with_number)) broken(number);
    }
    flush();
  }
  void flush();

 private:
  std::span<const epoll_event> wait(std::int64_t timeout_ns);
  void mark(std::uint32_t number);
  void want(std::uint32_t number, bool writable);
  [[noreturn]] static void broken(std::uint32_t number);

  struct State {
    bool is_marked = false;
    bool waits_to_write = false;
  };
  int epoll_;
  std::vector<Client> clients_;
  std::vector<State> states_;
  std::vector<std::uint32_t> marked_;
  std::array<epoll_event, 512> events_{};
  std::vector<std::uint8_t> room_;
};

}  // namespace load
