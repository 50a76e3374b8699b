// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "broker/app/config/values.h"

namespace app {

/// "10.0.0.0/8", "2001:db8::/32", "192.0.2.7" (itself alone), "private" (Network::is_private).
[[nodiscard]] Parsed<Network> parse_network(std::string_view text);

/// IPv4 addresses stand in their mapped form.
[[nodiscard]] bool contains(const Network& network, const std::array<std::uint8_t, 16>& ip);

}  // namespace app
