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

}  // namespace net
