// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/core/forwarded.h"
#include "broker/core/outgoing.h"

namespace app {

/// Messages on their way to another worker, in their order: the packets they came in, copied once and side by
/// side, so that the receiver passes them on as it would its own clients'; but for those that every worker
/// retains, which are shared. Filled by one thread, then posted and the receiver's.
class ForwardBatch {
 public:
  void add(const core::Outgoing& outgoing);
  /// To be retained there too.
  void add(const core::MessageRef& shared, core::Stamp stamp) {
    items_.push_back({});
    retained_.push_back({stamp, shared});
    shared_bytes_ += shared->bytes();
  }

  /// `visit(const core::Forwarded&)` for each; the views are valid as long as the batch.
  template <class Visit>
  void each(Visit&& visit) {
    std::span<std::uint8_t> rest(bytes_);
    auto retained = retained_.begin();
    for (const Item& item : items_) {
      if (item.frame_bytes == 0) {
        visit(core::Forwarded{
            .publish = view_of(*retained->message), .stamp = retained->stamp, .shared = retained->message});
        ++retained;
        continue;
      }
      visit(view_of(item, rest.first(item.frame_bytes)));
      rest = rest.subspan(item.frame_bytes);
    }
  }

  /// The journal keeps its messages up to this number until the receiver has taken them; 0: none of them.
  std::uint64_t last_number = 0;

  bool empty() const { return items_.empty(); }
  /// What it weighs in a mailbox.
  std::size_t bytes() const { return bytes_.size() + shared_bytes_ + items_.size() * sizeof(Item); }
  /// What it holds, be it full or empty.
  std::size_t capacity() const { return bytes_.capacity() + items_.capacity() * sizeof(Item); }
  /// Empty again; the memory stays.
  void clear();

 private:
  struct Item {
    std::uint32_t frame_bytes = 0;  // 0: the next of `retained_`
    std::uint16_t topic_bytes = 0;
    std::uint8_t header_bytes = 0;  // in front of the topic and its length
    mqtt::Qos qos = mqtt::Qos::at_most_once;
    bool is_named = false;
  };
  struct Retained {
    core::Stamp stamp;
    core::MessageRef message;
  };
  static mqtt::Publish view_of(const core::Message& message) {
    return {.topic = message.topic(), .payload = message.payload(), .qos = message.qos(), .retain = true};
  }
  static core::Forwarded view_of(const Item& item, std::span<std::uint8_t> frame) {
    const std::size_t id_bytes = item.qos == mqtt::Qos::at_most_once ? 0 : 2;
    const base::Bytes topic = frame.subspan(item.header_bytes + 2U, item.topic_bytes);
    return {.publish = {.topic = base::as_text(topic),
                        .payload = frame.subspan(item.header_bytes + 2U + item.topic_bytes + id_bytes),
                        .qos = item.qos},
            .frame = frame,
            .is_named = item.is_named};
  }

  void write(mqtt::Publish publish);

  std::vector<Item> items_;
  std::vector<std::uint8_t> bytes_;
  std::vector<Retained> retained_;
  std::size_t shared_bytes_ = 0;
};

}  // namespace app
