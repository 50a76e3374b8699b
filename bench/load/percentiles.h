// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "bench/load/report.h"

namespace load {

/// p50, p90, p99, p99.9 and the largest, in microseconds. Sorts what it is given.
void add_percentiles(std::vector<std::int64_t>& latencies_ns, Report& report);

}  // namespace load
