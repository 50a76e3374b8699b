// SPDX-License-Identifier: Apache-2.0
#include "broker/net/timer.h"

#include <algorithm>
#include <utility>

#include "broker/base/check.h"

namespace net {

Timer::Timer(Loop& loop, std::function<void()> on_due)
    : loop_(loop), on_due_(std::move(on_due)), handle_(new uv_timer_t) {
  CHECK(uv_timer_init(loop.raw(), handle_.get()) == 0);
  handle_->data = this;
}

void Timer::set(base::TimePoint when) {
  const base::Duration wait = std::max(base::Duration::zero(), when - loop_.now());
  uv_timer_start(
      handle_.get(),
      [](uv_timer_t* handle) {
        if (const auto* self = static_cast<Timer*>(handle->data)) self->on_due_();
      },
      static_cast<std::uint64_t>(wait.count()), 0);
}

}  // namespace net
