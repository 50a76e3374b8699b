// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include <uv.h>

#include "broker/base/time.h"
#include "broker/net/handle.h"
#include "broker/net/loop.h"

namespace net {

/// One wake-up of a loop at a time of its clock. A worker has one, not one per client. Loop's thread.
class Timer {
 public:
  /// `on_due` captures what outlives the timer.
  Timer(Loop& loop, std::function<void()> on_due);
  /// Replaces the time set before; one that has passed comes up in the next turn.
  void set(base::TimePoint when);
  void clear() { uv_timer_stop(handle_.get()); }

 private:
  Loop& loop_;
  std::function<void()> on_due_;
  HandlePtr<uv_timer_t> handle_;
};

}  // namespace net
