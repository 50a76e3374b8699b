// SPDX-License-Identifier: Apache-2.0
// Numbers in what is kept: big endian in values, hexadecimal in names.
#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/base/buffer.h"
#include "broker/base/bytes.h"

namespace mesh {

/// With leading zeros up to `digits`.
inline std::string hex_of(std::uint64_t number, std::size_t digits) {
  std::array<char, 16> hex{};
  const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), number, 16).ptr;
  const auto length = static_cast<std::size_t>(end - hex.data());
  return std::string(digits - std::min(digits, length), '0').append(hex.data(), length);
}

/// None unless all of it is one.
inline std::optional<std::uint64_t> hex_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

template <class Number>
void put_number(base::Buffer& out, Number number) {
  for (std::size_t shift = sizeof(Number) * 8; shift > 0; shift -= 8)
    out.u8(static_cast<std::uint8_t>(number >> (shift - 8)));
}

template <class Number>
Number take_number(base::Reader& in) {
  Number number = 0;
  for (const std::uint8_t byte : in.take(sizeof(Number))) number = static_cast<Number>(number << 8 | byte);
  return number;
}

}  // namespace mesh
