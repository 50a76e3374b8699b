// SPDX-License-Identifier: Apache-2.0
// The counts of the broker for Prometheus: text exposition format 0.0.4. What each metric means stands in
// docs/metrics.md, which a test compares with the table here. Pure.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "broker/admin/broker_counts.h"

namespace admin {

inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

/// One metric of the table; those that plugins count come behind, each as meshbroker_NAME_total.
struct MetricRow {
  std::string_view name;
  std::string_view type;  // "counter", "gauge" or "histogram"
  std::string_view help;
};
[[nodiscard]] std::span<const MetricRow> metric_rows();

[[nodiscard]] std::string metrics_text(const BrokerCounts& counts);

}  // namespace admin
