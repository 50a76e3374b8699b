// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "broker/base/bytes.h"

namespace mesh {

/// What tells a ServiceEnvelope's packet from others, read without decoding it. Views into the bytes.
struct EnvelopePeek {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t id = 0;
  std::uint32_t rx_time = 0;  // seconds since 1970 by the gateway's clock; 0: it has none
  std::string_view channel_id;
  std::string_view gateway_id;
};

/// By one pass over the bytes, for decisions that are made for each receiver. None: it is no envelope with a
/// packet, channel id and gateway id. What is found here may still be more than a device would read.
std::optional<EnvelopePeek> peek_envelope(base::Bytes bytes);

}  // namespace mesh
