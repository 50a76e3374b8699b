// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/core/filter_trie.h"
#include "broker/core/stamp.h"

namespace core {

/// When topics were last cleared: an older message that is still on its way from another worker must not
/// bring a topic back. Only the newest clears are remembered; mail takes less time than so many of them. A
/// value of the retained store.
class ClearedTopics {
 public:
  static constexpr std::size_t most_bytes = 2 * 1024 * 1024;

  void add(std::string_view topic, Stamp stamp) {
    const auto at = stamps_.find(topic);
    if (at != stamps_.end()) {
      at->second = std::max(at->second, stamp);
      return;
    }
    order_.push_back(&stamps_.emplace(topic, stamp).first->first);
    bytes_ += cost_of(topic);
    while (bytes_ > most_bytes) forget_oldest();
  }
  /// Whether a message of that stamp has been cleared already.
  bool is_after(std::string_view topic, Stamp stamp) const {
    if (stamps_.empty()) return false;
    const auto at = stamps_.find(topic);
    return at != stamps_.end() && at->second > stamp;
  }

 private:
  static std::size_t cost_of(std::string_view topic) { return topic.size() + 100; }
  void forget_oldest() {
    bytes_ -= cost_of(*order_.front());
    stamps_.erase(stamps_.find(*order_.front()));
    order_.pop_front();
  }

  std::unordered_map<std::string, Stamp, TextHash, std::equal_to<>> stamps_;
  std::deque<const std::string*> order_;  // the map's own keys, which never move
  std::size_t bytes_ = 0;
};

}  // namespace core
