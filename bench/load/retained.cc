// SPDX-License-Identifier: Apache-2.0
#include "bench/load/retained.h"

#include "bench/load/clock.h"
#include "bench/load/crowd.h"
#include "bench/load/stamp.h"

namespace load {
namespace {

constexpr std::int64_t patience_ns = 10 * ns_per_s;
constexpr std::uint32_t per_write = 500;

/// Runs rounds until `is_over`, or until nothing has come for a while.
template <class IsOver, class OnFrame>
void rounds_until(Crowd& crowd, IsOver&& is_over, OnFrame&& on_frame) {
  std::int64_t patient_until = now_ns() + patience_ns;
  while (!is_over() && now_ns() < patient_until) {
    crowd.round(ns_per_s / 100, [&](std::uint32_t, const Frame& frame) {
      patient_until = now_ns() + patience_ns;
      on_frame(frame);
    });
  }
}

/// A PINGRESP says that the broker has read everything before the PINGREQ.
void set_all(const Plan& plan) {
  Crowd crowd;
  Client client(plan.port);
  client.greet("load-p-0");
  crowd.add(std::move(client));
  std::uint32_t answers = 0;
  for (std::uint32_t topic = 0; topic < plan.count; ++topic) {
    const std::string name = topic_of(topic);
    put_stamp({topic, 0, 0}, put_publish({.topic = name, .retain = true}, plan.smallest, crowd.out_of(0)));
    const bool is_last = topic + 1 == plan.count;
    if (!is_last && topic % per_write != per_write - 1) continue;
    put_pingreq(crowd.out_of(0));
    const std::uint32_t expected = topic / per_write + 1;
    rounds_until(
        crowd, [&] { return answers >= expected; },
        [&](const Frame& frame) { answers += frame.type() == PacketType::pingresp ? 1 : 0; });
  }
}

/// Every topic is a stream of one message.
Faults drain_all(const Plan& plan) {
  Crowd crowd;
  Client client(plan.port);
  client.greet("load-s-0");
  crowd.add(std::move(client));
  Ledger ledger(1, plan.count);
  for (std::uint32_t topic = 0; topic < plan.count; ++topic) ledger.want(0, topic);
  put_subscribe(std::vector<std::string>{"bench/#"}, plan.qos, crowd.out_of(0));
  std::uint32_t come = 0;
  rounds_until(
      crowd, [&] { return come >= plan.count; },
      [&](const Frame& frame) {
        if (frame.type() != PacketType::publish) return;
        Stamp stamp;
        ++come;
        if (!get_stamp(published(frame).payload, stamp) || (frame.first & 1) == 0) return ledger.damaged();
        ledger.take(0, stamp.stream, stamp.sequence);
      });
  return ledger.close(std::vector<std::uint32_t>(plan.count, 1));
}

}  // namespace

Report run_retained(const Plan& plan) {
  const Target target(plan.pid);
  const Memory empty = target.memory();
  const Reading before_set = target.read();
  set_all(plan);
  const Reading after_set = target.read();
  const Memory full = target.memory();
  const Reading before_drain = target.read();
  const Faults faults = drain_all(plan);
  const Reading after_drain = target.read();

  Report report(plan);
  const auto grown_kib = static_cast<double>(full.rss_kib) - static_cast<double>(empty.rss_kib);
  report.add("rss_bytes_each", grown_kib * 1024 / plan.count);
  report.add("set_broker_us",
             static_cast<double>(after_set.broker_cpu_ns - before_set.broker_cpu_ns) / 1e3 / plan.count);
  report.add_interval(before_drain, after_drain, plan.count);
  report.add_faults(faults);
  return report;
}

}  // namespace load
