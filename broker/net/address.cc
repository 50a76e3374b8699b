// SPDX-License-Identifier: Apache-2.0
#include "broker/net/address.h"

#include <algorithm>

#include <uv.h>

#include "broker/net/sockaddr.h"

namespace net {
namespace {

constexpr std::array<std::uint8_t, 12> v4_prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

bool Address::is_v4() const { return std::equal(v4_prefix.begin(), v4_prefix.end(), ip.begin()); }

std::string Address::text() const {
  if (is_unix) return "unix";
  std::array<char, INET6_ADDRSTRLEN> host{};
  if (is_v4()) {
    uv_inet_ntop(AF_INET, ip.data() + v4_prefix.size(), host.data(), host.size());
    return std::string(host.data()) + ":" + std::to_string(port);
  }
  uv_inet_ntop(AF_INET6, ip.data(), host.data(), host.size());
  return "[" + std::string(host.data()) + "]:" + std::to_string(port);
}

base::Expected<Address, std::string> parse_address(std::string_view host, std::uint16_t port) {
  const std::string text(host);
  if (host.find('\0') != std::string_view::npos)
    return base::make_unexpected(std::string("a NUL is in no IP address"));
  sockaddr_in v4{};
  if (uv_ip4_addr(text.c_str(), port, &v4) == 0) return from_sockaddr(as_sockaddr(v4));
  sockaddr_in6 v6{};
  if (uv_ip6_addr(text.c_str(), port, &v6) == 0) return from_sockaddr(as_sockaddr(v6));
  return base::make_unexpected("\"" + text + "\" is no IP address");
}

Address from_sockaddr(const sockaddr& raw) {
  Address address;
  if (raw.sa_family == AF_UNIX) {
    address.is_unix = true;
    return address;
  }
  if (raw.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(raw);
    std::ranges::copy(v4_prefix, address.ip.begin());
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&v4.sin_addr);
    std::copy_n(bytes, 4, address.ip.begin() + v4_prefix.size());
    address.port = ntohs(v4.sin_port);
    return address;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(raw);
  std::copy_n(reinterpret_cast<const std::uint8_t*>(&v6.sin6_addr), 16, address.ip.begin());
  address.port = ntohs(v6.sin6_port);
  address.scope = v6.sin6_scope_id;
  return address;
}

sockaddr_storage to_sockaddr(const Address& address) {
  sockaddr_storage storage{};
  if (address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(storage);
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    std::copy_n(address.ip.begin() + v4_prefix.size(), 4, reinterpret_cast<std::uint8_t*>(&v4.sin_addr));
    return storage;
  }
  auto& v6 = reinterpret_cast<sockaddr_in6&>(storage);
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  v6.sin6_scope_id = address.scope;
  std::ranges::copy(address.ip, reinterpret_cast<std::uint8_t*>(&v6.sin6_addr));
  return storage;
}

}  // namespace net
