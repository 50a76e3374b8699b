// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/broker_counts.h"

#include <catch2/catch.hpp>

using admin::BrokerCounts;
using admin::WorkerCounts;

TEST_CASE("the broker's counts are the sums of its workers'") {
  core::CoreCounters core(core::metric_names);
  core::CloseCounters closed(core::close_reason_names);
  core.add(core::Metric::messages_received, 3);
  closed.add(core::CloseReason::too_slow);
  const WorkerCounts worker{.core = core.read(), .closed = closed.read(), .bytes_sent = 10};
  BrokerCounts counts;
  counts.workers = {worker, worker};
  CHECK(counts.sum(core::Metric::messages_received) == 6);
  CHECK(counts.sum(core::Metric::messages_delivered) == 0);
  CHECK(counts.sum(core::CloseReason::too_slow) == 2);
  CHECK(counts.sum(&WorkerCounts::bytes_sent) == 20);
  const std::vector<base::Count> reasons = counts.sums(&WorkerCounts::closed);
  REQUIRE(reasons.size() == core::close_reason_names.size());
  CHECK(reasons[static_cast<std::size_t>(core::CloseReason::too_slow)].name == "too_slow");
  CHECK(reasons[static_cast<std::size_t>(core::CloseReason::too_slow)].value == 2);
}
