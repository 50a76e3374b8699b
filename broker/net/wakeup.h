// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include <uv.h>

#include "broker/net/handle.h"
#include "broker/net/loop.h"

namespace net {

/// Wakes a loop from any thread; wake-ups that come close together are one. Owned by the loop's worker.
class Wakeup {
 public:
  /// `on_wake` runs on the loop's thread; it captures what outlives this object.
  Wakeup(Loop& loop, std::function<void()> on_wake);
  /// Any thread.
  void wake() { uv_async_send(handle_.get()); }

 private:
  Loop& loop_;
  std::function<void()> on_wake_;
  HandlePtr<uv_async_t> handle_;
};

}  // namespace net
