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
#include "mesh/direct_messages.h"
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
  DirectOutcome direct = DirectOutcome::none;

  /// Everything a device would read was read.
  bool is_complete() const { return data != nullptr && !std::holds_alternative<Malformed>(payload); }
  bool is_unsupported() const { return std::holds_alternative<Unsupported>(payload); }
};

/// Envelope -> Reception: finds the key, decrypts, decodes. Keeps a cipher per key and the message objects;
/// one thread at a time. Keyring and pins must outlive it; without pins only conversations of two known nodes
/// can be read.
class ReceptionReader {
 public:
  explicit ReceptionReader(const Keyring& keyring, const KeyPins* pins = nullptr);

  /// The error is one of no_key, wrong_hash, wrong_key.
  base::Expected<Reception, Outcome> read(const Envelope& envelope);
  PayloadReader& payloads() { return payloads_; }

 private:
  base::Expected<Reception, Outcome> read_encrypted(const Envelope& envelope);
  Reception read_direct(const Envelope& envelope);
  bool parse_data(base::Bytes plaintext);
  void notice_new_keys();
  bool opens(const Channel& channel, const proto::MeshPacket& packet);
  Cipher& cipher_of(const Channel& channel);

  const Keyring& keyring_;
  const KeySet* keys_ = nullptr;                // of the keyring, at the last read
  std::vector<std::optional<Cipher>> ciphers_;  // as KeySet::channels(), each made at its first use
  DirectMessages direct_messages_;
  std::array<std::uint8_t, 256> plaintext_{};  // the longest a device takes
  proto::Data data_;
  std::string scratch_;
  PayloadReader payloads_;
};

}  // namespace mesh
