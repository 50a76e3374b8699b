// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace core {

/// Which of two retained messages of one topic is the newer, whichever worker they came in at. 0: there is
/// only one worker, and who comes later is newer.
using Stamp = std::uint64_t;

}  // namespace core
