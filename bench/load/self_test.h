// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace load {

/// Feeds the ledger sequences with every fault it is there for, and one without. True when it saw each for
/// what it is; says on standard error what it took for something else.
bool check_of_the_check();

}  // namespace load
