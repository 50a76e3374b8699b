// SPDX-License-Identifier: Apache-2.0
#include "broker/app/watch.h"

#include <cstdint>
#include <utility>

namespace app {

Watch::Watch(Parts parts) : parts_(std::move(parts)), timer_(parts_.loop, [this] { on_time(); }) {
  begin_round();
}

void Watch::begin_round() {
  unanswered_.store(parts_.workers, std::memory_order_relaxed);
  parts_.ask();
  timer_.set(parts_.loop.now() + parts_.every);
}

/// Who has not answered is not asked again: a worker that hangs gets no heap of mail.
void Watch::on_time() {
  const std::size_t silent = unanswered_.load(std::memory_order_relaxed);
  if (silent == 0) {
    is_silent_ = false;
    parts_.on_all_answered();
    return begin_round();
  }
  timer_.set(parts_.loop.now() + parts_.every);
  if (std::exchange(is_silent_, true)) return;
  parts_.log.warn(
      "worker_silent",
      {{"workers", std::uint64_t{silent}},
       {"ms", static_cast<std::uint64_t>(parts_.every.count())},
       {"hint", "an event loop hangs or is very busy; systemd's watchdog is not told until it answers"}});
}

}  // namespace app
