// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"

namespace base {

/// Append-only output with big-endian puts. Owned by whoever encodes; `clear` keeps the memory.
class Buffer {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(value); }
  void u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8));
    u8(static_cast<std::uint8_t>(value & 0xff));
  }
  void put(Bytes bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  /// A 16-bit length, then the bytes; the caller has checked that they are at most 65,535.
  void prefixed(Bytes bytes) {
    u16(static_cast<std::uint16_t>(bytes.size()));
    put(bytes);
  }
  void prefixed(std::string_view text) { prefixed(as_bytes(text)); }
  /// Room for `bytes` more at the end, for the caller to write; valid until the next call.
  std::span<std::uint8_t> extend(std::size_t bytes) {
    bytes_.resize(bytes_.size() + bytes);
    return std::span(bytes_).last(bytes);
  }
  void clear() { bytes_.clear(); }

  Bytes bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace base
