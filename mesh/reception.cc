// SPDX-License-Identifier: Apache-2.0
#include "mesh/reception.h"

#include <algorithm>
#include <span>

#include "broker/base/check.h"
#include "mesh/wire_rules.h"

namespace mesh {
namespace {

constexpr int last_port = proto::MAX;

}  // namespace

ReceptionReader::ReceptionReader(const Keyring& keyring, const KeyPins* pins)
    : keyring_(keyring), direct_messages_(pins) {}

void ReceptionReader::notice_new_keys() {
  const KeySet* const keys = &keyring_.keys();
  if (keys == keys_) return;
  keys_ = keys;
  ciphers_.clear();
  ciphers_.resize(keys->channels().size());
  direct_messages_.forget();
}

Cipher& ReceptionReader::cipher_of(const Channel& channel) {
  std::optional<Cipher>& cipher = ciphers_[static_cast<std::size_t>(&channel - keys_->channels().data())];
  if (!cipher) cipher.emplace(channel.key);
  return *cipher;
}

/// The cipher has no check of its own: what comes out must be a clean Data message with a port (reference
/// section 3.4).
bool ReceptionReader::opens(const Channel& channel, const proto::MeshPacket& packet) {
  const base::Bytes encrypted = base::as_bytes(packet.encrypted());
  CHECK(encrypted.size() <= plaintext_.size());  // wire_rules.cc: at most 256
  const std::span<std::uint8_t> plaintext = std::span(plaintext_).first(encrypted.size());
  cipher_of(channel).apply(encrypted, counter_block(packet.id(), packet.from()), plaintext);
  return parse_data(plaintext);
}

bool ReceptionReader::parse_data(base::Bytes plaintext) {
  const std::optional<base::Bytes> wire = readable_wire(plaintext, data_rule, scratch_);
  if (!wire || !data_.ParseFromArray(wire->data(), static_cast<int>(wire->size()))) return false;
  return data_.portnum() >= 1 && data_.portnum() <= last_port;
}

/// As the addressee's own firmware would give it; sealed for others it stays closed.
Reception ReceptionReader::read_direct(const Envelope& envelope) {
  const auto [outcome, plaintext] = direct_messages_.open(*envelope.packet, *keys_, plaintext_);
  if (outcome != DirectOutcome::opened) return {envelope, nullptr, nullptr, Unsupported{}, outcome};
  if (!parse_data(plaintext)) return {envelope, nullptr, nullptr, Unsupported{}, DirectOutcome::undecodable};
  return {envelope, &data_, &direct_channel(), payloads_.read(data_), outcome};
}

/// Keys are chosen by name and hash. Where several fit, the first whose result makes sense wins over the
/// first that merely decodes.
base::Expected<Reception, Outcome> ReceptionReader::read_encrypted(const Envelope& envelope) {
  const proto::MeshPacket& packet = *envelope.packet;
  const std::span<const Channel> channels = keys_->named(envelope.channel_id);
  const auto is_served = [&envelope](const Channel& channel) { return channel.serves(envelope.root); };
  if (std::ranges::none_of(channels, is_served)) return base::make_unexpected(Outcome::no_key);
  const auto has_hash = [&packet, &is_served](const Channel& channel) {
    return channel.hash == packet.channel() && is_served(channel);
  };
  if (std::ranges::none_of(channels, has_hash)) return base::make_unexpected(Outcome::wrong_hash);
  for (const bool must_be_credible : {true, false}) {
    for (const Channel& channel : channels) {
      if (!has_hash(channel) || !opens(channel, packet)) continue;
      const Payload payload = payloads_.read(data_);
      if (must_be_credible && !is_credible(payload, data_)) continue;
      return Reception{envelope, &data_, &channel, payload};
    }
  }
  return base::make_unexpected(Outcome::wrong_key);
}

base::Expected<Reception, Outcome> ReceptionReader::read(const Envelope& envelope) {
  const proto::MeshPacket& packet = *envelope.packet;
  notice_new_keys();
  switch (packet.payload_variant_case()) {
    case proto::MeshPacket::kDecoded:
      return Reception{envelope, &packet.decoded(), nullptr, payloads_.read(packet.decoded())};
    case proto::MeshPacket::kEncrypted:
      if (envelope.channel_id != pki_channel_id) return read_encrypted(envelope);
      return read_direct(envelope);
    case proto::MeshPacket::PAYLOAD_VARIANT_NOT_SET:
      return Reception{envelope, nullptr, nullptr, Unsupported{}};
  }
  CHECK(false);
}

}  // namespace mesh
