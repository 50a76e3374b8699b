// SPDX-License-Identifier: Apache-2.0
#include "broker/app/admission.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <string>

#include "broker/app/config/network.h"

namespace app {
namespace {

constexpr std::array<std::uint8_t, 16> mapped(std::uint8_t a, std::uint8_t b) {
  return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, 0, 0};
}

constexpr std::array<Network, 8> private_networks = {{
    {mapped(127, 0), 96 + 8},
    {mapped(10, 0), 96 + 8},
    {mapped(172, 16), 96 + 12},
    {mapped(192, 168), 96 + 16},
    {mapped(169, 254), 96 + 16},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128},
    {{0xfe, 0x80}, 10},
    {{0xfc, 0x00}, 7},
}};

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (std::size_t at = line.find_first_not_of(" \t"); at != std::string_view::npos;
       at = line.find_first_not_of(" \t", at)) {
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = end;
  }
  return words;
}

/// Hex digits as bytes, in the order they are written; false when they are none.
bool read_hex(std::string_view digits, std::uint8_t* out, std::size_t bytes) {
  if (digits.size() != bytes * 2) return false;
  for (std::size_t i = 0; i < bytes; ++i) {
    const char* at = digits.data() + 2 * i;
    if (std::from_chars(at, at + 2, out[i], 16).ptr != at + 2) return false;
  }
  return true;
}

/// Interface, destination, gateway, …: the kernel writes its 32-bit words as numbers, so bytes stand
/// reversed.
void add_ipv4_gateway(std::string_view line, std::vector<net::Address>& gateways) {
  const auto words = words_of(line);
  std::array<std::uint8_t, 4> raw{};
  if (words.size() < 8 || words[1] != "00000000" || words[7] != "00000000" ||
      !read_hex(words[2], raw.data(), 4)) {
    return;
  }
  if (raw == std::array<std::uint8_t, 4>{}) return;  // a route without a gateway
  net::Address gateway{.ip = mapped(0, 0)};
  std::reverse_copy(raw.begin(), raw.end(), gateway.ip.begin() + 12);
  gateways.push_back(gateway);
}

/// Destination, its prefix length, source, its prefix length, next hop, …
void add_ipv6_gateway(std::string_view line, std::vector<net::Address>& gateways) {
  const auto words = words_of(line);
  net::Address gateway;
  if (words.size() < 5 || words[1] != "00" || !read_hex(words[4], gateway.ip.data(), 16)) return;
  if (gateway != net::Address{}) gateways.push_back(gateway);
}

template <class Add>
void each_line(std::string_view text, Add&& add) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    add(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::string read_file(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

bool is_private(const net::Address& address) {
  return std::ranges::any_of(private_networks,
                             [&](const Network& network) { return contains(network, address.ip); });
}

std::vector<net::Address> parse_default_gateways(std::string_view ipv4_routes, std::string_view ipv6_routes) {
  std::vector<net::Address> gateways;
  each_line(ipv4_routes, [&](std::string_view line) { add_ipv4_gateway(line, gateways); });
  each_line(ipv6_routes, [&](std::string_view line) { add_ipv6_gateway(line, gateways); });
  return gateways;
}

std::vector<net::Address> default_gateways() {
  return parse_default_gateways(read_file("/proc/net/route"), read_file("/proc/net/ipv6_route"));
}

Origin origin_of(const net::Address& address) {
  Origin origin = address.ip;
  if (!address.is_v4()) std::fill(origin.begin() + 8, origin.end(), std::uint8_t{0});
  return origin;
}

bool Admission::admits_anonymous(AllowAnonymous policy, const net::Address& peer) const {
  if (policy != AllowAnonymous::private_only) return policy == AllowAnonymous::yes;
  return is_near(peer);
}

bool Admission::is_in(const Networks& networks, const net::Address& peer) const {
  return std::ranges::any_of(networks, [&](const Network& network) {
    return network.is_private ? is_near(peer) : !peer.is_unix && contains(network, peer.ip);
  });
}

bool Admission::is_near(const net::Address& peer) const {
  const auto same_ip = [&](const net::Address& gateway) { return gateway.ip == peer.ip; };
  return peer.is_unix || (is_private(peer) && std::ranges::none_of(gateways_, same_ip));
}

}  // namespace app
