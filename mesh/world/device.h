// SPDX-License-Identifier: Apache-2.0
// A gateway's firmware as far as MQTT meets it: what it makes of a message from the broker (reference
// sections 6 and 11). Each rule is a row, so that a test can break one after the other. Pure; one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <proto/mesh.pb.h>

#include "broker/base/bytes.h"
#include "broker/mqtt/types.h"
#include "mesh/channel_key.h"

namespace mesh::world {

/// One of a device's up to eight channels. `name` as in topics: never empty.
struct DeviceChannel {
  std::string name;
  Key key = {};
  bool uplink = true;
  bool downlink = true;
};

/// How a gateway is set up. The first channel is the primary one.
struct DeviceConfig {
  std::uint32_t number = 0;
  std::string root = "msh";
  std::vector<DeviceChannel> channels = {};
  bool encrypts = true;  // mqtt.encryption_enabled
  bool ignores_mqtt = false;
  bool known_only = false;
  bool reports_neighbors = false;        // its own neighbor info module is on
  bool server_is_private = true;         // the broker's address is, as far as it can tell
  bool is_newer = true;                  // 2.8: opaque packets stay off MQTT, hops are judged first
  std::set<std::uint32_t> known = {};    // nodes whose names and keys it has
  std::set<std::uint32_t> ignored = {};  // nodes its owner does not want to hear

  bool has_downlink() const;
  /// Its index; none: no channel of that name. Case matters.
  std::optional<std::size_t> channel_named(std::string_view name) const;
};

/// "ROOT/2/e/CHANNEL/+" for each channel with downlink, then PKI.
std::vector<std::string> filters_of(const DeviceConfig& config);

/// What became of a message from the broker. All but the first two are refusals.
enum class Ruling : std::uint8_t {
  accepted,
  acknowledged,  // its own publish has come back: its phone is told that the packet has left
  oversize,
  empty,
  not_an_envelope,
  no_packet,
  no_channel_id,
  no_gateway_id,
  pki_without_downlink,
  unknown_channel,
  downlink_off,
  own_gateway_id,
  own_packet,
  hop_limit_too_high,
  hop_start_too_high,
  sender_ignored,
  sender_is_everyone,
  mqtt_ignored,
  decoded_refused,
  decoded_admin,
  strangers_direct_message,
  unknown_hash,
  unreadable,
  bad_signature,
  unknown_sender,
  legacy_direct_message,
  crowded_out,  // by later ones, in the router's four slots
  duplicate,
  hops_before_start,
  no_bitfield,
  end_,
};

std::string_view word_for(Ruling ruling);

/// A message on its way through the rules.
struct Downlink {
  std::string_view topic;
  base::Bytes payload;
  mqtt::Qos qos = mqtt::Qos::at_most_once;
  proto::ServiceEnvelope envelope = {};
  proto::Data data = {};  // of a packet that could be read
  bool is_read = false;
};

/// One rule: whether it decides about the message, and how. The first that applies has the word.
struct DownlinkRule {
  Ruling ruling;
  bool (*applies)(const DeviceConfig& device, Downlink& message);
};
/// Those of arrival, in the firmware's order.
std::span<const DownlinkRule> arrival_rules();

/// What the device has made of one message.
struct Handled {
  Ruling ruling = Ruling::accepted;
  proto::MeshPacket packet = {};  // as it goes on inside: only the fields that the firmware copies
  proto::Data data = {};
  std::string text = {};    // what its screen and phone show; empty: nothing
  bool is_relayed = false;  // over LoRa, with a hop less
};

/// The largest MQTT packet its buffer takes, header included.
constexpr std::size_t device_buffer_bytes = 1024;
constexpr std::size_t router_slots = 4;

class Device {
 public:
  explicit Device(DeviceConfig config) : config_(std::move(config)) {}

  DeviceConfig& config() { return config_; }
  const DeviceConfig& config() const { return config_; }

  /// Arrival: what passes waits for `route`. None: it does; else what became of it.
  std::optional<Handled> receive(std::string_view topic, base::Bytes payload, mqtt::Qos qos);
  /// Everything that waits, and what was crowded out before.
  std::vector<Handled> route();
  /// A packet of its own, or one that its radio has heard: a copy from the broker is a duplicate.
  void remember(std::uint32_t from, std::uint32_t id);

 private:
  struct Waiting {
    proto::MeshPacket packet;
    proto::Data data;
    bool is_read;
  };
  Ruling judge_hops(const Waiting& waiting);
  Handled handle(const Waiting& waiting);

  static constexpr std::size_t history_size = 200;

  DeviceConfig config_;
  std::deque<Waiting> router_;
  std::vector<Handled> crowded_out_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> history_;
  std::deque<std::pair<std::uint32_t, std::uint32_t>> history_order_;
};

}  // namespace mesh::world
