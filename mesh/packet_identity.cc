// SPDX-License-Identifier: Apache-2.0
#include "mesh/packet_identity.h"

#include <functional>

namespace mesh {

std::size_t PacketIdentity::Hash::operator()(const PacketIdentity& identity) const {
  constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15;  // spreads neighbouring ids over all bits
  const std::uint64_t numbers = std::uint64_t{identity.from} << 32 | identity.id;
  const std::uint64_t mixed = (numbers ^ identity.place) * golden_ratio;
  return mixed ^ (mixed >> 32);
}

PacketIdentity identity_of(const MeshTopic& topic, std::uint32_t from, std::uint32_t id) {
  const std::hash<std::string_view> hash;
  return {hash(topic.root) * 31 + hash(topic.channel), from, id};
}

}  // namespace mesh
