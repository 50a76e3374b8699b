// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "broker/core/journal.h"
#include "broker/core/limits.h"
#include "broker/core/message.h"

namespace core {

/// What has to be remembered of a waiting message beside itself.
struct QueueMark {
  EntryNumber number = 0;  // in the journal; 0: not there
  bool is_own = false;     // its receiver's own connection has published it
};

/// What waits for a slow or absent client, by QoS: at QoS 0 for its socket, above that also for its window. A
/// value of the session; costs one pointer while empty. At a limit the oldest QoS 0 goes first, then the new
/// message.
class OutQueue {
 public:
  using Mark = QueueMark;
  struct Item {
    MessageRef message;
    mqtt::Qos qos = mqtt::Qos::at_most_once;  // granted, not above the message's own
    std::uint64_t order = 0;
    Mark mark{};
  };
  struct Dropped {
    std::size_t qos0 = 0;  // older messages that made room
    bool is_new = false;   // the message itself found none
  };

  Dropped push(MessageRef message, mqtt::Qos qos, const Limits& limits, Mark mark = {});

  /// The oldest item that may go now; QoS 1 and 2 only when the window is open. Null: none.
  const Item* front(bool is_window_open) const;
  /// Takes out what `front` has shown.
  void pop(const Item* item);

  std::size_t size() const { return lanes_ ? lanes_->count : 0; }
  std::size_t bytes() const { return lanes_ ? lanes_->bytes : 0; }
  bool empty() const { return !lanes_; }
  void clear() { lanes_.reset(); }
  /// QoS 0 is not kept for an absent client.
  void drop_qos0();

 private:
  struct Lanes {
    std::deque<Item> qos0;
    std::deque<Item> acknowledged;
    std::size_t count = 0;  // of both: asked for at each change, and a deque has to reckon
    std::size_t bytes = 0;
    std::size_t qos0_bytes = 0;  // of these
    std::uint64_t next_order = 0;
  };
  static bool is_full(const Lanes& lanes, std::size_t more, const Limits& limits);
  static bool can_fit(const Lanes& lanes, std::size_t more, const Limits& limits);
  void take_front(std::deque<Item>& lane);

  std::unique_ptr<Lanes> lanes_;
};

}  // namespace core
