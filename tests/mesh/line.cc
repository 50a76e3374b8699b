// SPDX-License-Identifier: Apache-2.0
#include "tests/mesh/line.h"

#include <utility>

#include "broker/base/buffer.h"
#include "broker/mqtt/decode.h"
#include "broker/mqtt/encode.h"

namespace meshtest {

constexpr std::size_t packet_bytes = 256 * 1024;

Line::~Line() { lose(last_); }

bool Line::take(const std::vector<std::uint8_t>& bytes, base::TimePoint now) {
  last_ = now;
  inbox_.insert(inbox_.end(), bytes.begin(), bytes.end());
  while (!is_over_) {
    const auto frame = mqtt::next_frame(inbox_, packet_bytes);
    if (!frame) lose(now);
    if (!frame || !*frame) break;
    const auto end = inbox_.begin() + static_cast<std::ptrdiff_t>((*frame)->bytes.size());
    reads_.emplace_back(inbox_.begin(), end);
    inbox_.erase(inbox_.begin(), end);
    take_packet(reads_.back(), now);
  }
  return !is_over_;
}

void Line::take_packet(std::span<std::uint8_t> bytes, base::TimePoint now) {
  const auto packet = mqtt::decode(**mqtt::next_frame(bytes, bytes.size()), mqtt::Version::v311);
  if (!packet) return lose(now);
  if (const auto* connect = std::get_if<mqtt::Connect>(&*packet)) {
    session_ = broker_.connect(*this, *connect, now);
  } else if (const auto* publish = std::get_if<mqtt::Publish>(&*packet)) {
    session_->on_publish(*publish, bytes, now);
  } else {
    session_->on_packet(*packet, now);
  }
}

void Line::lose(base::TimePoint now) {
  is_over_ = true;
  if (session_ != nullptr)
    std::exchange(session_, nullptr)->on_link_lost(core::CloseReason::connection_lost, now);
}

void Line::send(const mqtt::Packet& packet) {
  base::Buffer out;
  mqtt::encode(packet, mqtt::Version::v311, out);
  receive_(out.bytes());
}

void Line::ack(mqtt::PacketType type, mqtt::PacketId id) { receive_(mqtt::ack_frame(type, id)); }

void Line::deliver(core::Outgoing& outgoing, const core::Delivery& delivery) {
  const core::Form& form = outgoing.form(delivery);
  receive_(form.head);
  if (!form.payload.empty()) receive_(form.payload);
}

void Line::close(core::CloseReason, std::string_view) {
  session_ = nullptr;
  is_over_ = true;
}

}  // namespace meshtest
