// SPDX-License-Identifier: Apache-2.0
#include "mesh/json_number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <system_error>

#include "broker/base/check.h"

namespace mesh {
namespace {

constexpr int significant_digits = 15;
constexpr double least_with_exponent =
    1e15;  // from here on "%.15g" writes an exponent, even for whole numbers

constexpr std::size_t most_digits = 20;

constexpr auto pairs_of_digits = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

/// The digits in front of `end`; returns their beginning. Half the work of std::to_chars, which counts them
/// first: a third of a message is whole numbers.
char* write_digits(std::uint64_t value, char* end) {
  for (; value >= 100; value /= 100) {
    end -= 2;
    std::memcpy(end, &pairs_of_digits[2 * (value % 100)], 2);
  }
  if (value >= 10) {
    end -= 2;
    std::memcpy(end, &pairs_of_digits[2 * value], 2);
    return end;
  }
  *--end = static_cast<char>('0' + value);
  return end;
}

std::uint64_t magnitude_of(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
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

template <class Real>
void append_shortest_of(Real value, TextBuffer& out) {
  if (!std::isfinite(value)) return out.append("null");
  constexpr Real least_with_choice =
      1000;  // "1e+03" is no longer than "1000": from here on the library chooses
  if (value != 0 && std::abs(value) < least_with_choice && is_short_quarter(value))
    return append_quarter(value, out);
  constexpr std::size_t longest = 32;
  char* const text = out.room(longest);
  out.end_at(std::to_chars(text, text + longest, value).ptr);
}

}  // namespace

void append_integer(std::int64_t value, TextBuffer& out) {
  if (value < 0) out.append('-');
  append_integer(magnitude_of(value), out);
}

void append_integer(std::uint64_t value, TextBuffer& out) {
  std::array<char, most_digits> text;
  char* const end = text.data() + text.size();
  const char* const begin = write_digits(value, end);
  const auto count = static_cast<std::size_t>(end - begin);
  std::memcpy(out.room(count), begin, count);
  out.end_at(out.room(0) + count);
}

void append_decimal(std::int64_t units, unsigned decimals, TextBuffer& out) {
  std::uint64_t whole = magnitude_of(units);
  if (units < 0) out.append('-');
  while (decimals > 0 && whole % 10 == 0) {
    whole /= 10;
    --decimals;
  }
  std::array<char, most_digits + 1> text;
  text.fill('0');
  char* const end = text.data() + text.size();
  const char* begin = write_digits(whole, end);
  const char* const point = end - decimals;
  begin = std::min(begin, point - 1);  // a nought in front of the point
  out.append(std::string_view(begin, point));
  if (decimals == 0) return;
  out.append('.');
  out.append(std::string_view(point, end));
}

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

void append_shortest(float value, TextBuffer& out) { append_shortest_of(value, out); }

void append_shortest(double value, TextBuffer& out) { append_shortest_of(value, out); }

}  // namespace mesh
