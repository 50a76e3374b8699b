// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "bench/load/plan.h"
#include "bench/load/report.h"

namespace load {

/// `count` retained topics are set, then one subscriber asks for '#': CPU per set and per drained message,
/// memory per topic. Every topic must come once, with the retain flag.
Report run_retained(const Plan& plan);

}  // namespace load
