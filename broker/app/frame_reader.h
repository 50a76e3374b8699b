// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
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
  /// One packet; `bytes` may be written to and lives until the flush.
  struct Cut {
    mqtt::Frame frame;
    std::span<std::uint8_t> bytes;
  };

  /// Takes the next packet off `bytes`; none: all bytes are used up and more are needed. Errors as
  /// mqtt::next_frame; the connection is then at its end.
  [[nodiscard]] base::Expected<std::optional<Cut>, mqtt::Error> next(std::span<std::uint8_t>& bytes,
                                                                     std::size_t max_bytes, net::Loop& loop);
  /// Bytes kept of a packet that is not complete; their memory is up to twice as much.
  std::size_t held() const { return remainder_.size(); }

 private:
  base::Expected<bool, mqtt::Error> complete_remainder(std::span<std::uint8_t>& bytes, std::size_t max_bytes);

  std::vector<std::uint8_t> remainder_;
};

}  // namespace app
