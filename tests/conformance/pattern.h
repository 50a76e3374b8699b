// SPDX-License-Identifier: Apache-2.0
// Bytes in words, as tests/vectors/mqtt/README.md describes them: the lower half of the vectors' language.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/expected.h"

namespace conformance {

/// Literal bytes or, where `id` is not empty, the two bytes of a packet id that the broker chose and the case
/// gave a name.
struct Piece {
  std::vector<std::uint8_t> bytes;
  std::string id;
};

/// Bytes to send or to expect.
using Pattern = std::vector<Piece>;

std::size_t size_of(const Pattern& pattern);

/// The error says what is wrong with `text`, without its place.
[[nodiscard]] base::Expected<Pattern, std::string> parse_pattern(std::string_view text);

}  // namespace conformance
