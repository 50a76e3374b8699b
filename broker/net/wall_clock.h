// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace net {

/// Milliseconds since 1970, for what has to be understood after a restart. It may jump: never for deadlines.
std::int64_t wall_clock();

}  // namespace net
