// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "broker/base/time.h"

namespace core {

/// How many lines of one event are written in a period: strangers may make a thousand sessions end at once. A
/// value of the broker; time is an argument.
class LineRation {
 public:
  static constexpr std::uint32_t most_lines = 1000;
  static constexpr base::Duration period = std::chrono::seconds(10);

  /// Whether this one is written.
  [[nodiscard]] bool admits(base::TimePoint now) {
    if (!end_ || now >= *end_) {
      end_ = now + period;
      lines_ = 0;
    }
    if (lines_ == most_lines) {
      ++suppressed_;
      return false;
    }
    ++lines_;
    return true;
  }
  /// How many were not since the last call; to be said before the next one that is.
  std::uint64_t take_suppressed() { return std::exchange(suppressed_, 0); }

 private:
  std::optional<base::TimePoint> end_;
  std::uint32_t lines_ = 0;
  std::uint64_t suppressed_ = 0;
};

}  // namespace core
