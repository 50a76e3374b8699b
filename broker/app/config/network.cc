// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/network.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace app {
namespace {

constexpr unsigned v4_bits = 32;
constexpr unsigned all_bits = 128;
constexpr std::array<std::uint8_t, 12> v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/// The single address `host`, in how many bits the network may be narrowed, and at which of them it begins.
std::optional<Network> address_of(const std::string& host) {
  Network network{.bits = all_bits};
  if (inet_pton(AF_INET6, host.c_str(), network.ip.data()) == 1) return network;
  std::ranges::copy(v4_prefix, network.ip.begin());
  if (inet_pton(AF_INET, host.c_str(), network.ip.data() + v4_prefix.size()) == 1) return network;
  return std::nullopt;
}

std::optional<unsigned> bits_of(std::string_view digits) {
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return bits;
}

bool has_bits_behind(const Network& network) {
  for (unsigned bit = network.bits; bit < all_bits; ++bit) {
    if ((network.ip[bit / 8] >> (7 - bit % 8) & 1) != 0) return true;
  }
  return false;
}

}  // namespace

Parsed<Network> parse_network(std::string_view text) {
  if (text == "private") return Network{.is_private = true};
  const std::size_t slash = text.find('/');
  const std::string host(text.substr(0, slash));
  auto network = host.find('\0') == std::string::npos ? address_of(host) : std::nullopt;
  if (network && slash != std::string_view::npos) {
    const bool is_v4 = host.find(':') == std::string::npos;
    const auto bits = bits_of(text.substr(slash + 1));
    if (!bits || *bits > (is_v4 ? v4_bits : all_bits)) {
      network.reset();
    } else {
      network->bits = is_v4 ? all_bits - v4_bits + *bits : *bits;
    }
  }
  if (!network) {
    return base::make_unexpected(fmt::format(
        "must be networks such as \"10.0.0.0/8\", \"2001:db8::/32\", \"192.0.2.7\" or \"private\", not {}",
        quoted(text)));
  }
  if (has_bits_behind(*network)) {
    return base::make_unexpected(fmt::format(
        "must be networks, but {} is an address within one: its last bits must be 0", quoted(text)));
  }
  return *network;
}

bool contains(const Network& network, const std::array<std::uint8_t, 16>& ip) {
  const unsigned whole = network.bits / 8;
  if (!std::equal(ip.begin(), ip.begin() + whole, network.ip.begin())) return false;
  const unsigned rest = network.bits % 8;
  return rest == 0 || ((ip[whole] ^ network.ip[whole]) >> (8 - rest)) == 0;
}

}  // namespace app
