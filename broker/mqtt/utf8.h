// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace mqtt {

/// Well-formed UTF-8 as MQTT wants it: shortest forms only, no surrogates, at most U+10FFFF, no U+0000
/// [MQTT-1.5.3-1, 1.5.3-2]. U+FEFF is an ordinary character [MQTT-1.5.3-3]. Fast for ASCII: it runs per
/// topic.
[[nodiscard]] bool is_valid_utf8(std::string_view text);

}  // namespace mqtt
