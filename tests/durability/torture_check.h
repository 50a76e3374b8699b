// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "tests/durability/torture.h"

namespace durability {

/// A short torture, or the long one of MESHBROKER_TORTURE_ROUNDS=N: stretches of rounds, each with a seed, a
/// data_dir and a verdict of its own. MESHBROKER_SEED=N runs one again. A failed stretch is a failed CHECK.
void check_torture(int workers, Ending ending);

}  // namespace durability
