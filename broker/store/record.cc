// SPDX-License-Identifier: Apache-2.0
#include "broker/store/record.h"

#include <cstring>
#include <type_traits>

namespace store {

static_assert(std::is_trivially_copyable_v<Head>);

void Batch::add(Head head, std::string_view text, base::Bytes payload, std::string_view extra) {
  head.text = static_cast<std::uint32_t>(text.size());
  head.extra = static_cast<std::uint32_t>(extra.size());
  head.payload = static_cast<std::uint32_t>(payload.size());
  const auto* raw = reinterpret_cast<const std::uint8_t*>(&head);
  bytes.insert(bytes.end(), raw, raw + sizeof head);
  for (const base::Bytes part : {base::as_bytes(text), base::as_bytes(extra), payload})
    bytes.insert(bytes.end(), part.begin(), part.end());
  ++records;
}

Record Batch::read(std::size_t& at) const {
  Record record;
  std::memcpy(&record.head, bytes.data() + at, sizeof record.head);
  at += sizeof record.head;
  const auto take = [this, &at](std::size_t size) {
    const base::Bytes part = base::Bytes(bytes).subspan(at, size);
    at += size;
    return part;
  };
  record.text = base::as_text(take(record.head.text));
  record.extra = base::as_text(take(record.head.extra));
  record.payload = take(record.head.payload);
  return record;
}

}  // namespace store
