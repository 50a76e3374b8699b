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

/// `whole` is exactly one packet, as frame_length has found it. Inline: every packet passes here.
[[nodiscard]] inline Frame frame_of(base::Bytes whole) {
  std::size_t header_bytes = 2;
  while ((whole[header_bytes - 1] & 0x80) != 0) ++header_bytes;
  return {static_cast<PacketType>(whole[0] >> 4), static_cast<std::uint8_t>(whole[0] & 0x0f), whole,
          whole.subspan(header_bytes)};
}

/// Length of the whole packet that starts at bytes[0], as far as its fixed header says: none while that
/// header is incomplete. Errors: packet types 0 and 15, a fifth length byte, more than `max_bytes`
/// (packet_too_large).
[[nodiscard]] base::Expected<std::optional<std::size_t>, Error> frame_length(base::Bytes bytes,
                                                                             std::size_t max_bytes);

/// The same where that is said in one byte or two, as nearly always; 0: frame_length has to look. Inline:
/// every packet passes here.
[[nodiscard]] inline std::size_t usual_frame_length(base::Bytes bytes) {
  if (bytes.size() < 3 || bytes[0] < 0x10 || bytes[0] >= 0xf0) return 0;
  if (bytes[1] < 0x80) return 2U + bytes[1];
  if (bytes[2] >= 0x80) return 0;
  return 3U + (bytes[1] & 0x7fU) + (std::size_t{bytes[2]} << 7U);
}

/// The first packet in `bytes`; none when more bytes are needed. Errors as frame_length.
[[nodiscard]] base::Expected<std::optional<Frame>, Error> next_frame(base::Bytes bytes,
                                                                     std::size_t max_bytes);

}  // namespace mqtt
