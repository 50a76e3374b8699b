// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/metrics_text.h"

#include <fstream>
#include <set>
#include <sstream>

#include <catch2/catch.hpp>

using admin::BrokerCounts;
using admin::MetricRow;
using admin::WorkerCounts;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

BrokerCounts two_workers() {
  core::CoreCounters core(core::metric_names);
  core::CloseCounters closed(core::close_reason_names);
  core.add(core::Metric::messages_received, 3);
  closed.add(core::CloseReason::too_slow);
  BrokerCounts counts;
  counts.version = "1.2";
  counts.uptime = std::chrono::milliseconds(1500);
  counts.workers = {{.core = core.read(), .closed = closed.read(), .bytes_sent = 10},
                    {.core = core.read(), .closed = closed.read(), .bytes_sent = 20}};
  closed.add(core::CloseReason::tls_error);
  counts.listeners = {{"unix:/a\"b", "mqtt", 6, 2, closed.read()}, {"127.0.0.1:1", "websocket", 7, 3, {}}};
  counts.workers[1].longest_turn_ms = 250;
  counts.workers[1].turns_over_100ms = 1;
  counts.workers[1].received_by_type = {{"CONNECT", 8}, {"PUBLISH", 9}};
  counts.workers[1].sent_by_type = {{"PUBLISH", 11}};
  counts.workers[1].inflight_messages = 12;
  counts.plugins = {{"mesh", {{"mesh_no_key", 4}, {"other", 5}}}};
  return counts;
}

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == text.npos;
}

/// Takes `name="value"`, with what is escaped in it, off the beginning of `text`.
bool take_label(std::string_view& text) {
  const std::size_t equals = text.find("=\"");
  if (equals == text.npos || !is_name(text.substr(0, equals))) return false;
  for (std::size_t i = equals + 2; i < text.size(); ++i) {
    if (text[i] == '"') {
      text.remove_prefix(i + 1);
      return true;
    }
    if (text[i] == '\\' && (++i == text.size() || std::string_view("\\\"n").find(text[i]) == text.npos))
      return false;
  }
  return false;
}

/// `{…} value` or ` value`.
bool is_sample_of_a_name(std::string_view rest) {
  if (rest.starts_with('{')) {
    do {
      rest.remove_prefix(1);
      if (!take_label(rest)) return false;
    } while (rest.starts_with(','));
    if (!rest.starts_with('}')) return false;
    rest.remove_prefix(1);
  }
  return rest.size() > 1 && rest.front() == ' ' && rest.find_first_not_of("0123456789.e+-", 1) == rest.npos;
}

/// What the text format asks of a document: the line that breaks it; empty: none does.
std::string fault_of(const std::string& text) {
  std::set<std::string> seen;
  std::string current;
  if (text.empty() || text.back() != '\n') return "the last line does not end";
  for (const std::string& line : lines_of(text)) {
    const std::string_view all = line;
    if (all.starts_with("# HELP ")) {
      current = line.substr(7, line.find(' ', 7) - 7);
      if (!is_name(current) || !seen.insert(current).second || line.find('\\') != line.npos) return line;
    } else if (all.starts_with("#")) {
      if (line != "# TYPE " + current + " counter" && line != "# TYPE " + current + " gauge") return line;
    } else if (!all.starts_with(current) || !is_sample_of_a_name(all.substr(current.size())) ||
               !seen.insert("sample " + line.substr(0, line.rfind(' '))).second) {
      return line;
    }
  }
  return {};
}

}  // namespace

TEST_CASE("the metrics are a document of Prometheus's text format") {
  CHECK(fault_of(metrics_text(two_workers())) == "");
  CHECK(fault_of("# HELP a b\n# TYPE a counter\na 1\na 2\n") == "a 2");
  CHECK(fault_of("# HELP a b\n# TYPE a counter\nb 1\n") == "b 1");
  CHECK(fault_of("# HELP a b\n# TYPE a counter\na{x=\"\"\"} 1\n") != "");
}

