// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/core/retained.h"

namespace core {

/// The replays one session is still owed, in the order it subscribed; each filter at most once, found at once
/// (a client may repeat a filter as often as it likes). A value of the session.
class RetainedWalks {
 public:
  /// An identical filter's replay begins anew, at the end [MQTT-3.8.4-3].
  void restart(std::string_view filter, mqtt::Qos granted) {
    drop(filter);
    walks_.push_back({.filter = std::string(filter), .qos = granted, .after = {}});
    by_filter_.emplace(walks_.back().filter, std::prev(walks_.end()));
  }
  void drop(std::string_view filter) {
    const auto at = by_filter_.find(filter);
    if (at == by_filter_.end()) return;
    const auto walk = at->second;
    by_filter_.erase(at);
    walks_.erase(walk);
  }
  RetainedWalk& front() { return walks_.front(); }
  void drop_front() { drop(std::string(walks_.front().filter)); }
  bool empty() const { return walks_.empty(); }

 private:
  std::list<RetainedWalk> walks_;
  std::unordered_map<std::string_view, std::list<RetainedWalk>::iterator>
      by_filter_;  // keys are the walks' own
};

}  // namespace core
