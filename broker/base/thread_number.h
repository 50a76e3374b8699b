// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>

namespace base {

/// The calling thread's own number, counted from 0 as threads first ask: what several threads share can keep
/// a part for each of them, so that none takes another core's memory. Any thread.
inline std::size_t thread_number() {
  static std::atomic<std::size_t> count{0};
  thread_local const std::size_t number = count.fetch_add(1, std::memory_order_relaxed);
  return number;
}

}  // namespace base
