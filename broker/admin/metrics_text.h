// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "broker/admin/broker_counts.h"

namespace admin {

/// What a counter of Prometheus may do: only grow, or come and go.
enum class MetricType : std::uint8_t { counter, gauge };

/// One name in `/metrics`. Constant.
struct MetricRow {
  /// Of BrokerCounts into lines; `source` is the row's.
  using Write = void (*)(const BrokerCounts& counts, const MetricRow& row, std::string& text);

  std::string_view name;  // with its unit, as https://prometheus.io/docs/practices/naming has it
  MetricType type;
  std::string_view labels;  // their names; "": none
  std::string_view help;    // one line, without a backslash
  Write write;
  std::string_view source;  // the count it is made from, where a list of counts holds it by name
};

/// All of them, each name once; docs/metrics.md has the same.
[[nodiscard]] std::span<const MetricRow> metric_rows();

/// What Prometheus reads: its text format, version 0.0.4.
[[nodiscard]] std::string metrics_text(const BrokerCounts& counts);
inline constexpr std::string_view metrics_content_type = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace admin
