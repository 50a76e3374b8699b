// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "broker/base/bytes.h"
#include "broker/base/log.h"
#include "broker/base/time.h"

namespace app {

/// What an operator has asked to see of one client: a line for each packet, for a limited time and at most
/// `most_lines` of them. A value of the connection; its thread.
struct Trace {
  static constexpr std::uint32_t most_lines = 10'000;
  static constexpr base::Duration longest = std::chrono::hours{1};

  base::TimePoint until{};
  std::uint32_t lines_left = 0;  // 0: it is not traced

  bool is_on() const { return lines_left != 0; }
};

/// One packet that is traced. Its payload and credentials are not told.
struct TracedPacket {
  std::string_view client_id;
  std::string_view direction;  // "received" or "sent"
  base::Bytes head;            // of the packet, at least up to the end of a PUBLISH's topic
  std::size_t bytes;           // the whole of it
};
void log_traced(const base::Log& log, const TracedPacket& packet);

}  // namespace app
