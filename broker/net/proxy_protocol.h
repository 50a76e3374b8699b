// SPDX-License-Identifier: Apache-2.0
// HAProxy's PROXY protocol, versions 1 and 2: the header in which a proxy says for whom it connects.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "broker/base/bytes.h"
#include "broker/base/expected.h"
#include "broker/net/address.h"
#include "broker/net/byte_layer.h"

namespace net {

/// A header longer than that is refused: the addresses, and room for every TLV a proxy is known to send.
inline constexpr std::size_t max_proxy_header_bytes = 4096;

struct ProxyHeader {
  std::size_t bytes = 0;          // its length
  bool is_local = false;          // the proxy speaks for itself: its health check
  std::optional<Address> source;  // the client; none: the proxy does not say
};

/// None: it may be the beginning of one. The error says what is wrong, in a literal.
[[nodiscard]] base::Expected<std::optional<ProxyHeader>, std::string_view> parse_proxy_header(
    base::Bytes bytes);

/// Takes the header off the beginning of a stream, and then only hands on. Before a whole header nothing goes
/// up.
std::unique_ptr<ByteLayer> make_proxy_layer();

}  // namespace net
