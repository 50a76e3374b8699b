// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>

#include "mesh/mesh_topic.h"

namespace mesh {

/// What all copies of one packet have in common. `place` is a hash of root and channel name, so that equal
/// numbers in two meshes stay two packets.
struct PacketIdentity {
  std::uint64_t place = 0;
  std::uint32_t from = 0;
  std::uint32_t id = 0;
  friend bool operator==(const PacketIdentity&, const PacketIdentity&) = default;
};

struct PacketIdentityHash {
  std::size_t operator()(const PacketIdentity& identity) const {
    constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15;  // spreads neighbouring ids over all bits
    const std::uint64_t numbers = std::uint64_t{identity.from} << 32 | identity.id;
    const std::uint64_t mixed = (numbers ^ identity.place) * golden_ratio;
    return mixed ^ (mixed >> 32);
  }
};

PacketIdentity identity_of(const MeshTopic& topic, std::uint32_t from, std::uint32_t id);

}  // namespace mesh
