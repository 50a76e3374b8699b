// SPDX-License-Identifier: Apache-2.0
#include "mesh/packet_json.h"

#include <array>
#include <cstddef>

#include "mesh/enum_names.h"
#include "mesh/message_fields.h"

namespace mesh {
namespace {

constexpr int schema_version = 1;
constexpr std::uint32_t ok_to_mqtt = 1;
constexpr std::uint32_t wants_response = 2;

void write_identity(const PacketSource& source, JsonObject& json) {
  const proto::MeshPacket& packet = *source.envelope.packet;
  json.open();
  json.number("schema", schema_version);
  json.number("id", packet.id());
  json.number("from", packet.from());
  json.node("from_id", packet.from());
  json.text("root", source.topic.root);
  json.text("channel", source.envelope.channel_id);
}

void write_unless_zero(std::string_view key, std::uint32_t value, JsonObject& json) {
  if (value != 0) json.number(key, value);
}

/// A decoded copy carries the sender's own index, an encrypted one the hash.
void write_channel_number(const Envelope& envelope, const Channel* channel, JsonObject& json) {
  const bool is_encrypted = envelope.is_encrypted();
  if (envelope.channel_id == pki_channel_id) return;
  if (is_encrypted) json.number("channel_hash", envelope.packet->channel());
  if (channel != nullptr) json.number("channel_index", channel->index);
  if (!is_encrypted) json.number("channel_index", envelope.packet->channel());
}

std::string_view problem_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::no_key:
      return "no_key";
    case Outcome::wrong_hash:
      return "wrong_hash";
    default:
      return "wrong_key";
  }
}

std::string_view problem_without_data(const Envelope& envelope) {
  return envelope.is_encrypted() ? "direct_message" : "no_content";
}

Readability readability_of(PayloadForm form) {
  return form == PayloadForm::undecodable ? Readability::undecodable : Readability::readable;
}

}  // namespace

PacketHead PacketJson::take(PacketHead head) {
  head.json = json_.view();
  json_.clear();
  return head;
}

PacketHead PacketJson::name(const PacketSource& source) {
  write_identity(source, json_);
  return take({});
}

PacketHead PacketJson::describe(const PacketSource& source,
                                const base::Expected<Reception, Outcome>& reception, const NodeTable& nodes) {
  const Envelope& envelope = source.envelope;
  const proto::MeshPacket& packet = *envelope.packet;
  write_identity(source, json_);
  json_.number("to", packet.to());
  json_.node("to_id", packet.to());
  write_channel_number(envelope, reception ? reception->channel : nullptr, json_);
  json_.truth("pki", envelope.channel_id == pki_channel_id);
  if (packet.want_ack()) json_.truth("want_ack", true);
  json_.truth("encrypted", envelope.is_encrypted());
  if (!reception) return describe_closed(envelope, problem_of(reception.error()));
  if (reception->data == nullptr) return describe_closed(envelope, problem_without_data(envelope));
  return describe_open(*reception, nodes);
}

PacketHead PacketJson::describe_closed(const Envelope& envelope, std::string_view problem) {
  json_.truth("decrypted", false);
  json_.text("problem", problem);
  if (envelope.is_encrypted()) json_.number("bytes", envelope.packet->encrypted().size());
  return take({.readability = Readability::closed});
}

PacketHead PacketJson::describe_open(const Reception& reception, const NodeTable& nodes) {
  const proto::Data& data = *reception.data;
  json_.truth("decrypted", true);
  write_data(data);
  const PayloadForm form = payload_.write(reception, nodes, json_);
  if (form == PayloadForm::undecodable) json_.text("problem", "undecodable");
  if (form == PayloadForm::withheld) json_.text("problem", "withheld");
  return take(
      {.readability = readability_of(form),
       .signature = data.xeddsa_signature().empty() ? SignatureVerdict::none : SignatureVerdict::unverified,
       .has_bitfield = data.has_bitfield()});
}

void PacketJson::write_data(const proto::Data& data) {
  write_enumeration("port", "port_name", Enumeration::port, static_cast<std::uint32_t>(data.portnum()),
                    json_);
  if (data.want_response() || (data.bitfield() & wants_response) != 0) json_.truth("want_response", true);
  write_unless_zero("request_id", data.request_id(), json_);
  write_unless_zero("reply_id", data.reply_id(), json_);
  write_unless_zero("emoji", data.emoji(), json_);
  write_unless_zero("dest", data.dest(), json_);
  write_unless_zero("source", data.source(), json_);
  if (!data.has_bitfield()) return;
  json_.number("bitfield", data.bitfield());
  json_.truth("ok_to_mqtt", (data.bitfield() & ok_to_mqtt) != 0);
}

std::string packet_message(const PacketHead& head, const PacketTail& tail) {
  JsonObject json;
  json.open();
  if (tail.is_update) json.truth("update", true);
  const std::string_view signature = word_for(head.signature);
  if (!signature.empty()) json.text("signature", signature);
  if (tail.key_changed) json.truth("key_changed", true);
  if (tail.dropped != 0) json.number("receptions_dropped", tail.dropped);
  json.open_list("receptions");
  for (const HeardBy& heard : tail.heard) write_heard_by(heard, {tail.from, head.has_bitfield}, json);
  json.close_list();
  json.close();
  std::string message;
  message.reserve(head.json.size() + json.view().size());
  return message.append(head.json).append(",").append(json.view().substr(1));
}

}  // namespace mesh
