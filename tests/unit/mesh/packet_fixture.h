// SPDX-License-Identifier: Apache-2.0
// What the tests of mesh/packet/… share: a plugin with a listener, and the cases of tests/vectors/packet.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {

/// The mirror off, so that packets are all there is.
MeshConfig packets_only();

/// A plugin with a listener below mesh/.
class Feed : public Mesh {
 public:
  explicit Feed(const MeshConfig& config = packets_only()) : Mesh(config) { host().is_wanted = true; }

  std::vector<Published> hear(const Sending& sending, std::int64_t at_s = 0,
                              const proto::Data& data = make_text("hello")) {
    return receive(topic_of(sending), make_envelope(data, sending), at_s);
  }
  /// What a tick tells of packets; nodes and the broker's status have topics of their own.
  std::vector<Published> tick(std::int64_t at_s);
  /// The only message of that tick.
  std::string told(std::int64_t at_s);
};

/// One payload of one port, and what is told of it: all between "decrypted" and "receptions".
struct PacketCase {
  std::string name;
  proto::Data data;
  std::string json;
};

std::vector<PacketCase> read_packet_cases();
/// The whole message about a packet with that content.
std::string told_of(const proto::Data& data);

inline bool has(const std::string& json, std::string_view part) {
  return json.find(part) != std::string::npos;
}

}  // namespace mesh::test
