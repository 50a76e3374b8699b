// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace load {

/// The monotonic clock, nanoseconds.
std::int64_t now_ns();

/// CPU time of this process so far, nanoseconds: how busy the generator itself is.
std::int64_t own_cpu_ns();

inline constexpr std::int64_t ns_per_s = 1'000'000'000;

}  // namespace load
