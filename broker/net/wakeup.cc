// SPDX-License-Identifier: Apache-2.0
#include "broker/net/wakeup.h"

#include <utility>

#include "broker/base/check.h"

namespace net {

Wakeup::Wakeup(Loop& loop, std::function<void()> on_wake)
    : loop_(loop), on_wake_(std::move(on_wake)), handle_(new uv_async_t) {
  CHECK(uv_async_init(loop.raw(), handle_.get(), [](uv_async_t* handle) {
          const auto* self = static_cast<Wakeup*>(handle->data);
          if (self == nullptr) return;
          self->loop_.begin_turn();
          self->on_wake_();
        }) == 0);
  handle_->data = this;
}

}  // namespace net
