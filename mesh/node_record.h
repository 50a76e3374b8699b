// SPDX-License-Identifier: Apache-2.0
// What is known of one node, as a value: the latest payload of each kind as the devices wrote it, who heard
// it where, and what it does as a gateway. Times are seconds since 1970 by the broker's clock (0: never).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/buffer.h"
#include "broker/base/bytes.h"

namespace mesh {

/// The kinds of payload of which the latest is remembered. The numbers are on disk: new ones go to the end.
enum class NodePart : std::uint8_t {
  user,
  map_report,
  position,
  neighbors,
  device,
  environment,
  air_quality,
  power,
  local_stats,
  health,
  host,
  traffic,
  paxcounter,
  end_,
};

/// What is published of a node, each on a topic of its own. On disk, too.
enum class NodeTopic : std::uint8_t {
  info,
  position,
  radio,
  device,
  environment,
  air_quality,
  power,
  local_stats,
  health,
  host,
  traffic,
  paxcounter,
  end_,
};

/// A set of topics, one bit each.
class NodeTopics {
 public:
  constexpr NodeTopics() = default;
  constexpr explicit NodeTopics(std::uint32_t bits) : bits_(bits & all_bits) {}
  static constexpr NodeTopics all() { return NodeTopics(all_bits); }

  void add(NodeTopic topic) { bits_ |= bit_of(topic); }
  bool contains(NodeTopic topic) const { return (bits_ & bit_of(topic)) != 0; }
  bool empty() const { return bits_ == 0; }
  std::uint32_t bits() const { return bits_; }

  friend NodeTopics operator|(NodeTopics a, NodeTopics b) { return NodeTopics(a.bits_ | b.bits_); }
  friend NodeTopics operator&(NodeTopics a, NodeTopics b) { return NodeTopics(a.bits_ & b.bits_); }
  friend NodeTopics operator-(NodeTopics a, NodeTopics b) { return NodeTopics(a.bits_ & ~b.bits_); }
  friend bool operator==(NodeTopics, NodeTopics) = default;

 private:
  static constexpr std::uint32_t all_bits = (1U << static_cast<unsigned>(NodeTopic::end_)) - 1;
  static constexpr std::uint32_t bit_of(NodeTopic topic) { return 1U << static_cast<unsigned>(topic); }

  std::uint32_t bits_ = 0;
};

/// Before this a clock has not been set yet: 2020-01-01, in seconds since 1970.
constexpr std::int64_t first_credible_time = 1577836800;

/// Bytes of texts. A channel has at most 11 on the devices, a name 39, a root 32; but anybody may publish
/// anything under a root.
constexpr std::size_t max_root_bytes = 64;
constexpr std::size_t max_channel_bytes = 32;
constexpr std::size_t max_name_bytes = 39;

/// A channel's name in four bytes, the same after a restart.
std::uint32_t channel_tag(std::string_view channel);

/// A payload as a device wrote it, at most 234 bytes that passed the wire rules of its kind.
struct LatestPayload {
  NodePart part = NodePart::user;
  std::uint32_t received = 0;
  std::uint32_t channel = 0;  // its tag
  std::string wire;
  friend bool operator==(const LatestPayload&, const LatestPayload&) = default;
};

/// The answer to a traceroute: from the node it is remembered with, to who had asked.
struct HeardRoute {
  std::uint32_t to = 0;
  std::uint32_t received = 0;
  std::uint32_t channel = 0;
  std::string wire;  // RouteDiscovery
  friend bool operator==(const HeardRoute&, const HeardRoute&) = default;
};

/// The last time that a gateway heard this node itself, without a hop between.
struct DirectReception {
  std::uint32_t gateway = 0;
  std::int32_t rssi = 0;  // dBm
  float snr = 0;          // dB
  std::uint32_t received = 0;
  friend bool operator==(const DirectReception&, const DirectReception&) = default;
};

/// A node as a gateway to this broker.
struct GatewayRecord {
  static constexpr std::size_t remembered_skews = 9;

  std::uint32_t envelopes = 0;   // that could be read
  std::uint32_t duplicates = 0;  // of them, copies of a packet that another had brought
  std::uint32_t last_uplink = 0;
  std::uint32_t last_downlink = 0;
  std::array<std::int32_t, remembered_skews> skews{};  // s that its clock was ahead; a ring
  std::uint8_t skew_count = 0;
  std::uint8_t next_skew = 0;
  friend bool operator==(const GatewayRecord&, const GatewayRecord&) = default;

  void note_skew(std::int32_t seconds);
  /// The median of those remembered: single packets that waited long do not move it.
  std::optional<std::int32_t> skew() const;
};

struct NodeRecord {
  static constexpr std::size_t max_routes = 4;
  static constexpr std::size_t recent_ids = 4;

  std::uint32_t number = 0;
  std::uint32_t packets = 0;  // heard of it, each once
  std::uint32_t first_heard = 0;
  std::uint32_t last_heard = 0;
  std::uint32_t heard_by = 0;  // the gateway; 0: unknown
  std::int8_t hops = -1;       // to that gateway; -1: unknown
  std::uint8_t next_id = 0;
  std::array<std::uint32_t, recent_ids> ids{};  // of its last packets, to tell copies; a ring
  std::string root{};                           // where it was heard last
  std::string channel{};
  std::string name{};  // the long name, as the device wrote it: not necessarily UTF-8
  std::optional<DirectReception> direct{};
  std::optional<GatewayRecord> gateway{};
  std::vector<LatestPayload> parts{};  // each kind once
  std::vector<HeardRoute> routes{};    // the oldest first
  NodeTopics published{};              // retained at this moment
  NodeTopics changed{};                // since they were published
  friend bool operator==(const NodeRecord&, const NodeRecord&) = default;

  const LatestPayload* find(NodePart part) const;
  /// Whether it was heard twice or more, or brought two envelopes: who made up a number once did neither.
  bool is_known() const;
  /// Of what there is something to publish.
  NodeTopics topics() const;
  /// Bytes of memory, about: the table's budget is made of them.
  std::size_t cost() const;
  /// Drops what came from a channel with one of these tags.
  void forget_channels(const std::vector<std::uint32_t>& tags);
};

/// The topic on which a part is published.
NodeTopic topic_of(NodePart part);

/// `text` up to `bytes`, never within a character.
std::string_view clipped(std::string_view text, std::size_t bytes);

/// As it is kept over restarts: a NUL, a version, the fields. What an older broker kept, the plain name, has
/// no NUL in it.
void encode(const NodeRecord& record, base::Buffer& out);
/// None for what makes no sense. The number is not in the bytes.
std::optional<NodeRecord> decode_node(std::uint32_t number, base::Bytes bytes);

}  // namespace mesh
