// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mutex>
#include <utility>

#include "broker/base/patient_mutex.h"

namespace base {

/// A value that can only be touched under its lock. Hold the lock over no I/O and no crypto.
template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  /// Runs `use(value)` under the lock and returns what it returns; no reference may leave.
  template <class Use>
  auto with(Use&& use) {
    const std::scoped_lock lock(mutex_);
    return use(value_);
  }
  template <class Use>
  auto with(Use&& use) const {
    const std::scoped_lock lock(mutex_);
    return use(value_);
  }

 private:
  mutable PatientMutex mutex_;
  T value_{};
};

}  // namespace base
