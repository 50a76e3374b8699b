// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bitset>
#include <memory>
#include <vector>

#include "broker/mqtt/types.h"

namespace core {

/// Incoming QoS 2: which packet ids wait for their PUBREL [MQTT-4.3.3-2]. A value of the session. Usually
/// few, in a short list; a client that lets many wait pays with a bitmap of 8 KiB instead of everybody with
/// long searches.
class ReceivedIds {
 public:
  static constexpr std::size_t listed_up_to = 64;

  /// True when the id is new: its message goes onward. False: a duplicate, answered but not delivered again.
  bool add(mqtt::PacketId id) {
    if (bitmap_) {
      if (bitmap_->test(id)) return false;
      bitmap_->set(id);
      ++count_;
      return true;
    }
    const bool is_behind_all = list_.empty() || (is_rising_ && id > list_.back());
    if (!is_behind_all && std::ranges::find(list_, id) != list_.end()) return false;
    is_rising_ = is_behind_all;
    list_.push_back(id);
    if (++count_ > listed_up_to) to_bitmap();
    return true;
  }
  /// PUBREL: the id may be used again. False: it is unknown, and answered all the same.
  bool remove(mqtt::PacketId id) {
    if (bitmap_) {
      if (!bitmap_->test(id)) return false;
      bitmap_->reset(id);
    } else {
      const auto at = std::ranges::find(list_, id);
      if (at == list_.end()) return false;
      list_.erase(at);
    }
    if (--count_ == 0) *this = {};  // an idle session holds no buffer
    return true;
  }
  std::size_t size() const { return count_; }

 private:
  void to_bitmap() {
    bitmap_ = std::make_unique<std::bitset<0x10000>>();
    for (const mqtt::PacketId id : list_) bitmap_->set(id);
    list_ = {};
  }

  std::vector<mqtt::PacketId>
      list_;               // in the order of arrival, so the next PUBREL is nearly always the first
  bool is_rising_ = true;  // the list: clients count their ids up, so a new one is mostly behind all
  std::unique_ptr<std::bitset<0x10000>> bitmap_;
  std::size_t count_ = 0;
};

}  // namespace core
