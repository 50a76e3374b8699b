// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace auth {

/// An IP address; IPv4 in its IPv6-mapped form, as in net::Address.
using Ip = std::array<std::uint8_t, 16>;

/// The addresses that begin with the first `bits` bits of `ip`: 96 more than IPv4's way of counting.
struct Network {
  Ip ip{};
  unsigned bits = 128;

  bool has(const Ip& other) const {
    const std::size_t whole = std::min<std::size_t>(bits / 8, ip.size());
    if (!std::equal(ip.begin(), ip.begin() + whole, other.begin())) return false;
    const unsigned rest = bits % 8;
    return whole == ip.size() || rest == 0 || ((ip[whole] ^ other[whole]) >> (8 - rest)) == 0;
  }
  friend bool operator==(const Network&, const Network&) = default;
};

inline bool is_v4(const Ip& ip) {
  constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  return std::equal(mapped.begin(), mapped.end(), ip.begin());
}

/// Whom an address counts for: IPv4 stands for itself, of IPv6 everybody has a /64.
inline Ip origin_of(Ip ip) {
  if (!is_v4(ip)) std::fill(ip.begin() + 8, ip.end(), std::uint8_t{0});
  return ip;
}

}  // namespace auth
