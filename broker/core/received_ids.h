// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <bitset>
#include <memory>
#include <vector>

#include "broker/mqtt/types.h"

namespace core {

/// Incoming QoS 2: which packet ids wait for their PUBREL [MQTT-4.3.3-2]. A value of the session; costs one
/// pointer while none does. Usually few, in a short list; a client that lets many wait pays with a bitmap of
/// 8 KiB instead of everybody with long searches.
class ReceivedIds {
 public:
  static constexpr std::size_t listed_up_to = 256;  // a burst of a hundred needs no bitmap

  /// True when the id is new: its message goes onward. False: a duplicate, answered but not delivered again.
  bool add(mqtt::PacketId id) {
    if (!waiting_) waiting_ = std::make_unique<Waiting>();
    return waiting_->add(id);
  }
  /// PUBREL: the id may be used again. False: it is unknown, and answered all the same.
  bool remove(mqtt::PacketId id) {
    if (!waiting_ || !waiting_->remove(id)) return false;
    if (waiting_->count == 0) waiting_.reset();
    return true;
  }
  std::size_t size() const { return waiting_ ? waiting_->count : 0; }

 private:
  struct Waiting {
    std::size_t count = 0;
    std::vector<mqtt::PacketId>
        list;               // in the order of arrival, so the next PUBREL is nearly always the first
    bool is_rising = true;  // the list: clients count their ids up, so a new one is mostly behind all
    std::unique_ptr<std::bitset<0x10000>> bitmap;

    bool add(mqtt::PacketId id) {
      if (bitmap) {
        if (bitmap->test(id)) return false;
        bitmap->set(id);
        ++count;
        return true;
      }
      const bool is_behind_all = list.empty() || (is_rising && id > list.back());
      if (!is_behind_all && std::ranges::find(list, id) != list.end()) return false;
      is_rising = is_behind_all;
      list.push_back(id);
      if (++count > listed_up_to) to_bitmap();
      return true;
    }
    bool remove(mqtt::PacketId id) {
      if (bitmap) {
        if (!bitmap->test(id)) return false;
        bitmap->reset(id);
      } else {
        const auto at = std::ranges::find(list, id);
        if (at == list.end()) return false;
        list.erase(at);
      }
      --count;
      return true;
    }
    void to_bitmap() {
      bitmap = std::make_unique<std::bitset<0x10000>>();
      for (const mqtt::PacketId id : list) bitmap->set(id);
      list = {};
    }
  };

  std::unique_ptr<Waiting> waiting_;
};

}  // namespace core
