// SPDX-License-Identifier: Apache-2.0
// A kept pin of unknown origin: taken or not, and what was taken is kept again as the same bytes.
#include <cstddef>
#include <cstdint>

#include "broker/base/bytes.h"
#include "broker/base/check.h"
#include "mesh/key_pins.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const base::Bytes value(data, size);
  mesh::KeyPins pins(4);
  pins.restore(7, value);
  CHECK(pins.take_changes().empty());
  if (pins.size() == 0) return 0;
  const mesh::PublicKey key = *pins.key_of(7);
  CHECK(mesh::read_public_key(key.bytes));
  // Long after whatever time was kept: the other key is taken over, and the pin is kept anew.
  const base::WallTime late{base::WallTime::duration::max() / 2};
  mesh::PublicKey other = key;
  other.bytes[5] ^= 1;
  if (!mesh::read_public_key(other.bytes)) return 0;
  static_cast<void>(pins.learn(7, other.bytes, late));
  for (const mesh::KeyPins::Change& change : pins.take_changes()) {
    mesh::KeyPins again(4);
    again.restore(7, change.value);
    CHECK(again.key_of(7) == pins.key_of(7));
    CHECK(again.pin_of(7)->has_changed == pins.pin_of(7)->has_changed);
  }
  return 0;
}
