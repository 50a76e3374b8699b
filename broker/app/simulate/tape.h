// SPDX-License-Identifier: Apache-2.0
// Traffic of a broker in a file: a line for each message, `MILLISECONDS TOPIC HEX`, the topic with %, space
// and controls as %XX.
#pragma once
#include <chrono>
#include <cstdint>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/base/time.h"

namespace app::simulate {

struct TapeMessage {
  /// Longer than anybody records, short enough for all sums with a clock's time.
  static constexpr base::Duration latest = std::chrono::hours{24 * 366 * 100};

  base::Duration at{};  // since the recording began, at most `latest`
  std::string topic;
  std::vector<std::uint8_t> payload;
};

void write_tape(const TapeMessage& message, std::ostream& out);
/// None: it is no such line.
std::optional<TapeMessage> read_tape(std::string_view line);

}  // namespace app::simulate
