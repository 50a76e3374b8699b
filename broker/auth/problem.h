// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace auth {

/// What is wrong with a users or rules file: `where` is "FILE:LINE", `what` a sentence that quotes neither a
/// password nor a hash.
struct Problem {
  std::string where;
  std::string what;
};

/// Never empty where it stands for a failure.
using Problems = std::vector<Problem>;

}  // namespace auth
