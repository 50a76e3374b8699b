// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "tests/conformance/stage.h"
#include "tests/conformance/vectors.h"

namespace conformance {

/// Plays a case; afterwards every client that is still served must have been sent nothing more than the case
/// says. None: as expected. Otherwise the case's name, file and line, what was expected and what came, in
/// words and hexadecimal.
[[nodiscard]] std::optional<std::string> play(const Case& played, Stage& stage);

}  // namespace conformance
