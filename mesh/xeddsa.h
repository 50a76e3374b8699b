// SPDX-License-Identifier: Apache-2.0
// Signatures of firmware 2.8 (reference section 3.6): XEdDSA, which signs with the X25519 key that a node has
// anyway. A verifier turns the key into its Ed25519 form and verifies as usual. Pure functions; one signature
// costs about as much as 80 envelopes, so nothing here may run on a worker for strangers' packets: see
// mesh/signature_checker.h.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "broker/base/bytes.h"
#include "mesh/pki.h"

namespace mesh {

constexpr std::size_t signature_bytes = 64;
using SignatureBytes = std::array<std::uint8_t, signature_bytes>;

/// What a signature vouches for. Hop limit, acknowledgement and routing are not among it.
struct SignedContent {
  std::uint32_t from = 0;
  std::uint32_t packet_id = 0;
  std::uint32_t port = 0;
  base::Bytes payload;
};

/// The bytes that are signed: three numbers, little endian, and the payload.
std::string signed_bytes(const SignedContent& content);

/// A node's key as an Ed25519 key; none for the few that have no such form.
std::optional<std::array<std::uint8_t, pki_key_bytes>> edwards_form(const PublicKey& key);

[[nodiscard]] bool is_signed_by(const PublicKey& key, base::Bytes message, const SignatureBytes& signature);

/// Takes fresh randomness each time, so that no two signatures are equal. For the broker's own packets, which
/// are few. None for a pair whose halves do not belong together.
std::optional<SignatureBytes> sign(const KeyPair& pair, base::Bytes message);

}  // namespace mesh
