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

}  // namespace net
