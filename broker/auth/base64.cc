// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/base64.h"

#include <array>

namespace auth {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr unsigned bits_per_character = 6;
constexpr std::uint8_t no_value = 0xff;

constexpr std::array<std::uint8_t, 256> values = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::uint8_t& value : table) value = no_value;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

}  // namespace

std::string base64_text(base::Bytes bytes, Padding padding) {
  std::string text;
  std::uint32_t gathered = 0;
  unsigned bits = 0;
  for (const std::uint8_t byte : bytes) {
    gathered = (gathered << 8U) | byte;
    bits += 8;
    while (bits >= bits_per_character) {
      bits -= bits_per_character;
      text += alphabet[(gathered >> bits) & 0x3fU];
    }
  }
  if (bits > 0) text += alphabet[(gathered << (bits_per_character - bits)) & 0x3fU];
  while (padding == Padding::equals_signs && text.size() % 4 != 0) text += '=';
  return text;
}

std::optional<std::vector<std::uint8_t>> base64_bytes(std::string_view text, Padding padding) {
  std::vector<std::uint8_t> bytes;
  std::uint32_t gathered = 0;
  unsigned bits = 0;
  for (const char c : text.substr(0, text.find('='))) {
    const std::uint8_t value = values[static_cast<std::uint8_t>(c)];
    if (value == no_value) return std::nullopt;
    gathered = (gathered << bits_per_character) | value;
    bits += bits_per_character;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<std::uint8_t>(gathered >> bits));
  }
  // Writing it again judges the length, the bits left over and the padding.
  if (base64_text(bytes, padding) != text) return std::nullopt;
  return bytes;
}

}  // namespace auth
