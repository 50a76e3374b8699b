// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>

#include "broker/core/journal.h"
#include "broker/core/stamp.h"

namespace core {

/// The few numbers that all workers of a process have in common. Owned by the server; any thread.
struct Commons {
  Stamp next_stamp() { return last_stamp.fetch_add(1, std::memory_order_relaxed) + 1; }

  SessionKey next_key() { return last_key.fetch_add(1, std::memory_order_relaxed) + 1; }

  std::atomic<Stamp> last_stamp{0};
  std::atomic<SessionKey> last_key{0};
  std::atomic<std::size_t> sessions{0};  // for limits.sessions
};

}  // namespace core
