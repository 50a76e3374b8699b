// SPDX-License-Identifier: Apache-2.0
// The HTTP request with which a WebSocket begins (RFC 6455, 4.2), judged as a whole. Pure.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/net/address.h"

namespace net {

/// A longer request head is refused.
inline constexpr std::size_t max_upgrade_bytes = 8192;

/// What a listener asks of a request. Everything outlives it.
struct UpgradeRules {
  const std::vector<std::string>& origins;  // whose pages may connect; empty: those of the host, "*": all
  std::function<bool(const Address&)> is_trusted = {};  // whose X-Forwarded-For is believed; none: nobody's
  Address peer = {};
};

struct Upgrade {
  bool is_accepted = false;
  std::string_view why;           // it is not; a literal
  std::string response;           // to be sent in either case
  bool is_proxied = false;        // also by one that is not believed
  std::optional<Address> client;  // of the proxy; none: it does not say, or is not believed
};

/// `head` ends with its empty line.
[[nodiscard]] Upgrade judge_upgrade(std::string_view head, const UpgradeRules& rules);
/// The answer to a head that is longer than it may be.
[[nodiscard]] Upgrade upgrade_too_long();

}  // namespace net
