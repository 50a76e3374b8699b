// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "bench/load/plan.h"
#include "bench/load/report.h"

namespace load {

/// `count` clients connect, at most 64 of them at a time, and stay: rate, broker CPU per connect, memory per
/// idle connection. Each client that got no CONNACK counts as lost.
Report run_connections(const Plan& plan);

}  // namespace load
