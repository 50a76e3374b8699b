// SPDX-License-Identifier: Apache-2.0
// What the apps call a PSK: its written forms, its expansion to an AES key, and the channel hash made of name
// and key. Pure functions. Source: the devices' channel settings (reference sections 3.1, 3.2).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/expected.h"

namespace mesh {

/// An AES key ready for use: 0 bytes (no encryption), 16 (AES-128) or 32 (AES-256). Never log it.
struct Key {
  std::array<std::uint8_t, 32> bytes{};
  std::size_t size = 0;

  base::Bytes view() const { return base::Bytes(bytes).first(size); }
  friend bool operator==(const Key&, const Key&) = default;
};

using Psk = std::vector<std::uint8_t>;

/// The bytes of a PSK text: "none", "default", "simpleN" (N 0..254), "0x" and hex, or base64 (either
/// alphabet, padded or not, with or without "base64:"). The error is a literal to put behind "the psk", which
/// does not quote the text.
base::Expected<Psk, std::string_view> parse_psk(std::string_view text);

/// Either alphabet, padded or not; the error is as that of parse_psk.
base::Expected<Psk, std::string_view> parse_base64(std::string_view text);

/// At most 32 bytes. Nothing and the single byte 0 mean no encryption, another single byte is an index of the
/// well-known key, other lengths are padded with zeros to 16 or 32.
Key expand_psk(base::Bytes psk);

/// XOR of all bytes of the name and of the expanded key.
std::uint8_t channel_hash(std::string_view name, const Key& key);

}  // namespace mesh
