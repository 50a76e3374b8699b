// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace mesh {

/// The name of something kept: a prefix and a number in hexadecimal, with leading zeros, so that names are
/// ordered as their numbers are.
inline std::string kept_name(std::string_view prefix, std::uint64_t number, std::size_t digits) {
  std::array<char, 16> hex{};
  const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), number, 16).ptr;
  const auto length = static_cast<std::size_t>(end - hex.data());
  std::string name(prefix);
  name.append(digits - std::min(digits, length), '0');
  return name.append(hex.data(), length);
}

/// The number in such a name; none when it has another prefix or is not one of ours.
inline std::optional<std::uint64_t> kept_number(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return std::nullopt;
  const char* const end = name.data() + name.size();
  std::uint64_t number = 0;
  const auto [stop, error] = std::from_chars(name.data() + prefix.size(), end, number, 16);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace mesh
