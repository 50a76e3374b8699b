// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "broker/base/bytes.h"
#include "tests/conformance/pattern.h"

namespace conformance {

/// Bytes in hexadecimal and, packet by packet, in words.
[[nodiscard]] std::string describe(base::Bytes bytes);

/// The same for what was expected; ids that are only named so far stand as `<name>`.
[[nodiscard]] std::string describe(const Pattern& pattern);

}  // namespace conformance
