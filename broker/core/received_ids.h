// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <vector>

#include "broker/mqtt/types.h"

namespace core {

/// Incoming QoS 2: which packet ids wait for their PUBREL [MQTT-4.3.3-2]. A value of the session; at most
/// 65,535 ids of two bytes, which bounds it.
class ReceivedIds {
 public:
  /// True when the id is new: its message goes onward. False: a duplicate, answered but not delivered again.
  bool add(mqtt::PacketId id) {
    if (std::ranges::find(ids_, id) != ids_.end()) return false;
    ids_.push_back(id);
    return true;
  }
  /// PUBREL: the id may be used again. An unknown one is answered all the same.
  void remove(mqtt::PacketId id) {
    const auto at = std::ranges::find(ids_, id);
    if (at == ids_.end()) return;
    ids_.erase(at);
    if (ids_.empty()) ids_ = {};  // an idle session holds no buffer
  }
  std::size_t size() const { return ids_.size(); }

 private:
  std::vector<mqtt::PacketId> ids_;  // in the order of arrival, so the next PUBREL is nearly always the first
};

}  // namespace core
