// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/frame.h"

#include <cstdint>
#include <string_view>

namespace mqtt {
namespace {

constexpr std::size_t most_length_bytes = 4;  // 3.1.1 section 2.2.3

auto refused(Reason reason, std::string_view what) { return base::make_unexpected(Error{reason, what}); }

}  // namespace

// Remaining Length in more bytes than it needs ("80 00") is tolerated: 3.1.1 says how many bytes there may
// be, not that they be the fewest (5.0 does, 1.5.5-1), and the frame's end is no less clear.
base::Expected<std::optional<std::size_t>, Error> frame_length(base::Bytes bytes, std::size_t max_bytes) {
  if (bytes.empty()) return std::nullopt;
  const int type = bytes[0] >> 4;
  if (type == 0 || type == 15) return refused(Reason::malformed_packet, "reserved packet type [3.1.1 2.2.1]");
  std::size_t remaining = 0;
  for (std::size_t i = 1; i <= most_length_bytes; ++i) {
    if (i == bytes.size()) return std::nullopt;
    remaining |= static_cast<std::size_t>(bytes[i] & 0x7f) << (7 * (i - 1));
    if ((bytes[i] & 0x80) != 0) continue;
    const std::size_t length = 1 + i + remaining;
    if (length <= max_bytes) return length;
    return refused(Reason::packet_too_large, "packet longer than allowed here");
  }
  return refused(Reason::malformed_packet, "Remaining Length of more than four bytes [3.1.1 2.2.3]");
}

base::Expected<std::optional<Frame>, Error> next_frame(base::Bytes bytes, std::size_t max_bytes) {
  const auto length = frame_length(bytes, max_bytes);
  if (!length) return base::make_unexpected(length.error());
  if (!*length || **length > bytes.size()) return std::nullopt;
  return frame_of(bytes.first(**length));
}

}  // namespace mqtt
