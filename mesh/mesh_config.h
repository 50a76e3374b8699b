// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "broker/base/time.h"
#include "mesh/down_config.h"
#include "mesh/pki.h"

namespace mesh {

/// One [[mesh.channel]]. Several may share a name: each is another key to try.
struct ChannelConfig {
  std::string name;         // as in topics and envelopes, case-sensitive
  std::string psk;          // text in any form of channel_key.h; "" is no encryption
  std::uint32_t index = 0;  // what JSON consumers see as "channel" when the envelope was encrypted
  bool json = true;         // false: nothing readable of this channel leaves the broker
  std::string root{};       // only below this root of topics; "": everywhere
};

/// One [[mesh.node]]: a node of the operator's own, whose direct messages are to be read.
struct NodeKeyConfig {
  std::uint32_t number = 0;
  PrivateKey key;
};

/// A gateway that only this user may be.
struct GatewayUser {
  std::uint32_t number = 0;
  std::string user;
};

enum class Mirror : std::uint8_t { packet, gateway, off };

/// Who is sent one copy of each packet only.
enum class Deliver : std::uint8_t { gateways, everyone, off };

/// The keys of [mesh] and of the tables below it that this library obeys. A plain value: whoever reads the
/// configuration file fills it; ranges are checked there, keys by Keyring::open.
struct MeshConfig {
  std::vector<std::string> roots = {"msh"};
  std::vector<ChannelConfig> channels;
  std::vector<std::string> share_urls;   // channels as the apps share them
  std::vector<NodeKeyConfig> node_keys;  // whose direct messages can be read
  bool default_key = true;               // try the well-known key on the preset channel names
  Mirror mirror = Mirror::packet;        // one JSON per packet, one per gateway copy, or none
  bool unsupported = false;              // also publish what has "type":""
  base::Duration dedup_window = std::chrono::minutes{15};
  std::size_t dedup_capacity = 200000;  // packets remembered at most
  Deliver deliver = Deliver::gateways;
  bool respect_gateways = true;                             // no JSON for a gateway that publishes its own
  std::size_t nodes = 10000;                                // remembered at most
  base::Duration node_expiry = std::chrono::hours{24 * 7};  // silent so long, a node is forgotten
  bool node_topics = true;                                  // publish what is known of each node, retained
  base::Duration packet_window = std::chrono::seconds{3};   // to collect the copies of a packet
  bool gateway_identity = false;                            // a gateway may publish as itself only
  std::vector<GatewayUser> gateway_users;
  std::string topic = "mesh";  // where the broker itself publishes
  DownConfig down;
};

}  // namespace mesh
