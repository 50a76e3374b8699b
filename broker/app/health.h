// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "broker/app/config/config.h"
#include "broker/base/expected.h"

namespace app {

/// Asks the broker of this configuration from outside: its first MQTT listener for a CONNACK (any answer
/// counts, a refusal too), its first HTTP listener whether it is ready. Where both speak TLS or behind a
/// proxy only, whether the first listener takes connections. Blocks for at most two seconds each. The error
/// says what was tried and what came back.
[[nodiscard]] base::Expected<void, std::string> check_health(const Config& config);

}  // namespace app
