// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "broker/core/restored.h"

namespace support {

/// What a journal gave back, one line for each thing it kept, so that two of them can be compared and a
/// difference read. Left out: how long clients have been away, and the highest key and stamp.
std::vector<std::string> lines_of(const core::Restored& restored);

}  // namespace support
