// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "tests/hostile/packets.h"

namespace hostile {

/// An adversary's connections over loopback, without blocking and all driven by the caller's thread in `run`.
/// What arrives is counted and thrown away, but for its first bytes.
class Sockets {
 public:
  static constexpr std::size_t kept_bytes = 64 * 1024;

  /// Connected when this returns; connections that the broker does not take are ended from the start.
  Sockets(std::uint16_t port, std::size_t count);
  ~Sockets();
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;

  std::size_t size() const { return seats_.size(); }
  /// Adds to what socket `i` still has to send; with `times`, over and over.
  void send(std::size_t i, const Bytes& bytes, std::size_t times = 1);
  void send_all(const Bytes& bytes, std::size_t times = 1);
  /// CONNECT for each, with client ids "PREFIX0", "PREFIX1", …, and their CONNACKs. False: not all came.
  [[nodiscard]] bool connect_all(std::string_view prefix, const ConnectWords& words = {});

  /// Sends and receives until `is_done`; false when it did not come to that in time.
  bool run(const std::function<bool()>& is_done,
           std::chrono::milliseconds patience = std::chrono::minutes(1));
  /// Sends and receives for that long.
  void run_for(std::chrono::milliseconds duration) {
    run([] { return false; }, duration);
  }
  /// Until all that is to be sent has been taken; a socket that has ended has nothing to send.
  bool run_until_sent();
  bool run_until_ended();
  bool run_until_received(std::size_t i, std::size_t bytes);
  /// `question` from socket `first` and all behind it; until each has had `answer_bytes` back.
  bool run_until_answered(std::size_t first, const Bytes& question, std::size_t answer_bytes);

  bool are_all_sent() const { return sending_ == 0; }
  std::size_t open_count() const { return open_; }
  /// The other side has closed.
  bool has_ended(std::size_t i) const { return seats_[i].has_ended; }
  std::size_t received(std::size_t i) const { return seats_[i].received; }
  std::size_t taken(std::size_t i) const { return seats_[i].taken; }
  /// The first bytes that came since the last `forget`.
  const Bytes& kept(std::size_t i) const { return seats_[i].kept; }
  void forget(std::size_t i);

  /// From now on socket `i` takes nothing: its window goes to zero.
  void stop_reading(std::size_t i);
  /// FIN, behind what has been sent so far.
  void finish(std::size_t i);
  /// RST.
  void reset(std::size_t i);

 private:
  struct Work {
    std::shared_ptr<const Bytes> bytes;
    std::size_t times = 1;
  };
  struct Seat {
    int fd = -1;
    std::vector<Work> work;  // the last is sent first
    std::size_t offset = 0;  // into the bytes under way
    std::size_t received = 0;
    std::size_t taken = 0;
    Bytes kept;
    bool is_reading = true;
    bool has_ended = false;
  };

  void add_work(std::size_t i, Work work);
  void watch(std::size_t i);
  void write_some(std::size_t i);
  void read_some(std::size_t i);
  void end(std::size_t i);

  int poll_ = -1;
  std::vector<Seat> seats_;
  std::size_t open_ = 0;
  std::size_t sending_ = 0;  // open sockets that have something to send
};

/// One connection for each of `scripts`, a hundred or so at a time: sends it, closes its own direction, and
/// hears the broker out. The answers; `ended` counts the connections the broker ended in time.
struct Answers {
  std::vector<Bytes> bytes;
  std::size_t ended = 0;
};
Answers ask_each(std::uint16_t port, const std::vector<Bytes>& scripts);

}  // namespace hostile
