// SPDX-License-Identifier: Apache-2.0
// Base64 of RFC 4648, as password hashes are written in.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/bytes.h"

namespace auth {

enum class Padding : std::uint8_t { none, equals_signs };

[[nodiscard]] std::string base64_text(base::Bytes bytes, Padding padding);

/// None unless `text` is exactly what `base64_text` writes.
[[nodiscard]] std::optional<std::vector<std::uint8_t>> base64_bytes(std::string_view text, Padding padding);

}  // namespace auth
