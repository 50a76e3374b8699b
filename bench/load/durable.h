// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "bench/load/plan.h"
#include "bench/load/report.h"

namespace load {

/// Many publish to one lasting session that is away: how many acknowledgements a second, what each costs the
/// broker, and, paced, how long they take. Then the session's client comes back, and everything that was
/// acknowledged must come once and in order.
Report run_durable(const Plan& plan);

}  // namespace load
