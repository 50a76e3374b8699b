// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "tests/conformance/statements.h"
#include "tests/conformance/vectors.h"

namespace conformance {

/// Every case of every file of tests/vectors/mqtt, file by file. FAILs the running test where one cannot be
/// read or is not in the language.
const std::vector<Case>& all_cases();

/// tests/vectors/mqtt/statements.txt, likewise.
const std::vector<Statement>& all_statements();

}  // namespace conformance
