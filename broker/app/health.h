// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "broker/app/config.h"
#include "broker/base/expected.h"

namespace app {

/// Asks the broker of this configuration, over its first MQTT listener, for a CONNACK; any answer counts, a
/// refusal too. Blocks for at most three seconds. The error says what was tried and what came back.
[[nodiscard]] base::Expected<void, std::string> check_health(const Config& config);

}  // namespace app
