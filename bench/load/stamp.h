// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <cstring>
#include <span>

#include "broker/base/bytes.h"

namespace load {

/// What every payload says of itself. Written in this machine's byte order: sender and receiver are one
/// program.
struct Stamp {
  std::uint32_t stream = 0;  // the publisher's number
  std::uint32_t sequence = 0;
  std::int64_t sent_ns = 0;  // when it was sent, or should have been: load::now_ns()
};

/// The top bit of the stream on the wire: this message is the last of its batch.
inline constexpr std::uint32_t ends_batch_bit = 0x8000'0000;

/// The stamp, and the sequence once more at the very end, so that a payload of two messages' bytes is seen.
inline constexpr std::size_t smallest_payload = sizeof(Stamp) + sizeof(std::uint32_t);

/// `payload` has at least smallest_payload bytes; those between are left as they are.
inline void put_stamp(const Stamp& stamp, std::span<std::uint8_t> payload) {
  std::memcpy(payload.data(), &stamp, sizeof stamp);
  std::memcpy(payload.data() + payload.size() - sizeof stamp.sequence, &stamp.sequence,
              sizeof stamp.sequence);
}

/// False: not a payload of ours, or not all of one.
inline bool get_stamp(base::Bytes payload, Stamp& stamp) {
  if (payload.size() < smallest_payload) return false;
  std::memcpy(&stamp, payload.data(), sizeof stamp);
  std::uint32_t at_end = 0;
  std::memcpy(&at_end, payload.data() + payload.size() - sizeof at_end, sizeof at_end);
  return at_end == stamp.sequence;
}

}  // namespace load
