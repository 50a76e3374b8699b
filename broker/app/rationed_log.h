// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "broker/app/log_ration.h"
#include "broker/base/log.h"
#include "broker/net/loop.h"
#include "broker/net/timer.h"

namespace app {

/// The log for events that strangers cause. Writing is synchronous, so a flood of them would be a flood of
/// system calls. Owned by a worker; loop's thread.
class RationedLog {
 public:
  /// Both outlive it.
  RationedLog(net::Loop& loop, const base::Log& log);

  /// As base::Log::info, as far as the ration of `event` for where `from` belongs to goes. `event` is a
  /// literal.
  void info(std::string_view event, const net::Address& from, std::initializer_list<base::Field> fields);
  /// Lines that were not written. Any thread.
  std::uint64_t suppressed() const { return suppressed_.load(std::memory_order_relaxed); }
  /// Says what was suppressed: when a period is over, and at the end.
  void summarize();

 private:
  net::Loop& loop_;
  const base::Log& log_;
  LogRation ration_{LogRation::Sizes{}};
  net::Timer timer_;
  bool is_armed_ = false;
  std::atomic<std::uint64_t> suppressed_{0};
};

}  // namespace app
