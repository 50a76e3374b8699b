// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "broker/base/time.h"
#include "mesh/mesh_topic.h"
#include "mesh/node_record.h"
#include "mesh/reception.h"

namespace mesh {

/// What one envelope says about its packet's sender and its gateway, taken out before the table is locked.
/// Views into the envelope and its topic.
struct Sighting {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t id = 0;       // 0: the packet has no identity
  std::uint32_t gateway = 0;  // 0: its name is no node's
  std::int8_t hops = -1;      // -1: unknown
  std::int32_t rssi = 0;
  float snr = 0;
  std::uint32_t received = 0;        // s since 1970, the broker's clock
  std::optional<std::int32_t> skew;  // s that the gateway's clock is ahead
  std::string_view root;
  std::string_view channel;
  std::optional<NodePart> part;  // what the payload is, and its bytes
  bool is_route = false;
  std::string_view wire;
  std::optional<std::string_view> name;  // it says the node's long name

  /// Heard from the node itself, by radio.
  bool is_direct() const { return hops == 0 && gateway != 0 && gateway != from && rssi != 0; }
};

/// Of a packet that was read, whose content may leave the broker.
Sighting sighting_of(const Reception& reception, const MeshTopic& topic, base::WallTime now);
/// Of a further copy of one that was: who heard it, and how.
Sighting sighting_of(const Envelope& envelope, const MeshTopic& topic, base::WallTime now);
/// Of a map report, which the envelope holds.
Sighting sighting_of(const Envelope& envelope, const proto::MapReport& report, const MeshTopic& topic,
                     base::WallTime now);

}  // namespace mesh
