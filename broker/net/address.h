// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "broker/base/expected.h"

namespace net {

/// An IP address and port, as a value. IPv4 is kept in its IPv6-mapped form, so `::ffff:10.0.0.1` and
/// `10.0.0.1` are one and the same.
struct Address {
  std::array<std::uint8_t, 16> ip{};
  std::uint16_t port = 0;
  std::uint32_t scope = 0;  // the interface of a link-local IPv6 address
  bool is_unix = false;     // no address at all: the other end of a unix socket

  bool is_v4() const;
  /// "192.0.2.7:1883", "[2001:db8::1]:1883" or "unix".
  std::string text() const;
  friend bool operator==(const Address&, const Address&) = default;
};

/// `host` is a numeric address, with a zone for link-local ones ("fe80::1%eth0"); the error is a sentence.
[[nodiscard]] base::Expected<Address, std::string> parse_address(std::string_view host, std::uint16_t port);

}  // namespace net
