// SPDX-License-Identifier: Apache-2.0
// The devices read protobuf with nanopb 0.4.9, which refuses what the usual library takes (numbers too large
// for their C type, strings too long, too many items, a known field with another wire type) and takes what it
// refuses (UTF-8 errors behind a NUL, varints with padding, any number of bytes of an unknown one). What the
// JSON says depends on whether a *device* can read a message. So bytes are first judged by nanopb's rules,
// message by message from the tables in wire_rules.h, and only then given to the usual library. Where the two
// would read different things, the library gets a rewritten copy.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "broker/base/bytes.h"

namespace mesh {

struct MessageRule;

/// What a field holds, with the size of the C type that the devices keep it in. `newer`: firmware 2.7.26
/// skips it.
enum class FieldKind : std::uint8_t {
  unknown,
  newer,
  boolean,
  uint8,
  uint16,
  uint32,
  uint64,
  int8,
  int32,
  sint32,
  fixed32,
  text,
  bytes,
  fixed_bytes,
  message,
};

struct FieldRule {
  FieldKind kind = FieldKind::unknown;
  std::uint16_t max_bytes = 0;           // of text and bytes, exactly that many of fixed_bytes; 0: no limit
  std::uint8_t max_items = 0;            // of a repeated field; 0: not repeated
  const MessageRule* message = nullptr;  // of a message
  bool replaces = false;  // a second message replaces the first instead of being merged into it
};

/// A message's fields by number, from 1 without gaps.
struct MessageRule {
  std::span<const FieldRule> fields;
};

enum class WireVerdict : std::uint8_t {
  refused,  // a device fails to decode this
  plain,    // the usual library reads exactly what a device reads
  unusual,  // a device reads it, the library would not or would read more: see `readable_wire`
};

/// Linear in the bytes, allocates nothing.
[[nodiscard]] WireVerdict check_wire(base::Bytes bytes, const MessageRule& rule);

/// Bytes from which the usual library reads what a device reads: `bytes` themselves, or a copy in `scratch`
/// reduced to the fields a device knows. None when a device refuses them.
[[nodiscard]] std::optional<base::Bytes> readable_wire(base::Bytes bytes, const MessageRule& rule,
                                                       std::string& scratch);

}  // namespace mesh
