// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

#include "broker/base/time.h"

namespace base {

/// Who is due next: a min-heap of (time, id). An entry is a reminder, not a promise: when it comes up its
/// owner says its true deadline and, if that is later, is put back. So a moved deadline costs nothing until
/// then.
template <class Id>
class DeadlineQueue {
 public:
  void push(TimePoint when, Id id) { heap_.emplace(when, std::move(id)); }

  /// The next id whose time has come, taken out; none when nothing is due at `now`.
  std::optional<Id> pop_due(TimePoint now) {
    if (heap_.empty() || heap_.top().first > now) return std::nullopt;
    Id id = heap_.top().second;
    heap_.pop();
    return id;
  }

  std::optional<TimePoint> next() const {
    if (heap_.empty()) return std::nullopt;
    return heap_.top().first;
  }
  std::size_t size() const { return heap_.size(); }
  void clear() { heap_ = {}; }

 private:
  using Entry = std::pair<TimePoint, Id>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> heap_;
};

}  // namespace base
