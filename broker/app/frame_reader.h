// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "broker/base/expected.h"
#include "broker/mqtt/frame.h"
#include "broker/net/loop.h"

namespace app {

/// Cuts a connection's bytes into packets. Frames are views into the read arena; only an incomplete tail is
/// copied, and a packet that came in pieces is put together once. Between packets it holds no memory, and
/// never more than has really arrived. A value of a greeting or connection.
class FrameReader {
 public:
  /// Takes the next packet off `bytes` and returns it as mqtt::frame_of wants it; it may be written to and
  /// lives until the flush. Empty: all bytes are used up and more are needed. Errors as mqtt::frame_length;
  /// the connection is then at its end.
  [[nodiscard]] base::Expected<std::span<std::uint8_t>, mqtt::Error> next(std::span<std::uint8_t>& bytes,
                                                                          std::size_t max_bytes,
                                                                          net::Loop& loop) {
    const std::size_t length = remainder_.empty() ? mqtt::usual_frame_length(bytes) : 0;
    if (length == 0 || length > std::min(bytes.size(), max_bytes))
      return next_unusual(bytes, max_bytes, loop);
    const std::span<std::uint8_t> whole = bytes.first(length);
    bytes = bytes.subspan(length);
    return whole;
  }
  /// Bytes kept of a packet that is not complete; their memory is up to twice as much.
  std::size_t held() const { return remainder_.size(); }

 private:
  base::Expected<std::span<std::uint8_t>, mqtt::Error> next_unusual(std::span<std::uint8_t>& bytes,
                                                                    std::size_t max_bytes, net::Loop& loop);
  base::Expected<std::span<std::uint8_t>, mqtt::Error> next_of_pieces(std::span<std::uint8_t>& bytes,
                                                                      std::size_t max_bytes, net::Loop& loop);
  base::Expected<bool, mqtt::Error> complete_remainder(std::span<std::uint8_t>& bytes, std::size_t max_bytes);

  std::vector<std::uint8_t> remainder_;
};

}  // namespace app
