// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/time.h"
#include "broker/mqtt/types.h"

namespace mesh::world {

/// What a device's settings say. The client id is the node id.
struct Login {
  std::string client_id;
  std::string user = "meshdev";
  std::string password = "large4cats";
};

/// A message as the device's MQTT library hands it on.
struct Arrived {
  std::string topic;
  std::string payload;
  mqtt::Qos qos = mqtt::Qos::at_most_once;
};

/// The MQTT client in a gateway's firmware, byte for byte (reference sections 1.1 and 11.1): 3.1.1, one
/// buffer of 1024 bytes each way, one inbound packet per 20 ms loop, keep-alive 15 s, everything it sends at
/// QoS 0. Pure: bytes in, bytes out, time as an argument. One thread.
class DeviceLink {
 public:
  static constexpr base::Duration loop_period{20};
  static constexpr base::Duration keep_alive{15'000};

  enum class State : std::uint8_t { closed, connecting, connected };

  explicit DeviceLink(Login login) : login_(std::move(login)) {}

  /// TCP is up: CONNECT goes out.
  void open(base::TimePoint now);
  /// TCP is gone.
  void close();
  /// Bytes wait in the socket until the loop reads them.
  void on_bytes(base::Bytes bytes) { inbox_.insert(inbox_.end(), bytes.begin(), bytes.end()); }
  /// One loop: keep-alive, and at most one packet. `state` says what it led to.
  std::optional<Arrived> loop(base::TimePoint now);
  /// False, and nothing is sent, when it does not fit the buffer.
  bool publish(std::string_view topic, base::Bytes payload, base::TimePoint now);
  void subscribe(std::string_view filter, base::TimePoint now);

  State state() const { return state_; }
  /// What is to be written to the socket.
  std::vector<std::uint8_t> take_output();
  bool has_input() const { return !inbox_.empty(); }
  /// Packets that were larger than the buffer, since the beginning.
  std::uint64_t discarded() const { return discarded_; }

 private:
  void put(std::uint8_t byte) { output_.push_back(byte); }
  void put_text(std::string_view text);
  void put_header(std::uint8_t first, std::size_t rest);
  void keep_alive_loop(base::TimePoint now);
  std::optional<std::vector<std::uint8_t>> next_packet();
  std::optional<Arrived> take(const std::vector<std::uint8_t>& packet, base::TimePoint now);
  std::optional<Arrived> take_publish(const std::vector<std::uint8_t>& packet, std::size_t length_bytes);
  void take_connack(const std::vector<std::uint8_t>& packet);

  const Login login_;
  State state_ = State::closed;
  std::deque<std::uint8_t> inbox_;
  std::vector<std::uint8_t> output_;
  base::TimePoint opened_{};
  base::TimePoint last_in_{};
  base::TimePoint last_out_{};
  bool awaits_pong_ = false;
  std::uint16_t last_id_ = 1;
  std::uint64_t discarded_ = 0;
};

}  // namespace mesh::world
