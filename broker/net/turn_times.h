// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include "broker/base/counters.h"

namespace net {

/// Turns of a loop, and how long they took: from the wake-up to the last write. What somebody else's packet
/// waits at most.
enum class Turns : std::uint8_t { all, over_10ms, over_100ms, over_1s, longest_ms, end_ };

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Turns::end_)> turns_names = {
    "turns", "turns_over_10ms", "turns_over_100ms", "turns_over_1s", "longest_turn_ms",
};

using TurnCounters = base::Counters<Turns>;

/// A value of the loop; its thread. Times are milliseconds of one clock.
class TurnTimes {
 public:
  /// The loop has woken up; the first of several calls in a turn counts.
  void begin(std::uint64_t now) {
    if (!is_within_) began_at_ = now;
    is_within_ = true;
  }
  void end(std::uint64_t now) {
    begin(now);
    is_within_ = false;
    counters_.add(Turns::all);
    const std::uint64_t took = now - std::min(began_at_, now);
    if (now >= window_end_) begin_window(now);
    if (took == 0) return;
    longest_ = std::max(longest_, took);
    for (const auto& [turns, least] : slow_turns) {
      if (took > least) counters_.add(turns);
    }
    counters_.set(Turns::longest_ms, std::max(longest_, longest_before_));
  }

  /// Read from any thread; the longest turn is that of the last ten to twenty seconds.
  const TurnCounters& counters() const { return counters_; }

 private:
  struct Slow {
    Turns turns;
    std::uint64_t least;
  };
  static constexpr std::array<Slow, 3> slow_turns = {
      {{Turns::over_10ms, 10}, {Turns::over_100ms, 100}, {Turns::over_1s, 1000}}};
  static constexpr std::uint64_t window = 10'000;

  void begin_window(std::uint64_t now) {
    longest_before_ = now < window_end_ + window ? longest_ : 0;
    longest_ = 0;
    window_end_ = now + window;
    counters_.set(Turns::longest_ms, longest_before_);
  }

  std::uint64_t began_at_ = 0;
  bool is_within_ = false;
  std::uint64_t window_end_ = 0;
  std::uint64_t longest_ = 0;
  std::uint64_t longest_before_ = 0;
  TurnCounters counters_{turns_names};
};

}  // namespace net
