// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>

#include "broker/base/guarded.h"
#include "broker/base/time.h"

namespace mesh {

/// How often strangers may cause one line in the log: `per_minute` times. Any thread.
class LogAllowance {
 public:
  static constexpr std::size_t per_minute = 20;

  bool take(base::TimePoint now) {
    return state_.with([now](State& state) {
      if (now - state.since >= std::chrono::minutes{1}) state = {now, 0};
      return ++state.lines <= per_minute;
    });
  }

 private:
  struct State {
    base::TimePoint since{};
    std::size_t lines = 0;
  };
  base::Guarded<State> state_;
};

}  // namespace mesh
