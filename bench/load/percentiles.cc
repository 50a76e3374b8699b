// SPDX-License-Identifier: Apache-2.0
#include "bench/load/percentiles.h"

#include <algorithm>
#include <utility>

namespace load {

void add_percentiles(std::vector<std::int64_t>& latencies_ns, Report& report) {
  if (latencies_ns.empty()) return;
  std::ranges::sort(latencies_ns);
  using Row = std::pair<std::string_view, double>;
  for (const auto& [key, share] : {Row{"p50_us", 0.5}, Row{"p90_us", 0.9}, Row{"p99_us", 0.99},
                                   Row{"p999_us", 0.999}, Row{"max_us", 1}}) {
    const auto last = static_cast<double>(latencies_ns.size() - 1);
    report.add(key, static_cast<double>(latencies_ns[static_cast<std::size_t>(last * share)]) / 1e3);
  }
}

}  // namespace load
