// SPDX-License-Identifier: Apache-2.0
#include "mesh/direct_messages.h"

#include <optional>

namespace mesh {
namespace {

std::optional<PublicKey> announced_key(std::uint32_t number, const KeySet& keys, const KeyPins* pins) {
  if (const KeyPair* const pair = keys.node_key(number)) return pair->public_key;
  return pins == nullptr ? std::nullopt : pins->key_of(number);
}

}  // namespace

const Channel& direct_channel() {
  static const Channel channel{"PKI", {}};
  return channel;
}

/// Either end's private key opens both directions. Both ends may be known, one of them with an outdated key.
DirectMessages::Opened DirectMessages::open(const proto::MeshPacket& packet, const KeySet& keys,
                                            std::span<std::uint8_t> out) {
  Opened best{DirectOutcome::foreign, {}};
  for (const Ends ends : {Ends{packet.to(), packet.from()}, Ends{packet.from(), packet.to()}}) {
    if (keys.node_key(ends.own) == nullptr) continue;
    best = open_between(ends, packet, keys, out);
    if (best.outcome == DirectOutcome::opened) break;
  }
  return best;
}

DirectMessages::Opened DirectMessages::open_between(const Ends& ends, const proto::MeshPacket& packet,
                                                    const KeySet& keys, std::span<std::uint8_t> out) {
  const std::optional<PublicKey> theirs = announced_key(ends.other, keys, pins_);
  if (!theirs) return {DirectOutcome::key_unknown, {}};
  const base::Bytes sealed = base::as_bytes(packet.encrypted());
  const SharedKey* const key = agreed_key(ends, *theirs, keys);
  if (key == nullptr || sealed.size() <= pki_overhead) return {DirectOutcome::wrong_key, {}};
  const std::span<std::uint8_t> plaintext = out.first(sealed.size() - pki_overhead);
  if (!unseal(*key, {packet.id(), packet.from(), sealed}, plaintext)) return {DirectOutcome::wrong_key, {}};
  return {DirectOutcome::opened, plaintext};
}

const SharedKey* DirectMessages::agreed_key(const Ends& ends, const PublicKey& theirs, const KeySet& keys) {
  const auto name = std::pair(ends.own, theirs);
  const auto found = agreed_.find(name);
  if (found != agreed_.end()) return &found->second;
  const std::optional<SharedKey> agreed = agree(keys.node_key(ends.own)->private_key, theirs);
  if (!agreed) return nullptr;
  if (agreed_.size() == max_agreed) agreed_.clear();
  return &agreed_.emplace(name, *agreed).first->second;
}

}  // namespace mesh
