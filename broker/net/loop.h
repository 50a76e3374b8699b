// SPDX-License-Identifier: Apache-2.0
// The turn. Reads fill one arena, one behind the other; sessions only append pieces (pointer, length) to
// streams; once a turn, right before the loop waits again, every stream that has pieces writes them in one
// vectored write. Nothing is written anywhere else, not even an acknowledgement: that is most of the speed.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <uv.h>

#include "broker/base/arena.h"
#include "broker/base/time.h"
#include "broker/net/handle.h"
#include "broker/net/traffic.h"
#include "broker/net/turn_times.h"

namespace net {

class TcpStream;

/// What a stream has to write this turn: views into memory that lives until the flush.
using PieceList = std::vector<uv_buf_t>;

/// Read room per call of read(2), the arena the reads of a turn share, and what all streams together may keep
/// of bytes that their sockets have refused.
struct LoopSizes {
  std::size_t read = 64 * 1024;
  std::size_t arena = 512 * 1024;
  std::size_t backlog = 256 * 1024 * 1024;
  /// Computations that count, such as the private key's part in a TLS handshake (about a millisecond each).
  std::size_t costly_per_turn = 8;
};

/// Owns a uv_loop_t and the memory of its turn. One thread; destroyed after everything that lives on it.
class Loop {
 public:
  /// What the owner does around a turn; each may be empty. `before_read`: bytes of a stream are about to be
  /// looked at. `before_flush` may send; true: it has more to do, the loop does not wait. `before_write`:
  /// what has been sent leaves now, also in the middle of a turn. `after_flush` may destroy streams.
  struct Hooks {
    std::function<void()> before_read = {};
    std::function<bool()> before_flush = {};
    std::function<void()> before_write = {};
    std::function<void()> after_flush = {};
  };

  explicit Loop(LoopSizes sizes = {});
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void set_hooks(Hooks hooks) { hooks_ = std::move(hooks); }
  /// Until stop().
  void run();
  /// Ends run() after the next flush: what is said on the way out still leaves. Loop's thread.
  void stop() { is_stopping_ = true; }

  /// The time of this turn's wake-up; the only clock of the program.
  base::TimePoint now() const;
  /// Memory that lives until the flush.
  base::Arena& turn() { return turn_; }
  /// The same for bytes that already have a home of their own: a packet too large for the arena.
  std::span<std::uint8_t> keep_until_flush(std::vector<std::uint8_t> bytes);

  /// Within a turn, between two packets: writes where too much has gathered, so that what a socket refuses,
  /// and has to be copied, stays little. Memory is not given back.
  void flush_what_is_much() {
    if (pieces_ >= pieces_per_flush) flush_streams();
    if (!heavy_.empty()) flush_heavy_streams();
  }

  /// Read from any thread.
  const TrafficCounters& traffic() const { return traffic_; }
  const TurnCounters& turns() const { return turn_times_.counters(); }

  uv_loop_t* raw() { return &loop_; }

 private:
  friend class TcpStream;
  friend class Wakeup;
  /// A bound on the pieces of all streams together: past it they are written in the middle of a turn.
  static constexpr std::size_t pieces_per_flush = 256 * 1024;

  /// A bound on what a turn holds besides the reads: forms, acknowledgements, large packets.
  static constexpr std::size_t bytes_per_flush = 1024 * 1024;

  void flush_streams();
  void flush_heavy_streams();
  bool has_room_in_backlog(std::size_t bytes) const { return backlog_ + bytes <= sizes_.backlog; }
  void before_read() const {
    if (hooks_.before_read) hooks_.before_read();
  }
  void begin_turn();
  uv_buf_t read_room();
  void after_read();
  std::span<std::uint8_t> took(std::size_t bytes) {
    const std::span<std::uint8_t> read(arena_.get() + read_used_, bytes);
    read_used_ += bytes;
    return read;
  }
  void mark_dirty(TcpStream& stream) { dirty_.push_back(&stream); }
  void mark_heavy(TcpStream& stream) { heavy_.push_back(&stream); }
  void forget(const TcpStream& stream);
  /// Whether a computation that counts may begin now: not when there have been many in this turn, and not
  /// before those that wait.
  bool has_room_for_costly() const { return costly_left_ > 0 && (postponed_.empty() || is_going_on_); }
  void spend_costly() { --costly_left_; }
  /// `stream` goes on between two turns, when there is room.
  void postpone(TcpStream& stream) { postponed_.push_back(&stream); }
  void forget_postponed(const TcpStream& stream);
  void go_on_with_postponed();
  PieceList take_piece_list();
  void give_back(PieceList pieces);
  void on_prepare();
  void reset_memory();

  uv_loop_t loop_;
  LoopSizes sizes_;
  HandlePtr<uv_prepare_t> prepare_;
  HandlePtr<uv_idle_t> idle_;
  Hooks hooks_;
  std::unique_ptr<std::uint8_t[]> arena_;
  std::size_t read_used_ = 0;
  base::Arena turn_;
  std::vector<std::vector<std::uint8_t>> kept_;
  std::size_t kept_bytes_ = 0;
  std::vector<TcpStream*> dirty_;        // null: the stream has gone
  std::vector<TcpStream*> heavy_;        // of these, with much to write; the same
  std::vector<PieceList> spare_pieces_;  // so that an idle stream holds none
  std::size_t pieces_ = 0;
  std::size_t backlog_ = 0;           // bytes that streams keep because their sockets have refused them
  std::deque<TcpStream*> postponed_;  // in the order they came; null: the stream has gone
  TrafficCounters traffic_{traffic_names};
  TurnTimes turn_times_;
  std::size_t costly_left_;
  bool is_going_on_ = false;
  bool is_stopping_ = false;
};

}  // namespace net
