// SPDX-License-Identifier: Apache-2.0
// The floor: what a broker costs whose only work is the kernel's. It answers CONNECT and SUBSCRIBE,
// acknowledges blindly, and passes every PUBLISH on byte for byte to who subscribed to that connection's
// first topic. Nothing is checked, matched twice, kept or counted; one read and one vectored write per client
// and turn.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <sys/epoll.h>
#include <sys/uio.h>

#include "bench/load/wire.h"

namespace relay {

/// What it does wrong on purpose to every `every`th message, to show that the generator's check sees it.
enum class Fault : std::uint8_t { none, lose, repeat, swap };

struct Options {
  std::uint16_t port = 1883;
  Fault fault = Fault::none;
  std::uint32_t every = 997;  // a prime: never always the same place of a batch
};

/// One thread, which owns everything; runs until it is killed.
class Relay {
 public:
  explicit Relay(const Options& options);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  [[noreturn]] void run();

 private:
  struct Connection {
    int fd = -1;
    base::Buffer out;                   // acknowledgements
    std::vector<iovec> pieces;          // of this turn, in the arena
    std::vector<std::uint8_t> backlog;  // what the socket has refused
    std::vector<std::uint8_t> tail;     // an incomplete packet
    std::vector<std::string> filters;
    std::vector<Connection*> receivers;  // of what this one publishes
    bool is_routed = false;
    bool is_marked = false;
    bool waits_to_write = false;
  };

  void accept_one();
  void on_event(Connection& from, std::uint32_t events);
  void on_bytes(Connection& from, base::Bytes bytes);
  void on_packet(Connection& from, const load::Frame& frame);
  void on_subscribe(Connection& from, const load::Frame& frame);
  void on_publish(Connection& from, const load::Frame& frame);
  void find_receivers(Connection& from, const load::Frame& frame);
  void pass_on(Connection& from, base::Bytes bytes);
  void pass_on_wrongly(Connection& from, base::Bytes bytes);
  void pass_on_late(Connection& from);
  void mark(Connection& connection);
  void flush(Connection& connection);
  void flush_all();
  void watch(Connection& connection, int operation, std::uint32_t events) const;
  void close(Connection& connection);

  Options options_;
  int listener_ = -1;
  int epoll_ = -1;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> marked_;
  std::vector<std::uint8_t> arena_;
  std::size_t arena_used_ = 0;
  std::vector<iovec> vector_;  // of one write
  std::uint32_t counted_ = 0;  // messages, for faults only
  base::Bytes late_;           // held back to be swapped with the next
};

}  // namespace relay
