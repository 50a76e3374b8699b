// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <functional>

#include "broker/base/log.h"
#include "broker/net/timer.h"

namespace app {

/// Sees whether all workers still turn: asks each by mail, and looks for the answers at the next round. For
/// systemd's watchdog. Owned by the server while it runs; the first worker's thread, but for `answer`. If
/// that worker hangs itself, there are no rounds at all.
class Watch {
 public:
  struct Parts {
    net::Loop& loop;
    base::Duration every;
    std::size_t workers;
    std::function<void()> ask;  // every worker, which calls `answer` once
    std::function<void()> on_all_answered;
    const base::Log& log;
  };
  explicit Watch(Parts parts);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// Any worker's thread.
  void answer() { unanswered_.fetch_sub(1, std::memory_order_relaxed); }

 private:
  void begin_round();
  void on_time();

  Parts parts_;
  std::atomic<std::size_t> unanswered_{0};
  bool is_silent_ = false;  // and it is logged
  net::Timer timer_;
};

}  // namespace app
