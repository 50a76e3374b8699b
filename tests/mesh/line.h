// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/core/broker.h"

namespace meshtest {

/// A client's connection without a socket: its bytes go to a session, the broker's bytes to it. Owned by the
/// stage; one thread.
class Line final : public core::Link {
 public:
  using Receive = std::function<void(base::Bytes)>;

  Line(core::Broker& broker, Receive receive) : broker_(broker), receive_(std::move(receive)) {}
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// Whole packets or parts of them. False: the connection is over.
  bool take(const std::vector<std::uint8_t>& bytes, base::TimePoint now);
  void lose(base::TimePoint now);
  bool is_over() const { return is_over_; }
  /// The turn is over.
  void after_flush() { reads_.clear(); }

  // core::Link
  void send(const mqtt::Packet& packet) override;
  void ack(mqtt::PacketType type, mqtt::PacketId id) override;
  void deliver(core::Outgoing& outgoing, const core::Delivery& delivery) override;
  void close(core::CloseReason reason, std::string_view why) override;
  void hold(core::Sequence) override {}
  std::size_t backlog() const override { return 0; }
  bool is_excused(base::TimePoint) override { return false; }
  std::string address() const override { return "192.0.2.1:1883"; }

 private:
  void take_packet(std::span<std::uint8_t> bytes, base::TimePoint now);

  core::Broker& broker_;
  Receive receive_;
  core::Session* session_ = nullptr;
  std::vector<std::uint8_t> inbox_;
  std::vector<std::vector<std::uint8_t>> reads_;  // what the turn may still refer to
  base::TimePoint last_{};
  bool is_over_ = false;
};

}  // namespace meshtest
