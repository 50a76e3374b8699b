// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/core_stage.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "broker/app/config/config.h"
#include "broker/base/buffer.h"
#include "broker/mqtt/decode.h"
#include "broker/mqtt/encode.h"

namespace conformance {

/// A connection that carries bytes: app::Connection without its socket.
class CoreStage::ByteLink final : public core::Link {
 public:
  explicit ByteLink(support::World& world) : world_(world) {}

  void take(base::Bytes bytes) {
    inbox_.insert(inbox_.end(), bytes.begin(), bytes.end());
    while (!is_over_) {
      const auto frame = mqtt::next_frame(inbox_, app::Limits{}.packet_bytes);
      if (!frame) return lose();
      if (!*frame) return;
      std::vector<std::uint8_t> whole((*frame)->bytes.begin(), (*frame)->bytes.end());
      inbox_.erase(inbox_.begin(), inbox_.begin() + static_cast<std::ptrdiff_t>(whole.size()));
      take_packet(whole);
    }
  }

  void lose() {
    if (session_ != nullptr)
      std::exchange(session_, nullptr)->on_link_lost(core::CloseReason::connection_lost, world_.now);
    is_over_ = true;
  }

  std::vector<std::uint8_t> receive(std::size_t count) {
    const auto end = outbox_.begin() + static_cast<std::ptrdiff_t>(std::min(count, outbox_.size()));
    std::vector<std::uint8_t> bytes(outbox_.begin(), end);
    outbox_.erase(outbox_.begin(), end);
    return bytes;
  }
  bool is_closed() const { return is_over_ && outbox_.empty(); }

  // core::Link
  void send(const mqtt::Packet& packet) override {
    base::Buffer out;
    mqtt::encode(packet, version_, out);
    put(out.bytes());
  }
  void ack(mqtt::PacketType type, mqtt::PacketId id) override { put(mqtt::ack_frame(type, id)); }
  void deliver(core::Outgoing& outgoing, const core::Delivery& delivery) override {
    const core::Form& form = outgoing.form(delivery);
    put(form.head);
    put(form.payload);
  }
  void close(core::CloseReason, std::string_view) override {
    session_ = nullptr;
    is_over_ = true;
  }
  void hold(core::Sequence) override {}
  std::size_t backlog() const override { return 0; }
  bool is_excused(base::TimePoint) override { return false; }
  std::string address() const override { return "192.0.2.1:1883"; }

 private:
  void put(base::Bytes bytes) { outbox_.insert(outbox_.end(), bytes.begin(), bytes.end()); }

  /// `whole` is one packet; the core may write to it.
  void take_packet(std::span<std::uint8_t> whole) {
    const mqtt::Frame frame = **mqtt::next_frame(whole, whole.size());
    if (session_ == nullptr) return take_first(frame);
    if (frame.type == mqtt::PacketType::publish) {
      const auto publish = mqtt::decode_publish(frame, version_);
      return publish ? session_->on_publish(*publish, whole, world_.now) : lose();
    }
    if (const mqtt::PacketId id = mqtt::ack_id(frame); id != 0) {
      return session_->on_ack(frame.type, id, world_.now);
    }
    const auto packet = mqtt::decode(frame, version_);
    return packet ? session_->on_packet(*packet, world_.now) : lose();
  }

  void take_first(const mqtt::Frame& frame) {
    const auto packet = mqtt::decode(frame, version_);
    if (!packet || !std::holds_alternative<mqtt::Connect>(*packet)) return lose();
    mqtt::Connect connect = std::get<mqtt::Connect>(*packet);
    connect.user_name.reset();  // there are no users: a name proves nothing
    version_ = connect.version;
    session_ = world_.broker.connect(*this, connect, world_.now);
  }

  support::World& world_;
  core::Session* session_ = nullptr;
  mqtt::Version version_ = mqtt::Version::v311;
  bool is_over_ = false;
  std::vector<std::uint8_t> inbox_, outbox_;
};

CoreStage::CoreStage() = default;
CoreStage::~CoreStage() = default;

void CoreStage::send(const std::string& client, base::Bytes bytes) {
  auto& link = links_[client];
  if (!link) link = std::make_unique<ByteLink>(world_);
  link->take(bytes);
  world_.turn();
}

std::vector<std::uint8_t> CoreStage::receive(const std::string& client, std::size_t count) {
  const auto at = links_.find(client);
  return at == links_.end() ? std::vector<std::uint8_t>{} : at->second->receive(count);
}

bool CoreStage::is_closed(const std::string& client) {
  const auto at = links_.find(client);
  if (at == links_.end() || !at->second->is_closed()) return false;
  links_.erase(at);
  return true;
}

void CoreStage::drop(const std::string& client) {
  const auto at = links_.find(client);
  if (at == links_.end()) return;
  at->second->lose();
  world_.turn();
  links_.erase(at);
}

}  // namespace conformance
