// SPDX-License-Identifier: Apache-2.0
#include "mesh/envelope_peek.h"

#include "mesh/envelope.h"

namespace mesh {
namespace {

enum class Wire : std::uint8_t { varint = 0, fixed64 = 1, length = 2, fixed32 = 5 };

/// One field at a time, by its number and wire type; groups, which nobody sends, end it.
class Fields {
 public:
  explicit Fields(base::Bytes bytes) : in_(bytes) {}

  /// False at the end, or where the bytes make no sense.
  bool next() {
    if (in_.remaining() == 0 || !in_.ok()) return false;
    const std::uint64_t tag = varint();
    number_ = static_cast<std::uint32_t>(tag >> 3U);
    wire_ = static_cast<Wire>(tag & 7U);
    is_ok_ = number_ != 0 && take_value() && in_.ok();
    return is_ok_;
  }
  bool ok() const { return is_ok_ && in_.ok(); }
  bool is(std::uint32_t number, Wire wire) const { return number_ == number && wire_ == wire; }
  base::Bytes bytes() const { return value_; }
  std::uint32_t number32() const {
    std::uint32_t number = 0;
    for (std::size_t i = value_.size(); i > 0; --i) number = number << 8U | value_[i - 1];
    return number;
  }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
      const std::uint8_t byte = in_.u8();
      value |= shift < 64 ? std::uint64_t{byte & 0x7fU} << shift : 0;
      if ((byte & 0x80U) == 0) return value;
    }
    is_ok_ = false;
    static_cast<void>(in_.take(in_.remaining() + 1));  // fails for good
    return 0;
  }
  bool take_value() {
    switch (wire_) {
      case Wire::varint:
        varint();
        return true;
      case Wire::fixed64:
        value_ = in_.take(8);
        return true;
      case Wire::length:
        value_ = in_.take(varint());
        return true;
      case Wire::fixed32:
        value_ = in_.take(4);
        return true;
    }
    return false;
  }

  base::Reader in_;
  base::Bytes value_;
  std::uint32_t number_ = 0;
  Wire wire_ = Wire::varint;
  bool is_ok_ = true;
};

/// The members of MeshPacket that are wanted, by field number.
std::uint32_t* member_of(EnvelopePeek& peek, const Fields& fields) {
  if (fields.is(1, Wire::fixed32)) return &peek.from;
  if (fields.is(2, Wire::fixed32)) return &peek.to;
  if (fields.is(6, Wire::fixed32)) return &peek.id;
  if (fields.is(7, Wire::fixed32)) return &peek.rx_time;
  return nullptr;
}

bool peek_packet(base::Bytes bytes, EnvelopePeek& peek) {
  Fields fields(bytes);
  while (fields.next()) {
    if (std::uint32_t* const member = member_of(peek, fields)) *member = fields.number32();
  }
  return fields.ok();
}

}  // namespace

std::optional<EnvelopePeek> peek_envelope(base::Bytes bytes) {
  if (bytes.size() > max_envelope_bytes) return std::nullopt;
  EnvelopePeek peek;
  bool has_packet = false;
  Fields fields(bytes);
  while (fields.next()) {
    if (fields.is(1, Wire::length)) {
      if (!peek_packet(fields.bytes(), peek)) return std::nullopt;
      has_packet = true;
    } else if (fields.is(2, Wire::length)) {
      peek.channel_id = base::as_text(fields.bytes());
    } else if (fields.is(3, Wire::length)) {
      peek.gateway_id = base::as_text(fields.bytes());
    }
  }
  if (!fields.ok() || !has_packet || peek.channel_id.empty() || peek.gateway_id.empty()) return std::nullopt;
  return peek;
}

}  // namespace mesh
