// SPDX-License-Identifier: Apache-2.0
#include "mesh/envelope.h"

#include <optional>

#include "mesh/utf8.h"
#include "mesh/wire_rules.h"

namespace mesh {

base::Expected<Envelope, Outcome> EnvelopeReader::read(base::Bytes bytes) {
  if (bytes.empty()) return base::make_unexpected(Outcome::empty);
  if (bytes.size() > max_envelope_bytes) return base::make_unexpected(Outcome::oversize);
  const std::optional<base::Bytes> wire = readable_wire(bytes, service_envelope_rule, scratch_);
  if (!wire || !message_.ParseFromArray(wire->data(), static_cast<int>(wire->size()))) {
    return base::make_unexpected(Outcome::not_an_envelope);
  }
  const Envelope envelope{&message_.packet(), c_string(message_.channel_id()),
                          c_string(message_.gateway_id())};
  if (!message_.has_packet() || envelope.channel_id.empty() || envelope.gateway_id.empty()) {
    return base::make_unexpected(Outcome::incomplete);
  }
  return envelope;
}

std::string node_id(std::uint32_t number) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id = "!00000000";
  for (std::size_t at = id.size() - 1; at > 0; --at) {
    id[at] = digits[number & 0xf];
    number >>= 4;
  }
  return id;
}

}  // namespace mesh
