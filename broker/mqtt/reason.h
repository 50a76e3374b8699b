// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "broker/mqtt/types.h"

namespace mqtt {

/// The enumerator's own name, for the log: "keep_alive_timeout".
[[nodiscard]] std::string_view reason_name(Reason reason);

}  // namespace mqtt
