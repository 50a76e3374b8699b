// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "broker/app/config/config.h"
#include "broker/net/address.h"

namespace app {

/// 127/8, ::1, 10/8, 172.16/12, 192.168/16, 169.254/16, fe80::/10 and fc00::/7.
[[nodiscard]] bool is_private(const net::Address& address);

/// The gateways of default routes in the text of Linux's /proc/net/route and /proc/net/ipv6_route; lines that
/// are not understood are passed over.
std::vector<net::Address> parse_default_gateways(std::string_view ipv4_routes, std::string_view ipv6_routes);

/// This machine's, now.
std::vector<net::Address> default_gateways();

/// Whom an address counts for: IPv4 stands for itself, of IPv6 everybody has a /64.
using Origin = std::array<std::uint8_t, 16>;
[[nodiscard]] Origin origin_of(const net::Address& address);

/// Who may come in without a password. Immutable once made; any thread.
class Admission {
 public:
  /// `default_gateways`: addresses that are not private whatever they look like, because that is how a
  /// container network hides strangers.
  explicit Admission(std::vector<net::Address> default_gateways) : gateways_(std::move(default_gateways)) {}

  [[nodiscard]] bool admits_anonymous(AllowAnonymous policy, const net::Address& peer) const;
  [[nodiscard]] bool is_in(const Networks& networks, const net::Address& peer) const;
  /// From a private network, and no default gateway; or from this machine, by a unix socket.
  [[nodiscard]] bool is_near(const net::Address& peer) const;

 private:
  std::vector<net::Address> gateways_;
};

}  // namespace app
