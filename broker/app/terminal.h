// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "broker/base/expected.h"

namespace app {

/// Whether somebody sits at standard input.
[[nodiscard]] bool is_terminal();

/// One line of standard input, without its end, of at most `max_secret_bytes`. At a terminal it is asked for
/// with `question` on standard error and not shown while it is typed; a signal that ends the process gives
/// the terminal its echo back first. The error is a sentence. main's thread, before there is another.
[[nodiscard]] base::Expected<std::string, std::string> read_secret(std::string_view question);

/// What a password can have in MQTT.
inline constexpr std::size_t max_secret_bytes = 65535;

}  // namespace app
