// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/core/forwarded.h"
#include "broker/mqtt/packet.h"

namespace app {

/// Messages on their way to another worker, in their order: copied once, but for those that every worker
/// retains, which are shared. Filled by one thread, then posted and read-only.
class ForwardBatch {
 public:
  void add(const mqtt::Publish& publish, bool is_named) {
    items_.push_back({.payload_size = static_cast<std::uint32_t>(publish.payload.size()),
                      .topic_size = static_cast<std::uint16_t>(publish.topic.size()),
                      .qos = publish.qos,
                      .is_named = is_named});
    const base::Bytes topic = base::as_bytes(publish.topic);
    bytes_.insert(bytes_.end(), topic.begin(), topic.end());
    bytes_.insert(bytes_.end(), publish.payload.begin(), publish.payload.end());
  }
  /// To be retained there too.
  void add(const core::MessageRef& shared, core::Stamp stamp) {
    items_.push_back({.stamp = stamp, .shared = shared});
    shared_bytes_ += shared->bytes();
  }

  /// `visit(const core::Forwarded&)` for each; the views are valid as long as the batch.
  template <class Visit>
  void each(Visit&& visit) const {
    base::Reader reader(bytes_);
    for (const Item& item : items_) {
      const base::Bytes topic = reader.take(item.topic_size), payload = reader.take(item.payload_size);
      const mqtt::Publish publish =
          item.shared ? view_of(*item.shared)
                      : mqtt::Publish{.topic = base::as_text(topic), .payload = payload, .qos = item.qos};
      visit(core::Forwarded{publish, item.stamp, item.shared, item.is_named});
    }
  }

  /// The journal keeps its messages up to this number until the receiver has taken them; 0: none of them.
  std::uint64_t last_number = 0;

  bool empty() const { return items_.empty(); }
  /// What it weighs in a mailbox.
  std::size_t bytes() const { return bytes_.size() + shared_bytes_ + items_.size() * sizeof(Item); }

 private:
  struct Item {
    core::Stamp stamp = 0;
    core::MessageRef shared{};  // null: its bytes are in the batch
    std::uint32_t payload_size = 0;
    std::uint16_t topic_size = 0;
    mqtt::Qos qos = mqtt::Qos::at_most_once;
    bool is_named = false;
  };
  static mqtt::Publish view_of(const core::Message& message) {
    return {.topic = message.topic(), .payload = message.payload(), .qos = message.qos(), .retain = true};
  }
  std::vector<Item> items_;
  std::vector<std::uint8_t> bytes_;
  std::size_t shared_bytes_ = 0;
};

}  // namespace app
