// SPDX-License-Identifier: Apache-2.0
// A kept node from a damaged disk: it is read or not, what was read comes back the same, and whatever it
// holds only JSON comes out.
#include <cstddef>
#include <cstdint>

#include "broker/base/check.h"
#include "mesh/node_json.h"
#include "mesh/node_record.h"
#include "tests/fuzz/json_host.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static mesh::NodeJson json;
  const auto record = mesh::decode_node(1, {bytes, size});
  if (!record) return 0;
  base::Buffer kept;
  mesh::encode(*record, kept);
  const auto again = mesh::decode_node(1, kept.bytes());
  CHECK(again);
  base::Buffer twice;
  mesh::encode(*again, twice);
  CHECK(base::as_text(twice.bytes()) == base::as_text(kept.bytes()));
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(mesh::NodeTopic::end_); ++i) {
    const std::string_view text = json.write(*record, static_cast<mesh::NodeTopic>(i));
    CHECK(text.empty() || fuzz::is_json(text));
  }
  return 0;
}
