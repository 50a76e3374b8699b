// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/frame.h"

#include <cstdint>
#include <string_view>

namespace mqtt {
namespace {

constexpr std::size_t most_length_bytes = 4;  // 3.1.1 section 2.2.3

auto refused(Reason reason, std::string_view what) { return base::make_unexpected(Error{reason, what}); }

/// What the fixed header says. No bytes: it is incomplete.
struct FixedHeader {
  std::size_t bytes = 0;
  std::size_t remaining = 0;

  std::size_t packet_bytes() const { return bytes + remaining; }
};

// Remaining Length in more bytes than it needs ("80 00") is tolerated: 3.1.1 says how many bytes there may
// be, not that they be the fewest (5.0 does, 1.5.5-1), and the frame's end is no less clear.
base::Expected<FixedHeader, Error> read_fixed_header(base::Bytes bytes, std::size_t max_bytes) {
  if (bytes.empty()) return FixedHeader{};
  const int type = bytes[0] >> 4;
  if (type == 0 || type == 15) return refused(Reason::malformed_packet, "reserved packet type [3.1.1 2.2.1]");
  FixedHeader header;
  for (std::size_t i = 1; i <= most_length_bytes; ++i) {
    if (i == bytes.size()) return FixedHeader{};
    header.remaining |= static_cast<std::size_t>(bytes[i] & 0x7f) << (7 * (i - 1));
    if ((bytes[i] & 0x80) != 0) continue;
    header.bytes = i + 1;
    if (header.packet_bytes() <= max_bytes) return header;
    return refused(Reason::packet_too_large, "packet longer than allowed here");
  }
  return refused(Reason::malformed_packet, "Remaining Length of more than four bytes [3.1.1 2.2.3]");
}

}  // namespace

base::Expected<std::optional<std::size_t>, Error> frame_length(base::Bytes bytes, std::size_t max_bytes) {
  const auto header = read_fixed_header(bytes, max_bytes);
  if (!header) return base::make_unexpected(header.error());
  if (header->bytes == 0) return std::optional<std::size_t>{};
  return std::optional<std::size_t>{header->packet_bytes()};
}

base::Expected<std::optional<Frame>, Error> next_frame(base::Bytes bytes, std::size_t max_bytes) {
  const auto header = read_fixed_header(bytes, max_bytes);
  if (!header) return base::make_unexpected(header.error());
  if (header->bytes == 0 || header->packet_bytes() > bytes.size()) return std::optional<Frame>{};
  Frame frame;
  frame.type = static_cast<PacketType>(bytes[0] >> 4);
  frame.flags = bytes[0] & 0x0f;
  frame.bytes = bytes.first(header->packet_bytes());
  frame.body = frame.bytes.subspan(header->bytes);
  return std::optional<Frame>{frame};
}

}  // namespace mqtt
