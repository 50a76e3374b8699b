// SPDX-License-Identifier: Apache-2.0
#include "broker/core/outgoing.h"

#include <algorithm>

#include "broker/mqtt/encode.h"

namespace core {
namespace {

/// Below this a payload is copied behind its head: forms of a burst then lie side by side in turn memory and
/// join into one piece per receiver, which costs less than two pieces each.
constexpr std::size_t joined_payload_bytes = 512;

mqtt::Publish view_of(const MessageRef& message, base::Arena& turn, std::vector<MessageRef>& held) {
  mqtt::Publish view{.topic = message->topic(),
                     .payload = message->payload(),
                     .qos = message->qos(),
                     .retain = message->retain()};
  if (message->bytes() > joined_payload_bytes) {
    held.push_back(message);
    return view;
  }
  view.topic = base::as_text(turn.copy(base::as_bytes(view.topic)));
  view.payload = turn.copy(view.payload);
  return view;
}

bool same(const Delivery& a, const Delivery& b) {
  return a.retain == b.retain && a.dup == b.dup && a.packet_id == b.packet_id;
}

std::uint8_t first_byte(const Delivery& delivery) {
  const auto qos = static_cast<unsigned>(delivery.qos);
  return static_cast<std::uint8_t>(0x30U | (delivery.dup ? 8U : 0U) | (qos << 1U) |
                                   (delivery.retain ? 1U : 0U));
}

}  // namespace

Outgoing::Outgoing(const MessageRef& message, base::Arena& turn, std::vector<MessageRef>& held)
    : publish_(view_of(message, turn, held)), turn_(turn), kept_(message) {}

const Form& Outgoing::form(const Delivery& delivery) {
  std::optional<Cached>& cached = cached_[static_cast<std::size_t>(delivery.qos)];
  if (cached && same(cached->delivery, delivery)) return cached->form;
  // Member by member: what is written in halves and read back at once in one piece stalls the processor.
  cached.emplace();
  cached->form = fits_frame(delivery) ? patch(delivery) : build(delivery);
  cached->delivery = delivery;
  return cached->form;
}

const MessageRef& Outgoing::keep() {
  if (!kept_) kept_ = MessageRef::make(publish_);
  return kept_;
}

const MessageRef& Outgoing::keep_shared() {
  if (!kept_ || !kept_->is_shared()) kept_ = MessageRef::make_shared(publish_);
  return kept_;
}

/// The publisher's frame has the right shape when its QoS is the receiver's: then only flags and id differ. A
/// length written with more bytes than it needs, so that the last one is 0, is legal but not passed on.
bool Outgoing::fits_frame(const Delivery& delivery) const {
  if (frame_.empty() || delivery.qos != publish_.qos) return false;
  const std::size_t id_bytes = publish_.qos == mqtt::Qos::at_most_once ? 0 : 2;
  const std::size_t body_bytes = 2 + publish_.topic.size() + id_bytes + publish_.payload.size();
  const std::size_t header_bytes = frame_.size() - body_bytes;
  return header_bytes == 2 || frame_[header_bytes - 1] != 0;
}

Form Outgoing::patch(const Delivery& delivery) {
  const std::span<std::uint8_t> frame = std::exchange(frame_, {});
  // A packet from another worker lies in its core's cache: what need not be written is not.
  if (frame[0] != first_byte(delivery)) frame[0] = first_byte(delivery);
  if (delivery.packet_id != 0) {
    std::uint8_t* id = frame.data() + (frame.size() - publish_.payload.size()) - 2;
    id[0] = static_cast<std::uint8_t>(delivery.packet_id >> 8U);
    id[1] = static_cast<std::uint8_t>(delivery.packet_id & 0xffU);
  }
  return {frame, {}};
}

Form Outgoing::build(const Delivery& delivery) {
  mqtt::Publish wanted = publish_;
  wanted.qos = delivery.qos;
  wanted.retain = delivery.retain;
  wanted.dup = delivery.dup;
  wanted.packet_id = delivery.packet_id;
  const std::size_t head_size = mqtt::publish_head_size(wanted);
  if (wanted.payload.size() > joined_payload_bytes) {
    const std::span<std::uint8_t> head = turn_.take(head_size);
    mqtt::write_publish_head(wanted, head);
    return {head, wanted.payload};
  }
  const std::span<std::uint8_t> whole = turn_.take(head_size + wanted.payload.size());
  mqtt::write_publish_head(wanted, whole.first(head_size));
  // Not std::ranges::copy, which goes byte by byte from a span.
  std::copy_n(wanted.payload.data(), wanted.payload.size(), whole.data() + head_size);
  return {whole, {}};
}

}  // namespace core
