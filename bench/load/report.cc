// SPDX-License-Identifier: Apache-2.0
#include "bench/load/report.h"

#include <utility>

#include <fmt/format.h>

namespace load {

Report::Report(const Plan& plan) {
  line("shape", fmt::format("\"{}\"", plan.shape));
  for (const auto& [key, value] :
       {std::pair<std::string_view, std::uint64_t>{"qos", static_cast<std::uint64_t>(plan.qos)},
        {"publishers", plan.publishers},
        {"subscribers", plan.subscribers},
        {"batch", plan.batch},
        {"depth", plan.depth},
        {"rate", plan.rate},
        {"smallest", plan.smallest},
        {"largest", plan.largest}}) {
    add(key, value);
  }
}

void Report::line(std::string_view key, std::string_view value) {
  lines_ += fmt::format("{}\n  \"{}\": {}", lines_.empty() ? "" : ",", key, value);
}

void Report::add(std::string_view key, double value) { line(key, fmt::format("{:.4f}", value)); }

void Report::add(std::string_view key, std::uint64_t value) { line(key, fmt::format("{}", value)); }

void Report::add_interval(const Reading& from, const Reading& to, std::uint64_t messages) {
  const auto wall_ns = static_cast<double>(to.wall_ns - from.wall_ns);
  const auto broker_ns = static_cast<double>(to.broker_cpu_ns - from.broker_cpu_ns);
  const auto own_ns = static_cast<double>(to.own_cpu_ns - from.own_cpu_ns);
  const auto count = static_cast<double>(messages);
  add("messages", messages);
  add("seconds", wall_ns / 1e9);
  add("messages_per_s", count * 1e9 / wall_ns);
  add("broker_us_per_message", messages == 0 ? 0 : broker_ns / 1e3 / count);
  add("broker_cpu_percent", 100 * broker_ns / wall_ns);
  add("generator_cpu_percent", 100 * own_ns / wall_ns);
}

void Report::add_memory(const Memory& memory) {
  add("rss_kib", memory.rss_kib);
  add("anonymous_kib", memory.anonymous_kib);
}

void Report::add_faults(const Faults& faults) {
  add("lost", faults.lost);
  add("doubled", faults.doubled);
  add("reordered", faults.reordered);
  add("stray", faults.stray);
  add("damaged", faults.damaged);
  add("acknowledged_out_of_order", faults.acknowledged);
  has_faults_ = has_faults_ || faults.sum() != 0;
}

}  // namespace load
