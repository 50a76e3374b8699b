// SPDX-License-Identifier: Apache-2.0
// `meshbroker simulate`: gateways of a mesh that does not exist, against any broker.
#pragma once
#include "broker/app/simulate_options.h"

namespace app::simulate {

/// Runs until the time is over or a signal comes. Standard output: a JSON line for each publish; standard
/// error: problems and a summary. Returns the exit code: 0 done, 1 no broker or no file, 2 wrong usage.
int run(const SimulateOptions& options);

}  // namespace app::simulate
