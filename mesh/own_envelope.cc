// SPDX-License-Identifier: Apache-2.0
#include "mesh/own_envelope.h"

#include <algorithm>
#include <span>
#include <utility>

#include "broker/base/bytes.h"
#include "mesh/cipher.h"
#include "mesh/envelope.h"
#include "mesh/send_request.h"
#include "mesh/xeddsa.h"

namespace mesh {
namespace {

constexpr std::uint32_t ok_to_mqtt = 1;
constexpr std::size_t max_parts = 9;
constexpr std::size_t prefix_bytes = 4;  // "1/3 "
constexpr std::size_t signature_field_bytes = 2 + signature_bytes;

proto::ServiceEnvelope envelope_of(const OwnHead& head) {
  proto::ServiceEnvelope envelope;
  proto::MeshPacket& packet = *envelope.mutable_packet();
  packet.set_from(head.from);
  packet.set_to(head.to);
  packet.set_id(head.id);
  packet.set_hop_limit(head.hop_limit);
  packet.set_hop_start(head.hop_limit);
  packet.set_want_ack(head.want_ack);
  envelope.set_gateway_id(node_id(head.from));
  return envelope;
}

std::span<std::uint8_t> writable(std::string& text) {
  return {reinterpret_cast<std::uint8_t*>(text.data()), text.size()};
}

/// At most `limit` bytes from the start of UTF-8 text, whole characters.
std::string_view whole_characters(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xc0) == 0x80) --limit;
  return text.substr(0, limit);
}

}  // namespace

proto::Data make_data(proto::PortNum port, std::string payload) {
  proto::Data data;
  data.set_portnum(port);
  data.set_payload(std::move(payload));
  data.set_bitfield(ok_to_mqtt);
  return data;
}

std::size_t room_for_payload(const proto::Data& data, std::size_t limit) {
  proto::Data full = data;
  full.set_payload(std::string(max_payload_bytes, 'x'));
  const std::size_t beside = full.ByteSizeLong() - max_payload_bytes;
  return std::min(max_payload_bytes, limit - std::min(limit, beside));
}

void sign_broadcast(const OwnHead& head, const KeyPair& keys, proto::Data& data) {
  if (head.to != broadcast_number || data.ByteSizeLong() + signature_field_bytes > max_data_bytes) return;
  const std::string content = signed_bytes(
      {head.from, head.id, static_cast<std::uint32_t>(data.portnum()), base::as_bytes(data.payload())});
  if (const auto signature = sign(keys, base::as_bytes(content)))
    data.set_xeddsa_signature(signature->data(), signature->size());
}

std::string seal_for_channel(const OwnHead& head, const proto::Data& data, const Channel& channel) {
  proto::ServiceEnvelope envelope = envelope_of(head);
  std::string bytes = data.SerializeAsString();
  Cipher(channel.key).apply(base::as_bytes(bytes), counter_block(head.id, head.from), writable(bytes));
  envelope.mutable_packet()->set_channel(channel.hash);
  envelope.mutable_packet()->set_encrypted(std::move(bytes));
  envelope.set_channel_id(channel.name);
  return envelope.SerializeAsString();
}

std::string seal_for_node(const OwnHead& head, const proto::Data& data, const SharedKey& key,
                          const std::array<std::uint8_t, 4>& extra) {
  proto::ServiceEnvelope envelope = envelope_of(head);
  const std::string plain = data.SerializeAsString();
  std::string bytes(plain.size() + pki_overhead, '\0');
  seal(key, {head.id, head.from, extra}, base::as_bytes(plain), writable(bytes));
  envelope.mutable_packet()->set_pki_encrypted(true);
  envelope.mutable_packet()->set_encrypted(std::move(bytes));
  envelope.set_channel_id(std::string(pki_channel_id));
  return envelope.SerializeAsString();
}

std::string envelope_topic(std::string_view root, std::string_view channel, std::string_view node) {
  std::string topic(root);
  return topic.append("/2/e/").append(channel).append("/").append(node);
}

std::vector<std::string> split_text(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return {std::string(text)};
  std::vector<std::string> parts;
  while (!text.empty()) {
    if (parts.size() == max_parts) return {};
    const std::string_view part = whole_characters(text, limit - prefix_bytes);
    parts.emplace_back(part);
    text.remove_prefix(part.size());
  }
  for (std::size_t i = 0; i < parts.size(); ++i)
    parts[i].insert(0, std::to_string(i + 1) + "/" + std::to_string(parts.size()) + " ");
  return parts;
}

}  // namespace mesh
