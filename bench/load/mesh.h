// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "bench/load/plan.h"
#include "bench/load/report.h"

namespace load {

/// `count` packets, each a position encrypted with the well-known key of LongFast, each published by 4 of the
/// gateways; one subscriber gets their JSON. Figures are per envelope, duplicates included; every packet must
/// come as JSON exactly once, and with `told` once below mesh/packet/ too, which takes a window longer.
/// `batch` packets at a time, `depth` batches outstanding.
Report run_mesh(const Plan& plan);

}  // namespace load
