// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>

#include "broker/base/bytes.h"
#include "broker/base/expected.h"
#include "broker/mqtt/types.h"

namespace mqtt {

/// The bytes of exactly one packet, split at the end of its fixed header. Views.
struct Frame {
  PacketType type = PacketType::connect;
  std::uint8_t flags = 0;  // low nibble of the first byte
  base::Bytes bytes;       // the whole packet
  base::Bytes body;        // what follows the fixed header
};

/// Length of the whole packet that starts at bytes[0], as far as its fixed header says: none while that
/// header is incomplete. Errors: packet types 0 and 15, a fifth length byte, more than `max_bytes`
/// (packet_too_large).
[[nodiscard]] base::Expected<std::optional<std::size_t>, Error> frame_length(base::Bytes bytes,
                                                                             std::size_t max_bytes);

/// The first packet in `bytes`; none when more bytes are needed. Errors as frame_length.
[[nodiscard]] base::Expected<std::optional<Frame>, Error> next_frame(base::Bytes bytes,
                                                                     std::size_t max_bytes);

}  // namespace mqtt
