// SPDX-License-Identifier: Apache-2.0
// How single settings are written: pure functions from text to a value or to what is wrong with it.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/app/config/config.h"
#include "broker/base/expected.h"
#include "broker/base/time.h"

namespace app {

/// The error says what is wrong and what to write instead, in a half sentence that follows the key's name.
template <class T>
using Parsed = base::Expected<T, std::string>;

/// One or more of number and unit: "15m", "500ms", "1h30m". Units: ms s m h d w. At most about a century.
[[nodiscard]] Parsed<base::Duration> parse_duration(std::string_view text);

/// Bytes: "2MiB" (1024 based), "8MB" (1000 based), "1000". Units in any case.
[[nodiscard]] Parsed<std::uint64_t> parse_size(std::string_view text);

/// "1/s", "30/m", "100/h".
[[nodiscard]] Parsed<Rate> parse_rate(std::string_view text);

/// "127.0.0.1:1883", "[::1]:1883", ":1883", "localhost:1883", "unix:/path". No other names: what a name means
/// may differ from one start to the next.
[[nodiscard]] Parsed<Bind> parse_bind(std::string_view text);

/// "!0b0b0b0b". Neither the broadcast address nor the four lowest numbers, which devices reserve.
[[nodiscard]] Parsed<std::uint32_t> parse_node_id(std::string_view text);

/// The 0 to 32 bytes of a channel key: base64 (either alphabet, padded or not, "base64:" before it or not),
/// 0x hex, "none", "default", "simple0" to "simple254". They are not expanded. The error never repeats the
/// text: it may be a secret.
[[nodiscard]] Parsed<std::vector<std::uint8_t>> psk_bytes(std::string_view text);

/// In quotes for a message: control characters escaped, long text cut.
std::string quoted(std::string_view text);

}  // namespace app
