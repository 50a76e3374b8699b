// SPDX-License-Identifier: Apache-2.0
#include "broker/core/out_queue.h"

#include <utility>

namespace core {

OutQueue::Dropped OutQueue::push(MessageRef message, mqtt::Qos qos, const Limits& limits, Mark mark) {
  Dropped dropped;
  if (!lanes_) lanes_ = std::make_unique<Lanes>();
  const std::size_t bytes = message->bytes();
  if (!can_fit(*lanes_, bytes, limits)) {
    dropped.is_new = true;
    if (size() == 0) lanes_.reset();
    return dropped;
  }
  while (is_full(*lanes_, bytes, limits)) {
    const std::size_t freed = lanes_->qos0.front().message->bytes();
    lanes_->bytes -= freed;
    lanes_->qos0_bytes -= freed;
    lanes_->qos0.pop_front();
    --lanes_->count;
    ++dropped.qos0;
  }
  auto& lane = qos == mqtt::Qos::at_most_once ? lanes_->qos0 : lanes_->acknowledged;
  lane.push_back({std::move(message), qos, lanes_->next_order++, mark});
  ++lanes_->count;
  lanes_->bytes += bytes;
  if (qos == mqtt::Qos::at_most_once) lanes_->qos0_bytes += bytes;
  return dropped;
}

const OutQueue::Item* OutQueue::front(bool is_window_open) const {
  if (!lanes_) return nullptr;
  const Item* qos0 = lanes_->qos0.empty() ? nullptr : &lanes_->qos0.front();
  const Item* other =
      lanes_->acknowledged.empty() || !is_window_open ? nullptr : &lanes_->acknowledged.front();
  if (qos0 == nullptr || other == nullptr) return qos0 == nullptr ? other : qos0;
  return qos0->order < other->order ? qos0 : other;
}

void OutQueue::pop(const Item* item) {
  take_front(item->qos == mqtt::Qos::at_most_once ? lanes_->qos0 : lanes_->acknowledged);
}

void OutQueue::drop_qos0() {
  while (lanes_ && !lanes_->qos0.empty()) take_front(lanes_->qos0);
}

void OutQueue::take_front(std::deque<Item>& lane) {
  const std::size_t freed = lane.front().message->bytes();
  lanes_->bytes -= freed;
  if (&lane == &lanes_->qos0) lanes_->qos0_bytes -= freed;
  lane.pop_front();
  if (--lanes_->count == 0) lanes_.reset();
}

bool OutQueue::is_full(const Lanes& lanes, std::size_t more, const Limits& limits) {
  return lanes.count >= limits.queued_messages || lanes.bytes + more > limits.queued_bytes;
}

/// Whether it has room once all of QoS 0 has gone: if not, nothing of it goes in vain.
bool OutQueue::can_fit(const Lanes& lanes, std::size_t more, const Limits& limits) {
  return lanes.acknowledged.size() < limits.queued_messages &&
         lanes.bytes - lanes.qos0_bytes + more <= limits.queued_bytes;
}

}  // namespace core
