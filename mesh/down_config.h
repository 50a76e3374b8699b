// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "mesh/send_queue.h"

namespace mesh {

enum class LongText : std::uint8_t { refuse, split };

/// What [mesh] says of the broker's own node, and [mesh.down]. A plain value.
struct DownConfig {
  std::optional<std::uint32_t> node_number = {};  // set: that number, and no key
  bool is_kept = false;                           // there is a place where a key outlives the process
  std::string long_name = "meshbroker";           // at most 39 bytes
  std::string short_name = "MB";                  // at most 4 bytes
  std::uint8_t hop_limit = 3;                     // 0 to 7
  LongText long_text = LongText::refuse;
  SendPace pace = {};
  std::uint64_t seed = 0;  // of packet ids and jitter; 0: from the system
};

}  // namespace mesh
