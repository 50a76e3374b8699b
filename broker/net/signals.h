// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <initializer_list>
#include <vector>

#include <uv.h>

#include "broker/net/handle.h"
#include "broker/net/loop.h"

namespace net {

/// Signals of the process as events of one loop.
class Signals {
 public:
  /// `on_signal(number)` runs on the loop's thread; it captures what outlives this object.
  Signals(Loop& loop, std::initializer_list<int> numbers, std::function<void(int)> on_signal);

 private:
  std::function<void(int)> on_signal_;
  std::vector<HandlePtr<uv_signal_t>> handles_;
};

/// A signal that comes from here on waits, for a process that cannot answer it yet, or no more. This thread,
/// and those it starts.
void hold_signal(int number);
/// What waits comes now.
void let_signal_through(int number);

}  // namespace net
