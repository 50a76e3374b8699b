// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "broker/base/counters.h"

namespace net {

/// Bytes of TCP streams as the sockets gave and took them, layers included; one set per loop.
enum class Traffic : std::uint8_t { bytes_received, bytes_sent, end_ };

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Traffic::end_)> traffic_names = {
    "bytes_received",
    "bytes_sent",
};

using TrafficCounters = base::Counters<Traffic>;

/// Turns of a loop, by how long they took: from waking to the next wait. And how long all took, in
/// milliseconds.
enum class Turns : std::uint8_t { up_to_10ms, up_to_100ms, up_to_1s, longer, milliseconds, end_ };

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Turns::end_)> turns_names = {
    "up_to_10ms", "up_to_100ms", "up_to_1s", "longer", "milliseconds",
};

using TurnCounters = base::Counters<Turns>;

}  // namespace net
