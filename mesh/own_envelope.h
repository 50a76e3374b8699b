// SPDX-License-Identifier: Apache-2.0
// A packet of the broker's own node as a ServiceEnvelope that a gateway accepts and sends on (reference
// sections 5.1 and 6). Pure.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <proto/mesh.pb.h>

#include "mesh/keyring.h"
#include "mesh/pki.h"

namespace mesh {

/// Of a Data message; what a LoRa frame of 255 bytes leaves it behind its header (reference section 3.7).
constexpr std::size_t max_payload_bytes = 233;
constexpr std::size_t max_data_bytes = 239;
constexpr std::size_t max_pki_data_bytes = max_data_bytes - pki_overhead;

struct OwnHead {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t id = 0;
  std::uint8_t hop_limit = 0;  // at most 7
  bool want_ack = false;
};

/// A Data message with what every sender since 2.5 says: may go to MQTT.
proto::Data make_data(proto::PortNum port, std::string payload);

/// How many bytes of payload a Data like this takes, at most `limit` of which may be all of it.
std::size_t room_for_payload(const proto::Data& data, std::size_t limit);

/// A broadcast that has room for a signature gets one, as from firmware 2.8 (reference section 3.6); all else
/// stays as it is. About 100 µs.
void sign_broadcast(const OwnHead& head, const KeyPair& keys, proto::Data& data);

/// Encrypted with the channel's key.
std::string seal_for_channel(const OwnHead& head, const proto::Data& data, const Channel& channel);
/// Encrypted for one node; `extra` is random.
std::string seal_for_node(const OwnHead& head, const proto::Data& data, const SharedKey& key,
                          const std::array<std::uint8_t, 4>& extra);

/// ROOT/2/e/CHANNEL/!FROM
std::string envelope_topic(std::string_view root, std::string_view channel, std::string_view node);

/// The text as it is, or in parts of at most `limit` bytes, each with "1/3 " in front, cut between
/// characters. Nothing: too long for nine parts.
std::vector<std::string> split_text(std::string_view text, std::size_t limit);

}  // namespace mesh
