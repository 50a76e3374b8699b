// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mesh {

/// What is known of a packet's signature.
enum class SignatureVerdict : std::uint8_t {
  unknown,      // nobody has read the packet
  none,         // it has none
  unverified,   // not verified yet, or not at all: too many were waiting
  valid,        // the pinned key of its sender signed it
  invalid,      // it did not; also a signature that is not 64 bytes
  key_unknown,  // its sender has announced no key yet
  end_,
};

/// The verdict as it stands in JSON; nothing for an unknown one.
inline std::string_view word_for(SignatureVerdict verdict) {
  static constexpr std::array<std::string_view, static_cast<std::size_t>(SignatureVerdict::end_)> words = {
      "", "none", "unverified", "valid", "invalid", "key_unknown"};
  return words[static_cast<std::size_t>(verdict)];
}

}  // namespace mesh
