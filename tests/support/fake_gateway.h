// SPDX-License-Identifier: Apache-2.0
// A gateway as its firmware is: what it makes of the broker's bytes, what it publishes, and when.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/time.h"
#include "mesh/world/device.h"
#include "mesh/world/device_link.h"
#include "mesh/world/uplink.h"

namespace support {

/// Connects, subscribes, publishes what it hears and judges what it is sent (reference sections 1, 6 and 11),
/// in virtual time. There are two ways to talk to it: by messages (`receive`, `heard`), or by the bytes of a
/// connection (`open`, `on_bytes`, `take_output`, `pass`).
class FakeGateway {
 public:
  explicit FakeGateway(mesh::world::DeviceConfig config);

  mesh::world::Device& device() { return device_; }
  std::string client_id() const;
  std::vector<std::string> filters() const { return filters_of(device_.config()); }

  /// One message from the broker, and what has become of it at once.
  mesh::world::Handled receive(std::string_view topic, base::Bytes payload,
                               mqtt::Qos qos = mqtt::Qos::at_most_once);
  /// A packet that its radio has heard or that it sends itself: what it publishes of it, nothing or one
  /// message. A copy from the broker will be a duplicate.
  std::vector<mesh::world::Message> heard(const mesh::world::AirPacket& packet,
                                          const mesh::world::Copy& copy);

  /// The TCP connection is there, or gone.
  void open(base::TimePoint now) { link_.open(now); }
  void drop() { link_.close(); }
  void on_bytes(base::Bytes bytes) { link_.on_bytes(bytes); }
  std::vector<std::uint8_t> take_output() { return link_.take_output(); }
  /// Loops of 20 ms up to `now`. After CONNACK it subscribes, and sends one message that waited.
  void pass(base::TimePoint now);
  /// Publishes now, or keeps it for later.
  void publish(mesh::world::Message message, base::TimePoint now);
  bool is_connected() const { return link_.state() == mesh::world::DeviceLink::State::connected; }
  const mesh::world::DeviceLink& link() const { return link_; }
  const mesh::world::OfflineQueue& queue() const { return queue_; }

  /// Everything that came by bytes, as it came and judged.
  std::vector<mesh::world::Arrived> arrived;
  std::vector<mesh::world::Handled> handled;
  std::uint64_t unpublishable = 0;  // larger than its buffer

 private:
  void loop(base::TimePoint now);

  mesh::world::Device device_;
  mesh::world::DeviceLink link_;
  mesh::world::OfflineQueue queue_;
  base::TimePoint next_loop_{};
};

/// A device with the well-known key on LongFast, uplink and downlink on.
mesh::world::DeviceConfig plain_device(std::uint32_t number);

/// An encrypted downlink as section 5.1 says: what a device with that channel accepts.
struct GoodDownlink {
  std::uint32_t from = 0x0b0b0b0b;
  std::uint32_t to = 0xffffffff;
  std::uint32_t id = 0x12345678;
  std::string text = "hello from the broker";
};
mesh::proto::ServiceEnvelope make_downlink(const mesh::world::DeviceChannel& channel,
                                           const GoodDownlink& words);

}  // namespace support
