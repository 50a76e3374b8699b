// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <proto/mesh.pb.h>

#include "broker/base/bytes.h"
#include "broker/base/expected.h"
#include "mesh/outcome.h"

namespace mesh {

/// More than twice what the devices' buffers hold; a stranger's megabytes are not worth a look.
constexpr std::size_t max_envelope_bytes = 4096;

/// The channel id of direct messages encrypted with the receiver's public key. No channel has it.
constexpr std::string_view pki_channel_id = "PKI";

/// A ServiceEnvelope that a device would accept. Views into its reader, valid until that reads the next.
struct Envelope {
  const proto::MeshPacket* packet = nullptr;
  std::string_view channel_id;  // not empty; valid UTF-8
  std::string_view gateway_id;  // not empty; valid UTF-8, not necessarily "!%08x"
  std::string_view root{};      // of the topic it came on; empty: not known

  bool is_encrypted() const { return packet->payload_variant_case() == proto::MeshPacket::kEncrypted; }
};

/// Bytes -> Envelope, by the devices' rules. Keeps the message object and its memory; one thread at a time.
class EnvelopeReader {
 public:
  /// The error is one of empty, oversize, not_an_envelope, incomplete.
  base::Expected<Envelope, Outcome> read(base::Bytes bytes);

 private:
  proto::ServiceEnvelope message_;
  std::string scratch_;
};

/// "!%08x" of a node number, as gateways and nodes are called.
std::string node_id(std::uint32_t number);

}  // namespace mesh
