// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace base {

/// Borrowed bytes. A view: never a member of anything that outlives the callback it came in with.
using Bytes = std::span<const std::uint8_t>;

inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// A big-endian cursor over borrowed bytes. It fails once and stays failed: read everything, then ask `ok()`.
/// After a failure every read gives zero or an empty view.
class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  std::uint8_t u8() {
    const Bytes b = take(1);
    return b.empty() ? std::uint8_t{0} : b[0];
  }
  std::uint16_t u16() {
    const Bytes b = take(2);
    return b.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>((b[0] << 8) | b[1]);
  }
  /// `count` bytes; empty and failed when there are fewer.
  Bytes take(std::size_t count) {
    if (!ok_ || count > rest_.size()) {
      ok_ = false;
      return {};
    }
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  /// MQTT's form of a string or binary field: a 16-bit length, then that many bytes.
  Bytes prefixed() { return take(u16()); }
  Bytes rest() { return take(rest_.size()); }

  bool ok() const { return ok_; }
  std::size_t remaining() const { return ok_ ? rest_.size() : 0; }

 private:
  Bytes rest_;
  bool ok_ = true;
};

}  // namespace base
