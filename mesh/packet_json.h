// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "broker/base/expected.h"
#include "mesh/heard_by.h"
#include "mesh/mesh_topic.h"
#include "mesh/node_table.h"
#include "mesh/packet_payload.h"
#include "mesh/reception.h"
#include "mesh/signature_verdict.h"

namespace mesh {

/// How much of a packet one copy shows, from little to much: the copy that shows more speaks for the packet.
enum class Readability : std::uint8_t {
  unread,       // nobody looked: its content is known already
  closed,       // no key
  undecodable,  // a device could not decode the payload
  readable,
};

/// The first part of a packet's message: all but who heard it. A value.
struct PacketHead {
  std::string json{};  // an object, still open
  Readability readability = Readability::unread;
  SignatureVerdict signature = SignatureVerdict::unknown;
  bool has_bitfield = false;
};

/// Where a copy of a packet comes from. Borrowed for a call.
struct PacketSource {
  const MeshTopic& topic;
  const Envelope& envelope;
};

/// What `mesh/packet/…` says (docs/packet.md). Keeps message objects and a buffer; one thread at a time.
class PacketJson {
 public:
  /// Identity only.
  PacketHead name(const PacketSource& source);
  /// Everything; `reception` may say why there is no content.
  PacketHead describe(const PacketSource& source, const base::Expected<Reception, Outcome>& reception,
                      const NodeTable& nodes);

 private:
  PacketHead describe_closed(const Envelope& envelope, std::string_view problem);
  PacketHead describe_open(const Reception& reception, const NodeTable& nodes);
  void write_data(const proto::Data& data);
  PacketHead take(PacketHead head);

  PacketPayload payload_;
  JsonObject json_;
};

/// The second part.
struct PacketTail {
  std::uint32_t from = 0;
  bool is_update = false;
  std::uint32_t dropped = 0;  // receptions there was no room for
  std::span<const HeardBy> heard;
  bool key_changed = false;  // the sender has announced another key than the pinned one
};

/// The whole message: one JSON object.
std::string packet_message(const PacketHead& head, const PacketTail& tail);

}  // namespace mesh
