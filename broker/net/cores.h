// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace net {

/// How many cores this process may run on: its affinity counts, at least 1.
std::uint32_t usable_cores();

}  // namespace net
