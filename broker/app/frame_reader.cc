// SPDX-License-Identifier: Apache-2.0
#include "broker/app/frame_reader.h"

#include <algorithm>
#include <utility>

namespace app {

using Whole = base::Expected<std::span<std::uint8_t>, mqtt::Error>;

Whole FrameReader::next_unusual(std::span<std::uint8_t>& bytes, std::size_t max_bytes, net::Loop& loop) {
  if (!remainder_.empty()) return next_of_pieces(bytes, max_bytes, loop);
  const auto length = mqtt::frame_length(bytes, max_bytes);
  if (!length) return base::make_unexpected(length.error());
  if (!*length || **length > bytes.size()) {
    remainder_.assign(bytes.begin(), bytes.end());
    bytes = {};
    return bytes;
  }
  const std::span<std::uint8_t> whole = bytes.first(**length);
  bytes = bytes.subspan(whole.size());
  return whole;
}

Whole FrameReader::next_of_pieces(std::span<std::uint8_t>& bytes, std::size_t max_bytes, net::Loop& loop) {
  const auto is_complete = complete_remainder(bytes, max_bytes);
  if (!is_complete) return base::make_unexpected(is_complete.error());
  if (!*is_complete) return std::span<std::uint8_t>();
  return loop.keep_until_flush(std::exchange(remainder_, {}));
}

/// Adds what the packet still lacks: single bytes until its length is known, then all at once.
base::Expected<bool, mqtt::Error> FrameReader::complete_remainder(std::span<std::uint8_t>& bytes,
                                                                  std::size_t max_bytes) {
  while (true) {
    const auto length = mqtt::frame_length(remainder_, max_bytes);
    if (!length) return base::make_unexpected(length.error());
    if (*length && remainder_.size() == **length) return true;
    if (bytes.empty()) return false;
    const std::size_t lacking = *length ? **length - remainder_.size() : 1;
    const std::span<std::uint8_t> more = bytes.first(std::min(lacking, bytes.size()));
    remainder_.insert(remainder_.end(), more.begin(), more.end());
    bytes = bytes.subspan(more.size());
  }
}

}  // namespace app
