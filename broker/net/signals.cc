// SPDX-License-Identifier: Apache-2.0
#include "broker/net/signals.h"

#include <csignal>
#include <utility>

#include "broker/base/check.h"

namespace net {

Signals::Signals(Loop& loop, std::initializer_list<int> numbers, std::function<void(int)> on_signal)
    : on_signal_(std::move(on_signal)) {
  for (const int number : numbers) {
    HandlePtr<uv_signal_t>& handle = handles_.emplace_back(new uv_signal_t);
    CHECK(uv_signal_init(loop.raw(), handle.get()) == 0);
    handle->data = this;
    uv_signal_start(
        handle.get(),
        [](uv_signal_t* raised, int signal_number) {
          if (const auto* self = static_cast<Signals*>(raised->data)) self->on_signal_(signal_number);
        },
        number);
  }
}

void hold_signal(int number) {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, number);
  CHECK(pthread_sigmask(SIG_BLOCK, &held, nullptr) == 0);
}

void let_signal_through(int number) {
  sigset_t held;
  sigemptyset(&held);
  sigaddset(&held, number);
  CHECK(pthread_sigmask(SIG_UNBLOCK, &held, nullptr) == 0);
}

}  // namespace net
