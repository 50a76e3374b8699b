// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>

#include "broker/base/guarded.h"
#include "broker/base/time.h"

namespace mesh {

/// What the mesh answered to a packet of the broker.
struct Acknowledgement {
  std::uint32_t id = 0;     // of the broker's packet
  std::uint32_t by = 0;     // who answered
  std::uint32_t error = 0;  // Routing.Error; 0: it has arrived
};

/// The packets that were sent on request, so that what comes back can be matched. An arrival counts when the
/// addressee says so, or, for a packet to all, anybody; each counts once, and one failure before it. Any
/// thread.
class AwaitedAcks {
 public:
  static constexpr base::Duration lifetime = std::chrono::minutes{10};
  static constexpr std::size_t capacity = 4096;  // the oldest goes

  void expect(std::uint32_t id, std::uint32_t to, base::TimePoint now);
  /// Whether this is news about a packet of ours.
  bool settle(const Acknowledgement& acknowledgement, base::TimePoint now);

 private:
  struct Awaited {
    std::uint32_t to;
    base::TimePoint since;
    bool has_failed = false;
  };
  struct State {
    std::unordered_map<std::uint32_t, Awaited> by_id;
    std::deque<std::uint32_t> by_age;  // the oldest first; settled ones are still here
  };
  base::Guarded<State> state_;
};

}  // namespace mesh
