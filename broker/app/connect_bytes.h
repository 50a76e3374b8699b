// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <set>
#include <utility>

namespace app {

class Greeting;

/// What unfinished CONNECTs hold, all greetings of a worker together (limits.connect_bytes): a CONNECT may
/// have 320 KiB, and whoever drips a thousand of them would have them kept. Owned by a worker, its thread.
class ConnectBytes {
 public:
  explicit ConnectBytes(std::size_t most) : most_(most) {}

  /// `greeting` holds `now` bytes instead of `before`. Who has to go for it, the one that holds most; null:
  /// all fit.
  [[nodiscard]] Greeting* change(Greeting& greeting, std::size_t before, std::size_t now) {
    if (before != 0) by_size_.erase({before, &greeting});
    if (now != 0) by_size_.insert({now, &greeting});
    held_ += now - before;
    return held_ > most_ ? by_size_.rbegin()->second : nullptr;
  }
  std::size_t held() const { return held_; }

 private:
  const std::size_t most_;
  std::size_t held_ = 0;
  std::set<std::pair<std::size_t, Greeting*>> by_size_;
};

}  // namespace app
