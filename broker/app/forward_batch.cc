// SPDX-License-Identifier: Apache-2.0
#include "broker/app/forward_batch.h"

#include "broker/mqtt/encode.h"

namespace app {

void ForwardBatch::add(const core::Outgoing& outgoing) {
  const mqtt::Publish& publish = outgoing.message();
  const base::Bytes frame = outgoing.frame();
  const std::size_t before = bytes_.size();
  if (frame.empty()) {
    write(publish);
  } else {
    bytes_.insert(bytes_.end(), frame.begin(), frame.end());
  }
  const std::size_t frame_bytes = bytes_.size() - before;
  const std::size_t id_bytes = publish.qos == mqtt::Qos::at_most_once ? 0 : 2;
  const std::size_t body_bytes = 2 + publish.topic.size() + id_bytes + publish.payload.size();
  items_.push_back({.frame_bytes = static_cast<std::uint32_t>(frame_bytes),
                    .topic_bytes = static_cast<std::uint16_t>(publish.topic.size()),
                    .header_bytes = static_cast<std::uint8_t>(frame_bytes - body_bytes),
                    .qos = publish.qos,
                    .is_named = outgoing.is_named()});
}

/// What came in no packet: a plugin's message, a will. The receiver puts an id of its own where this one is.
void ForwardBatch::write(mqtt::Publish publish) {
  if (publish.qos != mqtt::Qos::at_most_once) publish.packet_id = 1;
  const std::size_t before = bytes_.size();
  bytes_.resize(before + mqtt::publish_head_size(publish));
  mqtt::write_publish_head(publish, std::span(bytes_).subspan(before));
  bytes_.insert(bytes_.end(), publish.payload.begin(), publish.payload.end());
}

void ForwardBatch::clear() {
  items_.clear();
  bytes_.clear();
  retained_.clear();
  shared_bytes_ = 0;
  last_number = 0;
}

}  // namespace app
