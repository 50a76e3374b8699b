// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/metrics_text.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

using admin::BrokerCounts;
using admin::WorkerCounts;

namespace {

BrokerCounts some_counts() {
  core::CoreCounters core(core::metric_names);
  core::CloseCounters closed(core::close_reason_names);
  core.add(core::Metric::messages_received, 3);
  closed.add(core::CloseReason::too_slow);
  WorkerCounts worker{.core = core.read(), .closed = closed.read(), .bytes_sent = 10};
  worker.turns = {5, 2, 1, 0};
  worker.turns_lasted = std::chrono::milliseconds{1500};
  BrokerCounts counts;
  counts.version = "1.2.3";
  counts.uptime = std::chrono::milliseconds{2500};
  counts.workers = {worker, worker};
  counts.listeners = {{"[::]:1883", "mqtt", 4}};
  counts.plugins = {{"mesh", {{"mesh_things", 7}}}};
  return counts;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool has_line(const std::string& text, const std::string& line) {
  const std::vector<std::string> lines = lines_of(text);
  return std::ranges::find(lines, line) != lines.end();
}

/// `name{label="value",...} number`; what a label holds has no quotes here.
bool is_sample(std::string_view line, std::string_view family) {
  const std::size_t space = line.rfind(' ');
  if (space == std::string_view::npos || !line.starts_with(family)) return false;
  const std::string_view number = line.substr(space + 1);
  if (number.empty() || number.find_first_not_of("0123456789.e+-") != std::string_view::npos) return false;
  const std::string_view labels = line.substr(0, space).substr(std::min(line.find('{'), space));
  if (labels.empty()) return true;
  return labels.ends_with("\"}") && std::ranges::count(labels, '"') == 2 * std::ranges::count(labels, '=');
}

}  // namespace

TEST_CASE("metrics are written as Prometheus reads them") {
  std::set<std::string> families, samples;
  std::string family;
  for (const std::string& line : lines_of(metrics_text(some_counts()))) {
    CAPTURE(line);
    if (line.starts_with("# HELP ")) {
      family = line.substr(7, line.find(' ', 7) - 7);
      CHECK(families.insert(family).second);  // each once
    } else if (line.starts_with('#')) {
      CHECK(line.starts_with("# TYPE " + family + " "));
    } else {
      CHECK(is_sample(line, family));
      CHECK(samples.insert(line.substr(0, line.rfind(' '))).second);  // none twice
    }
  }
  CHECK(families.size() == admin::metric_rows().size() + 1);
}

TEST_CASE("a metric has a sample for each worker, reason or listener") {
  const std::string text = metrics_text(some_counts());
  CHECK(has_line(text, "meshbroker_messages_received_total{worker=\"1\"} 3"));
  CHECK(has_line(text, "meshbroker_connections_closed_total{reason=\"too_slow\"} 2"));
  CHECK(has_line(text, "meshbroker_listener_connections{listener=\"[::]:1883\",protocol=\"mqtt\"} 4"));
  CHECK(has_line(text, "meshbroker_uptime_seconds 2.5"));
  CHECK(has_line(text, "meshbroker_mesh_things_total 7"));
  CHECK(text.find("meshbroker_store_unkept_bytes ") == text.find("meshbroker_store_unkept_bytes What"));
}

TEST_CASE("turns are a histogram, each bucket with all shorter ones") {
  const std::string text = metrics_text(some_counts());
  CHECK(has_line(text, "meshbroker_loop_turn_seconds_bucket{worker=\"0\",le=\"0.01\"} 5"));
  CHECK(has_line(text, "meshbroker_loop_turn_seconds_bucket{worker=\"0\",le=\"1\"} 8"));
  CHECK(has_line(text, "meshbroker_loop_turn_seconds_bucket{worker=\"0\",le=\"+Inf\"} 8"));
  CHECK(has_line(text, "meshbroker_loop_turn_seconds_sum{worker=\"0\"} 1.5"));
  CHECK(has_line(text, "meshbroker_loop_turn_seconds_count{worker=\"0\"} 8"));
}

TEST_CASE("what a label holds is escaped") {
  BrokerCounts counts = some_counts();
  counts.listeners = {{"unix:/a\"b\\c\nd", "http", 1}};
  CHECK(metrics_text(counts).find(R"(listener="unix:/a\"b\\c\nd")") != std::string::npos);
}

TEST_CASE("docs/metrics.md says of each metric what it is") {
  std::ifstream file(METRICS_PAGE);
  std::stringstream page;
  page << file.rdbuf();
  for (const admin::MetricRow& row : admin::metric_rows()) {
    CAPTURE(row.name);
    const std::string line =
        "| `" + std::string(row.name) + "` | " + std::string(row.type) + " | " + std::string(row.help) + " |";
    CHECK(page.str().find(line) != std::string::npos);
  }
}
