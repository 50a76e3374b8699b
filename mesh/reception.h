// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/expected.h"
#include "mesh/cipher.h"
#include "mesh/envelope.h"
#include "mesh/keyring.h"
#include "mesh/payload.h"

namespace mesh {

/// One gateway's copy of a packet, opened and decoded. Views, valid until its readers read the next.
struct Reception {
  Envelope envelope;
  const proto::Data* data = nullptr;  // null: a direct message for others, or a packet without content
  const Channel* channel = nullptr;   // whose key opened it; null when it was not encrypted
  Payload payload;

  /// Everything a device would read was read.
  bool is_complete() const { return data != nullptr && !std::holds_alternative<Malformed>(payload); }
  bool is_unsupported() const { return std::holds_alternative<Unsupported>(payload); }
};

/// Envelope -> Reception: finds the key, decrypts, decodes. Keeps a cipher per key and the message objects;
/// one thread at a time. The keyring must outlive it.
class ReceptionReader {
 public:
  explicit ReceptionReader(const Keyring& keyring);

  /// The error is one of no_key, wrong_hash, wrong_key.
  base::Expected<Reception, Outcome> read(const Envelope& envelope);
  PayloadReader& payloads() { return payloads_; }

 private:
  base::Expected<Reception, Outcome> read_encrypted(const Envelope& envelope);
  bool opens(const Channel& channel, const proto::MeshPacket& packet);
  Cipher& cipher_of(const Channel& channel);

  const Keyring& keyring_;
  std::vector<std::optional<Cipher>> ciphers_;  // as Keyring::channels(), each made at its first use
  std::array<std::uint8_t, 256> plaintext_{};   // the longest a device takes
  proto::Data data_;
  std::string scratch_;
  PayloadReader payloads_;
};

}  // namespace mesh
