// SPDX-License-Identifier: Apache-2.0
#include "mesh/channel_key.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

namespace mesh {
namespace {

constexpr std::size_t max_psk_bytes = 32;

/// Public knowledge, the same in every device (reference section 3.1).
constexpr std::array<std::uint8_t, 16> well_known_key = {0xd4, 0xf1, 0xbb, 0x3a, 0x20, 0x29, 0x07, 0x59,
                                                         0xf0, 0xbc, 0xff, 0xab, 0xcf, 0x4e, 0x69, 0x01};

std::optional<std::uint32_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint32_t>(c - 'A' + 10);
  return std::nullopt;
}

/// Six bits of a character of the standard or the URL alphabet.
std::optional<std::uint32_t> sextet(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<std::uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<std::uint32_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0' + 52);
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return std::nullopt;
}

base::Expected<Psk, std::string_view> parse_hex(std::string_view digits) {
  if (digits.empty() || digits.size() % 2 != 0)
    return base::make_unexpected("is hex without digits or with an odd number of them");
  Psk psk;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const auto high = hex_digit(digits[i]);
    const auto low = hex_digit(digits[i + 1]);
    if (!high || !low) return base::make_unexpected("has a character that is no hex digit");
    psk.push_back(static_cast<std::uint8_t>(*high << 4 | *low));
  }
  return psk;
}

/// Padding may be left out, but where it stands it must be right: half a "==" is half a key.
bool strip_padding(std::string_view& text) {
  if (!text.ends_with('=')) return text.size() % 4 != 1;
  if (text.size() % 4 != 0) return false;
  text.remove_suffix(text.ends_with("==") ? 2 : 1);
  return true;
}

/// The number behind "simple". The apps count from 0, which is the well-known key itself, the devices from 1.
base::Expected<Psk, std::string_view> parse_simple(std::string_view digits) {
  unsigned number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stop != end || number > 254) {
    return base::make_unexpected("is \"simple\" without a number from 0 to 254");
  }
  return Psk{static_cast<std::uint8_t>(number + 1)};
}

/// The words come first: some of them are base64, too. Who means that writes "base64:".
base::Expected<Psk, std::string_view> parse_form(std::string_view text) {
  if (text == "none") return Psk{};
  if (text == "default") return Psk{1};
  if (text.starts_with("simple")) return parse_simple(text.substr(6));
  if (text.starts_with("0x") || text.starts_with("0X")) return parse_hex(text.substr(2));
  if (text.starts_with("base64:")) text.remove_prefix(7);
  return parse_base64(text);
}

}  // namespace

base::Expected<Psk, std::string_view> parse_base64(std::string_view text) {
  if (!strip_padding(text))
    return base::make_unexpected("is base64 of a wrong length: part of it is missing");
  Psk psk;
  std::uint32_t bits = 0;
  std::uint32_t held = 0;  // bits not yet given out
  for (const char c : text) {
    const auto six = sextet(c);
    if (!six)
      return base::make_unexpected("is neither base64 nor 0x hex, \"none\", \"default\" or \"simpleN\"");
    bits = (bits << 6 | *six) & 0xffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    psk.push_back(static_cast<std::uint8_t>(bits >> held & 0xff));
  }
  return psk;
}

base::Expected<Psk, std::string_view> parse_psk(std::string_view text) {
  auto psk = parse_form(text);
  if (psk && psk->size() > max_psk_bytes) return base::make_unexpected("is longer than 32 bytes");
  return psk;
}

Key expand_psk(base::Bytes psk) {
  Key key;
  if (psk.empty() || (psk.size() == 1 && psk[0] == 0)) return key;
  if (psk.size() == 1) {
    std::copy(well_known_key.begin(), well_known_key.end(), key.bytes.begin());
    key.size = well_known_key.size();
    key.bytes[15] = static_cast<std::uint8_t>(key.bytes[15] + psk[0] - 1);
    return key;
  }
  const base::Bytes used = psk.first(std::min(psk.size(), max_psk_bytes));
  std::copy(used.begin(), used.end(), key.bytes.begin());
  key.size = used.size() <= 16 ? 16 : 32;
  return key;
}

std::uint8_t channel_hash(std::string_view name, const Key& key) {
  std::uint32_t hash = 0;
  for (const char c : name) hash ^= static_cast<unsigned char>(c);
  for (const std::uint8_t byte : key.view()) hash ^= byte;
  return static_cast<std::uint8_t>(hash);
}

}  // namespace mesh
