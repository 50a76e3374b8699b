// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "mesh/text_buffer.h"

namespace mesh {

/// Appends a number as the devices write it: printf's "%.15g" of the double, without a locale; null for what
/// JSON has no number for (reference section 4.1).
void append_number(double value, TextBuffer& out);

/// The same for whole numbers of at most 15 digits, where "%.15g" is the plain number.
void append_integer(std::int64_t value, TextBuffer& out);
/// Whole numbers of any size, plain.
void append_integer(std::uint64_t value, TextBuffer& out);
/// `units` of 10^-`decimals`, exactly and without noughts at the end: 525200000 with 7 is "52.52". At most 18
/// decimals.
void append_decimal(std::int64_t units, unsigned decimals, TextBuffer& out);
/// The shortest digits that are this number and no other; null for what JSON has no number for.
void append_shortest(float value, TextBuffer& out);
void append_shortest(double value, TextBuffer& out);
template <std::integral Integer>
void append_integer(Integer value, TextBuffer& out) {
  append_integer(std::conditional_t<std::is_signed_v<Integer>, std::int64_t, std::uint64_t>{value}, out);
}

}  // namespace mesh
