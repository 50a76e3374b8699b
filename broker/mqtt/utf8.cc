// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/utf8.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "broker/base/bytes.h"

namespace mqtt {
namespace {

constexpr std::size_t word_bytes = sizeof(std::uint64_t);
constexpr std::uint64_t low_bits = 0x0101010101010101;
constexpr std::uint64_t high_bits = 0x8080808080808080;

/// Eight bytes of U+0001..U+007F. Taking one from each byte borrows into the top bit of a zero byte; a byte
/// with its top bit already set is no ASCII either way.
bool is_ascii_word(const std::uint8_t* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, word_bytes);
  return (((word - low_bits) | word) & high_bits) == 0;
}

/// A row of Unicode's table 3-7, well-formed UTF-8 byte sequences: what the first byte says of the second and
/// of the length. Later bytes are 80..BF. Shortest form, surrogates and the upper end are all in the second
/// byte's range.
struct Sequence {
  std::uint8_t first_low, first_high, second_low, second_high;
  std::size_t bytes;
};
constexpr std::array<Sequence, 8> sequences = {{
    {0xc2, 0xdf, 0x80, 0xbf, 2},
    {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3},
    {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4},
    {0xf4, 0xf4, 0x80, 0x8f, 4},
}};

bool is_within(std::uint8_t byte, std::uint8_t low, std::uint8_t high) { return low <= byte && byte <= high; }

/// Length of the multi-byte character that `rest` begins with; 0: none that is well-formed.
std::size_t multi_byte_length(base::Bytes rest) {
  for (const Sequence& sequence : sequences) {
    if (!is_within(rest[0], sequence.first_low, sequence.first_high)) continue;
    if (rest.size() < sequence.bytes) return 0;
    if (!is_within(rest[1], sequence.second_low, sequence.second_high)) return 0;
    const base::Bytes later = rest.first(sequence.bytes).subspan(2);
    const bool is_whole = std::ranges::all_of(later, [](std::uint8_t b) { return is_within(b, 0x80, 0xbf); });
    return is_whole ? sequence.bytes : 0;
  }
  return 0;
}

}  // namespace

bool is_valid_utf8(std::string_view text) {
  base::Bytes rest = base::as_bytes(text);
  while (!rest.empty()) {
    if (rest.size() >= word_bytes && is_ascii_word(rest.data())) {
      rest = rest.subspan(word_bytes);
    } else if (is_within(rest[0], 0x01, 0x7f)) {
      rest = rest.subspan(1);
    } else {
      const std::size_t length = multi_byte_length(rest);
      if (length == 0) return false;
      rest = rest.subspan(length);
    }
  }
  return true;
}

}  // namespace mqtt
