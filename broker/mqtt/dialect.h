// SPDX-License-Identifier: Apache-2.0
// What a version can say. The core speaks MQTT 5 vocabulary; this is the one place where an older client's
// words are chosen. Every case in which 3.1.1 has no answer has a row here.
#pragma once
#include <cstdint>
#include <optional>

#include "broker/base/bytes.h"
#include "broker/mqtt/types.h"

namespace mqtt {

/// CONNACK's return code for a refusal (3.1.1 table 3.1); none: no code fits, close without a word
/// [MQTT-3.2.2-6].
[[nodiscard]] std::optional<std::uint8_t> connack_code(Reason reason, Version version);

/// The reason behind a return code of 3.1 or 3.1.1; none: a reserved code.
[[nodiscard]] std::optional<Reason> connack_reason(std::uint8_t code);

/// One byte of SUBACK: 0, 1, 2 or 0x80 [MQTT-3.9.3-2]. MQTT 3.1 knows no failure: it hears QoS 0.
[[nodiscard]] std::uint8_t suback_code(Reason reason, Version version);

/// The reason behind one byte of SUBACK of 3.1 or 3.1.1; none: a reserved code [MQTT-3.9.3-2].
[[nodiscard]] std::optional<Reason> suback_reason(std::uint8_t code, Version version);

/// The frame that refuses a CONNECT of protocol level `level`, which is not served. Level 5 hears its own
/// form (20 03 00 84 00: phone proxies fall back on it), every other CONNACK 0x01.
[[nodiscard]] base::Bytes refusal_of_level(std::uint8_t level);

}  // namespace mqtt
