// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/expected.h"

namespace mesh {

enum class KeyBytes : std::uint8_t { hidden, shown };

/// What a share URL, or a name and a psk as "NAME=PSK", mean: a line for each channel with its name, place,
/// strength and hash, for a person at a terminal; controls are escaped, and keys appear only when they shall.
/// The error is a sentence that quotes neither. Pure.
base::Expected<std::vector<std::string>, std::string> describe_channels(std::string_view text, KeyBytes keys);

}  // namespace mesh
