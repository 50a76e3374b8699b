// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <string_view>

#include "broker/base/counters.h"

namespace core {

/// What the core counts; one set per worker.
enum class Metric : std::uint8_t {
  messages_received,
  messages_delivered,
  messages_resent,
  messages_dropped_by_plugin,
  messages_refused_by_plugin,
  messages_withheld_by_plugin,
  queue_dropped_qos0,
  queue_dropped,
  qos2_duplicates,
  retained_refused,
  retained_not_kept,
  reads_put_off,
  subscriptions_refused,
  subscriptions_denied,
  publishes_denied,
  wills_denied,
  deliveries_denied,
  sessions_started,
  sessions_resumed,
  sessions_restored,
  sessions_expired,
  sessions_revoked,
  wills_published,
  payload_bytes_received,
  payload_bytes_sent,
  log_lines_suppressed,
  end_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Metric::end_)> metric_names = {
    "messages_received",
    "messages_delivered",
    "messages_resent",
    "messages_dropped_by_plugin",
    "messages_refused_by_plugin",
    "messages_withheld_by_plugin",
    "queue_dropped_qos0",
    "queue_dropped",
    "qos2_duplicates",
    "retained_refused",
    "retained_not_kept",
    "reads_put_off",
    "subscriptions_refused",
    "subscriptions_denied",
    "publishes_denied",
    "wills_denied",
    "deliveries_denied",
    "sessions_started",
    "sessions_resumed",
    "sessions_restored",
    "sessions_expired",
    "sessions_revoked",
    "wills_published",
    "payload_bytes_received",
    "payload_bytes_sent",
    "log_lines_suppressed",
};

using CoreCounters = base::Counters<Metric>;

/// While it lives, all that is delivered has a payload of this size: one addition for a whole fan-out.
class PayloadsSent {
 public:
  PayloadsSent(CoreCounters& counters, std::size_t payload)
      : counters_(counters), payload_(payload), before_(counters[Metric::messages_delivered]) {}
  PayloadsSent(const PayloadsSent&) = delete;
  PayloadsSent& operator=(const PayloadsSent&) = delete;
  ~PayloadsSent() {
    const std::uint64_t sent = counters_[Metric::messages_delivered] - before_;
    counters_.add(Metric::payload_bytes_sent, sent * payload_);
  }

 private:
  CoreCounters& counters_;
  const std::size_t payload_;
  const std::uint64_t before_;
};

}  // namespace core
