// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "broker/app/config/config.h"
#include "broker/app/worker_counters.h"
#include "broker/core/close_reason.h"

namespace app {

/// Who came to each listener of a configuration, and who of them was not let in. One per worker, which adds;
/// any thread reads.
class ListenerCounters {
 public:
  /// Outlives this object, and what is counted is about its elements.
  explicit ListenerCounters(const std::vector<Listener>& listeners) : listeners_(listeners) {
    for (std::size_t i = 0; i < listeners.size(); ++i) gates_.emplace_back();
  }

  void accepted(const Listener& at) { gates_[place_of(at)].passage.add(Passage::sockets_accepted); }
  void refused(const Listener& at, core::CloseReason reason) { gates_[place_of(at)].refused.add(reason); }

  std::uint64_t accepted_at(std::size_t place) const {
    return gates_[place].passage[Passage::sockets_accepted];
  }
  const core::CloseCounters& refused_at(std::size_t place) const { return gates_[place].refused; }

 private:
  struct Gate {
    PassageCounters passage{passage_names};
    core::CloseCounters refused{core::close_reason_names};
  };
  std::size_t place_of(const Listener& listener) const {
    return static_cast<std::size_t>(&listener - listeners_.data());
  }

  const std::vector<Listener>& listeners_;
  std::deque<Gate> gates_;
};

}  // namespace app
