// SPDX-License-Identifier: Apache-2.0
// Direct messages that are encrypted with the nodes' own keys (reference section 3.5): X25519 agrees on a
// secret, its SHA-256 is the key, AES-256-CCM encrypts and authenticates. Pure functions over values; private
// and shared keys wipe themselves when they end. Never log either.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "broker/base/bytes.h"

namespace mesh {

constexpr std::size_t pki_key_bytes = 32;

/// An X25519 public key: what a node announces in its node info. No secret.
struct PublicKey {
  std::array<std::uint8_t, pki_key_bytes> bytes{};
  friend auto operator<=>(const PublicKey&, const PublicKey&) = default;
};

/// 32 secret bytes, which are overwritten when the object ends or is moved from.
class SecretKey {
 public:
  SecretKey() = default;
  explicit SecretKey(std::span<const std::uint8_t, pki_key_bytes> bytes);
  ~SecretKey();
  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  SecretKey(SecretKey&& other) noexcept;
  SecretKey& operator=(SecretKey&& other) noexcept;

  std::span<const std::uint8_t, pki_key_bytes> bytes() const { return bytes_; }

 private:
  void wipe();

  std::array<std::uint8_t, pki_key_bytes> bytes_{};
};

/// What decrypts, and signs (mesh/xeddsa.h).
class PrivateKey : public SecretKey {
 public:
  using SecretKey::SecretKey;
};

/// What both ends of a conversation compute: the key of its packets.
class SharedKey : public SecretKey {
 public:
  using SecretKey::SecretKey;
};

struct KeyPair {
  PrivateKey private_key;
  PublicKey public_key;
};

/// A new pair of the system's randomness.
KeyPair make_key_pair();
PublicKey public_key_of(const PrivateKey& key);

/// 32 bytes that are a usable public key; none for another length and for the points of small order, which
/// give everybody the same secret. What a node announces is a stranger's word.
std::optional<PublicKey> read_public_key(base::Bytes bytes);

/// The same from both ends: (mine, yours) and (yours, mine). None with a public key of small order.
std::optional<SharedKey> agree(const PrivateKey& mine, const PublicKey& theirs);

/// The number that firmware 2.8 gives a node with that key: its CRC-32. Older firmware takes it from the
/// hardware address.
std::uint32_t node_number_of(const PublicKey& key);

/// What names a packet in its nonce. `extra` differs with every transmission, so that a retransmission has
/// other bytes; it must be random.
struct PkiNonce {
  std::uint32_t packet_id = 0;
  std::uint32_t from = 0;
  std::array<std::uint8_t, 4> extra{};
};

/// By how much an encrypted packet is longer than its content: 8 bytes of tag, then `extra`.
constexpr std::size_t pki_overhead = 12;

/// `out` is `plain` + pki_overhead long and does not overlap it: ciphertext, tag, extra nonce.
void seal(const SharedKey& key, const PkiNonce& nonce, base::Bytes plain, std::span<std::uint8_t> out);

/// Who sent which packet; the rest of the nonce stands at the end of `sealed`. True when the key is right and
/// nothing was altered; `out` is `sealed` - pki_overhead long. False leaves `out` undefined.
struct SealedPacket {
  std::uint32_t packet_id = 0;
  std::uint32_t from = 0;
  base::Bytes sealed;
};
[[nodiscard]] bool unseal(const SharedKey& key, const SealedPacket& packet, std::span<std::uint8_t> out);

}  // namespace mesh
