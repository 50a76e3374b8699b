// SPDX-License-Identifier: Apache-2.0
#include "mesh/packet_identity.h"

#include <functional>

namespace mesh {

PacketIdentity identity_of(const MeshTopic& topic, std::uint32_t from, std::uint32_t id) {
  const std::hash<std::string_view> hash;
  return {hash(topic.root) * 31 + hash(topic.channel), from, id};
}

}  // namespace mesh
