// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/core/stamp.h"
#include "broker/mqtt/packet.h"

namespace app {

/// Messages on their way to another worker, copied once, in their order. Filled by one thread, then posted
/// and read-only.
class ForwardBatch {
 public:
  void add(const mqtt::Publish& publish, core::Stamp stamp) {
    items_.push_back({.stamp = stamp,
                      .payload_size = static_cast<std::uint32_t>(publish.payload.size()),
                      .topic_size = static_cast<std::uint16_t>(publish.topic.size()),
                      .qos = publish.qos,
                      .retain = publish.retain});
    const base::Bytes topic = base::as_bytes(publish.topic);
    bytes_.insert(bytes_.end(), topic.begin(), topic.end());
    bytes_.insert(bytes_.end(), publish.payload.begin(), publish.payload.end());
  }

  /// `visit(publish, stamp)` for each; the views are valid as long as the batch.
  template <class Visit>
  void each(Visit&& visit) const {
    base::Reader reader(bytes_);
    for (const Item& item : items_) {
      const base::Bytes topic = reader.take(item.topic_size);
      visit(mqtt::Publish{.topic = base::as_text(topic),
                          .payload = reader.take(item.payload_size),
                          .qos = item.qos,
                          .retain = item.retain},
            item.stamp);
    }
  }

  /// The journal keeps its messages up to this number until the receiver has taken them; 0: none of them.
  std::uint64_t last_number = 0;

  bool empty() const { return items_.empty(); }
  /// What it weighs in a mailbox.
  std::size_t bytes() const { return bytes_.size() + items_.size() * sizeof(Item); }

 private:
  struct Item {
    core::Stamp stamp;
    std::uint32_t payload_size;
    std::uint16_t topic_size;
    mqtt::Qos qos;
    bool retain;
  };
  std::vector<Item> items_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace app
