// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "broker/base/patient_mutex.h"

namespace base {

/// A queue from many threads to the one that owns it. A mutex and a vector swap moved more than a lock-free
/// list where it was measured; the reader takes everything at once, in the order it was posted.
template <class T>
class Mailbox {
 public:
  /// Any thread. True when the box was empty: then, and only then, the owner must be woken.
  [[nodiscard]] bool post(T item) {
    const std::scoped_lock lock(mutex_);
    items_.push_back(std::move(item));
    has_mail_.store(true, std::memory_order_release);
    return items_.size() == 1;
  }

  /// The owner's thread: everything posted so far. Costs one load when there is nothing.
  std::vector<T> drain() {
    if (!has_mail_.load(std::memory_order_acquire)) return {};
    const std::scoped_lock lock(mutex_);
    has_mail_.store(false, std::memory_order_release);
    return std::exchange(items_, {});
  }

 private:
  PatientMutex mutex_;
  std::vector<T> items_;
  std::atomic<bool> has_mail_{false};
};

}  // namespace base
