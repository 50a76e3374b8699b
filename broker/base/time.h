// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>

namespace base {

/// Milliseconds: what the loop's clock resolves.
using Duration = std::chrono::milliseconds;

/// The monotonic clock as a type only. It has no now(): time is an argument, and only net/loop.cc reads it.
struct MonotonicClock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = Duration;
  using time_point = std::chrono::time_point<MonotonicClock, Duration>;
  static constexpr bool is_steady = true;
};

using TimePoint = MonotonicClock::time_point;

/// The time of day since 1970, as a type only: for what others have to understand. It may jump: never for
/// deadlines.
struct WallClock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = Duration;
  using time_point = std::chrono::time_point<WallClock, Duration>;
  static constexpr bool is_steady = false;
};

using WallTime = WallClock::time_point;

}  // namespace base
