// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>

namespace load {

/// How far one publisher may be ahead: `depth` batches. A batch is over when every subscriber has its last
/// message, and above QoS 0 the publisher its acknowledgements too. So no queue of a broker ever holds more
/// than depth times batch messages of one publisher, and nothing has to be dropped.
class Window {
 public:
  static constexpr std::uint32_t most_depth = 16;

  Window(std::uint32_t depth, std::uint32_t ends_per_batch)
      : depth_(depth), ends_per_batch_(ends_per_batch) {}

  bool may_send() const { return sent_ < done_ + depth_; }
  void on_sent() { ++sent_; }
  /// One end of `batch` (counted from 0) has come: a subscriber has its last message, or the publisher all
  /// its acknowledgements. True when that lets a further batch go.
  bool on_end(std::uint32_t batch) {
    if (batch < done_ || batch >= sent_) return false;  // doubled or stray: the ledger counts those
    ++ends_[batch % most_depth];
    const std::uint32_t before = done_;
    while (done_ < sent_ && ends_[done_ % most_depth] >= ends_per_batch_) ends_[done_++ % most_depth] = 0;
    return done_ != before;
  }

  std::uint32_t sent() const { return sent_; }
  bool is_idle() const { return sent_ == done_; }

 private:
  std::uint32_t depth_;
  std::uint32_t ends_per_batch_;
  std::uint32_t sent_ = 0;  // batches
  std::uint32_t done_ = 0;
  std::array<std::uint32_t, most_depth> ends_{};
};

}  // namespace load
