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

  struct Hash {
    std::size_t operator()(const PacketIdentity& identity) const;
  };
};

PacketIdentity identity_of(const MeshTopic& topic, std::uint32_t from, std::uint32_t id);

}  // namespace mesh
