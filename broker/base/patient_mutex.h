// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mutex>

namespace base {

/// A mutex for what is held for some ten nanoseconds: who finds it taken tries for about a microsecond before
/// it sleeps. Sleeping and being woken are two system calls and two context switches, a hundred times what
/// was waited for. Any thread; goes with std::scoped_lock.
class PatientMutex {
 public:
  void lock() {
    for (int tries = 0; tries < most_tries; ++tries) {
      if (mutex_.try_lock()) return;
      relax();
    }
    mutex_.lock();
  }
  void unlock() { mutex_.unlock(); }

 private:
  /// Behind them the owner has most likely lost its core.
  static constexpr int most_tries = 50;

  /// Leaves the core's other thread the way, and the cache line its owner.
  static void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
  }

  std::mutex mutex_;
};

}  // namespace base
