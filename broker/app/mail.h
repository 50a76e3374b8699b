// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <variant>

namespace app {

/// Everything that may cross from one thread to a worker: a closed list of immutable values or sole
/// ownership.
struct Stop {};

using Mail = std::variant<Stop>;

}  // namespace app
