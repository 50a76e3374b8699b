// SPDX-License-Identifier: Apache-2.0
// What a gateway puts into MQTT of the packets it hears and sends (reference sections 1.3 to 1.5). Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <proto/mesh.pb.h>

#include "mesh/world/device.h"

namespace mesh::world {

/// A packet on the air, the same for all who hear it. `channel` is a name, or "PKI"; `encrypted` and `hash`
/// are what the radio carries.
struct AirPacket {
  std::uint32_t from = 0;
  std::uint32_t to = 0xffffffff;
  std::uint32_t id = 0;
  std::uint32_t hop_start = 3;
  bool want_ack = false;
  bool via_mqtt = false;
  std::string channel = {};
  std::uint32_t hash = 0;
  proto::Data data = {};  // the plain text
  std::string encrypted = {};
};

/// How one gateway has it: heard, or its own, for which rssi and snr are 0.
struct Copy {
  std::uint32_t rx_time = 0;  // s since 1970
  float snr = 0;              // dB
  std::int32_t rssi = 0;      // dBm
  std::uint32_t hop_limit = 0;
  std::uint32_t relay_node = 0;  // last byte of who sent this copy
};

struct Message {
  std::string topic;
  std::string payload;
};

/// Why a gateway keeps a packet to itself; `published` when it does not.
enum class UplinkRuling : std::uint8_t {
  published,
  came_from_mqtt,
  not_readable,  // no key, or a direct message between others where that counts
  neighbors_not_wanted,
  no_bitfield,
  uplink_off,
  not_ok_to_mqtt,
  end_,
};
std::string_view word_for(UplinkRuling ruling);

UplinkRuling judge_uplink(const DeviceConfig& gateway, const AirPacket& packet);

/// The message on `ROOT/2/e/`. The packet has passed `judge_uplink`.
Message make_uplink(const DeviceConfig& gateway, const AirPacket& packet, const Copy& copy);

/// The message on `ROOT/2/map/`: never encrypted, id 0.
Message make_map_report(const DeviceConfig& gateway, const proto::MapReport& report);

/// `data` for the air: encrypts it with the key of that channel; sets `channel`, `hash`, `data`,
/// `encrypted`.
void seal(const DeviceChannel& channel, proto::Data data, AirPacket& packet);

/// What waits while the broker is away: 16 messages, the oldest goes.
class OfflineQueue {
 public:
  static constexpr std::size_t capacity = 16;

  void push(Message message) {
    if (waiting_.size() == capacity) {
      waiting_.pop_front();
      ++lost_;
    }
    waiting_.push_back(std::move(message));
  }
  /// The oldest; a gateway takes one after each successful connect.
  std::optional<Message> pop() {
    if (waiting_.empty()) return std::nullopt;
    Message oldest = std::move(waiting_.front());
    waiting_.pop_front();
    return oldest;
  }
  std::size_t size() const { return waiting_.size(); }
  std::uint64_t lost() const { return lost_; }

 private:
  std::deque<Message> waiting_;
  std::uint64_t lost_ = 0;
};

}  // namespace mesh::world
