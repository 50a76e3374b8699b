// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_number.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <system_error>

#include "broker/base/check.h"

namespace mesh {
namespace {

constexpr int significant_digits = 15;
constexpr double least_with_exponent =
    1e15;  // from here on "%.15g" writes an exponent, even for whole numbers

template <class Whole>
void append_whole(Whole value, TextBuffer& out) {
  constexpr std::size_t longest = 20;  // the sign and 19 digits, or 20
  char* const text = out.room(longest);
  out.end_at(std::to_chars(text, text + longest, value).ptr);
}

/// Minus zero is "-0", which no integer says.
bool is_plain_integer(double value) {
  return value > -least_with_exponent && value < least_with_exponent && value == std::trunc(value) &&
         !(value == 0 && std::signbit(value));
}

/// Signal ratios and voltages are mostly whole quarters, whose decimals are exact and at most two: nothing to
/// round.
bool is_short_quarter(double value) {
  const double quarters = value * 4;
  return quarters == std::trunc(quarters) && std::abs(value) < 1e12;
}

void append_quarter(double value, TextBuffer& out) {
  constexpr std::array<std::string_view, 4> decimals = {"", ".25", ".5", ".75"};
  const auto quarters = static_cast<std::int64_t>(std::abs(value) * 4);
  if (value < 0) out.append('-');
  append_integer(quarters / 4, out);
  out.append(decimals[static_cast<std::size_t>(quarters % 4)]);
}

}  // namespace

void append_integer(std::int64_t value, TextBuffer& out) { append_whole(value, out); }

void append_integer(std::uint64_t value, TextBuffer& out) { append_whole(value, out); }

void append_number(double value, TextBuffer& out) {
  if (!std::isfinite(value)) return out.append("null");
  if (is_plain_integer(value)) return append_integer(static_cast<std::int64_t>(value), out);
  if (value != 0 && is_short_quarter(value)) return append_quarter(value, out);
  constexpr std::size_t longest = 24;  // sign, 15 digits, point, "e-308"
  char* const text = out.room(longest);
  const auto [end, error] =
      std::to_chars(text, text + longest, value, std::chars_format::general, significant_digits);
  CHECK(error == std::errc{});
  out.end_at(end);
}

}  // namespace mesh