TEST_CASE("a metric has one line for each worker, reason or event") {
  const std::string text = metrics_text(two_workers());
  CHECK(has_line(text, "meshbroker_build_info{version=\"1.2\"} 1"));
  CHECK(has_line(text, "meshbroker_uptime_seconds 1.5"));
  CHECK(has_line(text, "meshbroker_sent_bytes_total{worker=\"0\"} 10"));
  CHECK(has_line(text, "meshbroker_sent_bytes_total{worker=\"1\"} 20"));
  CHECK(has_line(text, "meshbroker_messages_received_total{worker=\"1\"} 3"));
  CHECK(has_line(text, "meshbroker_connections_closed_total{reason=\"too_slow\"} 2"));
  CHECK(has_line(text, "meshbroker_plugin_events_total{plugin=\"mesh\",event=\"no_key\"} 4"));
  CHECK(has_line(text, "meshbroker_plugin_events_total{plugin=\"mesh\",event=\"other\"} 5"));
  CHECK(has_line(text, "meshbroker_store_failures_total 0"));
  CHECK(has_line(text, R"(meshbroker_listener_accepted_total{listener="unix:/a\"b",protocol="mqtt"} 6)"));
  CHECK(has_line(text, R"(meshbroker_listener_connections{listener="127.0.0.1:1",protocol="websocket"} 3)"));
  CHECK(has_line(text, R"(meshbroker_listener_refused_total{listener="unix:/a\"b",reason="tls_error"} 1)"));
  CHECK(text.find("listener=\"127.0.0.1:1\",reason") == text.npos);
  CHECK(has_line(text, R"(meshbroker_loop_slow_turns_total{worker="1",over="0.1"} 1)"));
  CHECK(has_line(text, R"(meshbroker_received_packets_total{worker="1",type="PUBLISH"} 9)"));
  CHECK(has_line(text, R"(meshbroker_received_packets_total{worker="0",type="PUBLISH"} 0)"));
  CHECK(has_line(text, R"(meshbroker_sent_packets_total{worker="1",type="PUBLISH"} 11)"));
  CHECK(text.find(R"(sent_packets_total{worker="1",type="CONNECT"})") == text.npos);
  CHECK(has_line(text, R"(meshbroker_inflight_messages{worker="1"} 12)"));
  CHECK(has_line(text, R"(meshbroker_loop_longest_turn_seconds{worker="1"} 0.25)"));
}

TEST_CASE("what would end a label's value is escaped") {
  BrokerCounts counts = two_workers();
  counts.version = "a\"b\\c\nd";
  const std::string text = metrics_text(counts);
  CHECK(has_line(text, R"(meshbroker_build_info{version="a\"b\\c\nd"} 1)"));
  CHECK(fault_of(text) == "");
}

TEST_CASE("everything that the core counts is a metric") {
  std::multiset<std::string_view> sources;
  for (const MetricRow& row : admin::metric_rows()) sources.insert(row.source);
  for (const std::string_view name : core::metric_names) {
    INFO(name);
    CHECK(sources.count(name) == 1);
  }
}

TEST_CASE("a counter's name says that it is one") {
  for (const MetricRow& row : admin::metric_rows()) {
    INFO(row.name);
    CHECK(row.name.starts_with("meshbroker_"));
    CHECK(row.name.ends_with("_total") == (row.type == admin::MetricType::counter));
  }
}

TEST_CASE("docs/metrics.md lists every metric as the program knows it") {
  std::ifstream file(METRICS_PAGE);
  std::vector<std::string> documented;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("| `meshbroker_")) documented.push_back(line);
  }
  std::vector<std::string> known;
  for (const MetricRow& row : admin::metric_rows()) {
    const std::string type = row.type == admin::MetricType::counter ? "counter" : "gauge";
    known.push_back("| `" + std::string(row.name) + "` | " + type + " | " + std::string(row.labels) + " | " +
                    std::string(row.help) + " |");
  }
  CHECK(documented == known);
}
