// SPDX-License-Identifier: Apache-2.0
#include "bench/load/connections.h"

#include <algorithm>

#include <fmt/format.h>

#include "bench/load/clock.h"
#include "bench/load/crowd.h"

namespace load {
namespace {

/// Below mosquitto's listen backlog of 100, so that no SYN waits a second for its repetition.
constexpr std::uint32_t at_a_time = 64;
constexpr std::int64_t patience_ns = 10 * ns_per_s;

/// Connects `plan.count` clients; how many were accepted.
std::uint32_t connect_all(const Plan& plan, Crowd& crowd) {
  std::uint32_t accepted = 0;
  std::int64_t patient_until = now_ns() + patience_ns;
  const auto on_frame = [&](std::uint32_t, const Frame& frame) {
    if (frame.type() == PacketType::connack && frame.body[1] == 0) ++accepted;
  };
  while (accepted < plan.count && now_ns() < patient_until) {
    const std::uint32_t before = accepted;
    const auto wanted = std::min(plan.count, accepted + at_a_time);
    while (crowd.size() < wanted) {
      crowd.add(Client(plan.port));
      const auto number = static_cast<std::uint32_t>(crowd.size() - 1);
      put_connect(fmt::format("load-c-{}", number), true, crowd.out_of(number));
      crowd.flush();
    }
    crowd.round(ns_per_s, on_frame);
    if (accepted != before) patient_until = now_ns() + patience_ns;
  }
  return accepted;
}

double bytes_each(std::uint64_t before_kib, std::uint64_t after_kib, std::uint32_t count) {
  return (static_cast<double>(after_kib) - static_cast<double>(before_kib)) * 1024 / count;
}

}  // namespace

Report run_connections(const Plan& plan) {
  const Target target(plan.pid);
  Crowd crowd;
  const Memory empty = target.memory();
  const Reading from = target.read();
  const std::uint32_t accepted = connect_all(plan, crowd);
  const Reading to = target.read();
  const Memory full = target.memory();

  Report report(plan);
  report.add_interval(from, to, accepted);
  report.add("empty_rss_kib", empty.rss_kib);
  report.add("empty_anonymous_kib", empty.anonymous_kib);
  report.add("rss_bytes_each", bytes_each(empty.rss_kib, full.rss_kib, plan.count));
  report.add("anonymous_bytes_each", bytes_each(empty.anonymous_kib, full.anonymous_kib, plan.count));
  Faults faults;
  faults.lost = plan.count - accepted;
  report.add_faults(faults);
  return report;
}

}  // namespace load
