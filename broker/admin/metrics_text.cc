// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/metrics_text.h"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace admin {
namespace {

using Labels = std::string;  // `{name="value"}`, or nothing

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out.push_back('\\');
    if (c == '\n') {
      out.append("\\n");
    } else {
      out.push_back(c);
    }
  }
  return out;
}

Labels label(std::string_view name, std::string_view value) {
  return fmt::format("{{{}=\"{}\"}}", name, escaped(value));
}

/// One family as it grows: its two lines of comment, then its samples.
class Family {
 public:
  Family(std::string& out, const MetricRow& row) : out_(out), name_(row.name) {
    fmt::format_to(std::back_inserter(out_), "# HELP {0} {1}\n# TYPE {0} {2}\n", row.name, row.help,
                   row.type);
  }
  template <class Value>
  void sample(const Labels& labels, Value value, std::string_view suffix = "") {
    fmt::format_to(std::back_inserter(out_), "{}{}{} {}\n", name_, suffix, labels, value);
  }

 private:
  std::string& out_;
  std::string_view name_;
};

void of_workers(Family& family, const BrokerCounts& counts, std::uint64_t WorkerCounts::*of) {
  for (std::size_t i = 0; i < counts.workers.size(); ++i)
    family.sample(label("worker", std::to_string(i)), counts.workers[i].*of);
}
template <std::uint64_t WorkerCounts::*of>
void each_worker(Family& family, const BrokerCounts& counts) {
  of_workers(family, counts, of);
}

template <core::Metric metric>
void core_metric(Family& family, const BrokerCounts& counts) {
  for (std::size_t i = 0; i < counts.workers.size(); ++i)
    family.sample(label("worker", std::to_string(i)),
                  counts.workers[i].core[static_cast<std::size_t>(metric)].value);
}

template <std::vector<base::Count> BrokerCounts::*of, std::size_t index>
void counted(Family& family, const BrokerCounts& counts) {
  if (index < (counts.*of).size()) family.sample({}, (counts.*of)[index].value);
}

void build_info(Family& family, const BrokerCounts& counts) {
  family.sample(label("version", counts.version), 1);
}

void uptime(Family& family, const BrokerCounts& counts) {
  family.sample({}, std::chrono::duration<double>(counts.uptime).count());
}

void closed(Family& family, const BrokerCounts& counts) {
  for (const base::Count& reason : counts.sums(&WorkerCounts::closed))
    family.sample(label("reason", reason.name), reason.value);
}

void of_listeners(Family& family, const BrokerCounts& counts) {
  for (const ListenerCounts& listener : counts.listeners)
    family.sample(
        fmt::format("{{listener=\"{}\",protocol=\"{}\"}}", escaped(listener.address), listener.protocol),
        listener.connections);
}

/// The same in every worker.
template <std::uint64_t WorkerCounts::*of>
void retained(Family& family, const BrokerCounts& counts) {
  family.sample({}, counts.workers.front().*of);
}

void store_unkept(Family& family, const BrokerCounts& counts) {
  if (counts.has_store) family.sample({}, counts.store_unkept_bytes);
}

/// What is counted by the longest that a turn took becomes Prometheus' "at most".
void turns(Family& family, const BrokerCounts& counts) {
  constexpr std::array<std::string_view, 4> bounds = {"0.01", "0.1", "1", "+Inf"};
  for (std::size_t i = 0; i < counts.workers.size(); ++i) {
    const WorkerCounts& worker = counts.workers[i];
    std::uint64_t so_far = 0;
    for (std::size_t bucket = 0; bucket < bounds.size(); ++bucket) {
      so_far += worker.turns[bucket];
      family.sample(fmt::format("{{worker=\"{}\",le=\"{}\"}}", i, bounds[bucket]), so_far, "_bucket");
    }
    const Labels labels = label("worker", std::to_string(i));
    family.sample(labels, std::chrono::duration<double>(worker.turns_lasted).count(), "_sum");
    family.sample(labels, so_far, "_count");
  }
}

struct Row {
  MetricRow row;
  void (*write)(Family&, const BrokerCounts&);
};

template <core::Metric metric>
constexpr Row of_core(std::string_view name, std::string_view help) {
  return {{name, "counter", help}, core_metric<metric>};
}
template <std::uint64_t WorkerCounts::*of>
constexpr Row count_of(std::string_view name, std::string_view help) {
  return {{name, "counter", help}, each_worker<of>};
}
template <std::uint64_t WorkerCounts::*of>
constexpr Row level_of(std::string_view name, std::string_view help) {
  return {{name, "gauge", help}, each_worker<of>};
}
template <std::vector<base::Count> BrokerCounts::*of, auto metric>
constexpr Row broker_count(std::string_view name, std::string_view help) {
  return {{name, "counter", help}, counted<of, static_cast<std::size_t>(metric)>};
}

using enum core::Metric;

constexpr Row rows[] = {
    {{"meshbroker_build_info", "gauge", "1; the version is its label"}, build_info},
    {{"meshbroker_uptime_seconds", "gauge", "Since the broker was opened"}, uptime},
    {{"meshbroker_listener_connections", "gauge", "Open connections of a listener, greetings among them"},
     of_listeners},
    level_of<&WorkerCounts::connections>("meshbroker_connections", "Clients that are connected"),
    level_of<&WorkerCounts::sessions>("meshbroker_sessions",
                                      "Sessions, of connected clients and of absent ones"),
    level_of<&WorkerCounts::subscriptions>("meshbroker_subscriptions", "Subscriptions of all sessions"),
    {{"meshbroker_retained_messages", "gauge", "Retained messages"},
     retained<&WorkerCounts::retained_messages>},
    {{"meshbroker_retained_bytes", "gauge",
      "Their topics and payloads, as limits.retained_bytes counts them"},
     retained<&WorkerCounts::retained_bytes>},
    count_of<&WorkerCounts::sockets_accepted>("meshbroker_sockets_accepted_total", "Sockets accepted"),
    {{"meshbroker_connections_closed_total", "counter", "Connections that ended, by why"}, closed},
    count_of<&WorkerCounts::bytes_received>("meshbroker_received_bytes_total", "Bytes that sockets gave"),
    count_of<&WorkerCounts::bytes_sent>("meshbroker_sent_bytes_total", "Bytes that sockets took"),
    count_of<&WorkerCounts::packets_received>("meshbroker_packets_received_total",
                                              "MQTT packets of any kind"),
    count_of<&WorkerCounts::packets_sent>("meshbroker_packets_sent_total", "MQTT packets of any kind"),
    of_core<messages_received>("meshbroker_messages_received_total", "PUBLISH packets taken"),
    of_core<messages_delivered>("meshbroker_messages_delivered_total",
                                "PUBLISH packets sent for the first time"),
    of_core<messages_resent>("meshbroker_messages_resent_total",
                             "PUBLISH packets sent again to who came back"),
    of_core<messages_dropped_by_plugin>("meshbroker_messages_dropped_by_plugin_total",
                                        "Messages acknowledged and passed to nobody, by a plugin's verdict"),
    of_core<messages_refused_by_plugin>("meshbroker_messages_refused_by_plugin_total",
                                        "Messages whose publisher was disconnected, by a plugin's verdict"),
    of_core<messages_withheld_by_plugin>("meshbroker_messages_withheld_by_plugin_total",
                                         "Deliveries to one receiver that a plugin did not allow"),
    of_core<queue_dropped_qos0>("meshbroker_queue_dropped_qos0_total",
                                "Waiting QoS 0 messages that made room for later ones"),
    of_core<queue_dropped>("meshbroker_queue_dropped_total", "Messages that found a client's queue full"),
    of_core<qos2_duplicates>("meshbroker_qos2_duplicates_total",
                             "QoS 2 messages sent again before their PUBREL"),
    of_core<retained_refused>("meshbroker_retained_refused_total",
                              "Retained messages beyond limits.retained_messages or retained_bytes"),
    of_core<retained_not_kept>("meshbroker_retained_not_kept_total",
                               "Retained QoS 0 messages not written because the store was behind"),
    of_core<reads_put_off>("meshbroker_reads_put_off_total", "Reads that waited for the next turn"),
    of_core<subscriptions_refused>("meshbroker_subscriptions_refused_total", "Filters beyond a limit"),
    of_core<subscriptions_denied>("meshbroker_subscriptions_denied_total", "Filters that rules do not allow"),
    of_core<publishes_denied>("meshbroker_publishes_denied_total", "Messages that rules do not allow"),
    of_core<wills_denied>("meshbroker_wills_denied_total", "Wills that rules do not allow"),
    of_core<deliveries_denied>("meshbroker_deliveries_denied_total", "Deliveries that rules do not allow"),
    of_core<sessions_started>("meshbroker_sessions_started_total", "Sessions begun"),
    of_core<sessions_resumed>("meshbroker_sessions_resumed_total", "Sessions whose client came back"),
    of_core<sessions_restored>("meshbroker_sessions_restored_total", "Sessions found at start"),
    of_core<sessions_expired>("meshbroker_sessions_expired_total", "Sessions past limits.session_expiry"),
    of_core<sessions_revoked>("meshbroker_sessions_revoked_total", "Sessions of users that were removed"),
    of_core<wills_published>("meshbroker_wills_published_total", "Wills published"),
    broker_count<&BrokerCounts::store, 0>("meshbroker_store_transactions_total", "Transactions committed"),
    broker_count<&BrokerCounts::store, 1>("meshbroker_store_records_total", "Records written"),
    broker_count<&BrokerCounts::store, 2>("meshbroker_store_records_cancelled_total",
                                          "Records that were outdated before they were written"),
    broker_count<&BrokerCounts::store, 3>("meshbroker_store_failures_total", "Transactions that failed"),
    {{"meshbroker_store_unkept_bytes", "gauge", "What waits to be committed"}, store_unkept},
    broker_count<&BrokerCounts::logins, 0>("meshbroker_login_failures_total", "Wrong names or passwords"),
    broker_count<&BrokerCounts::logins, 1>("meshbroker_login_refused_total", "Logins before a shut door"),
    broker_count<&BrokerCounts::logins, 2>("meshbroker_login_back_offs_total",
                                           "Doors shut for a short while"),
    broker_count<&BrokerCounts::logins, 3>("meshbroker_login_bans_total", "Bans"),
    broker_count<&BrokerCounts::logins, 4>("meshbroker_passwords_verified_total", "Passwords looked at"),
    broker_count<&BrokerCounts::logins, 5>("meshbroker_password_queue_full_total",
                                           "Logins that found too many waiting"),
    {{"meshbroker_loop_turn_seconds", "histogram", "From a worker's waking to its next wait"}, turns},
};

constexpr auto public_rows = [] {
  std::array<MetricRow, std::size(rows)> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = rows[i].row;
  return all;
}();

}  // namespace

std::span<const MetricRow> metric_rows() { return public_rows; }

std::string metrics_text(const BrokerCounts& counts) {
  std::string out;
  for (const Row& each : rows) {
    Family family(out, each.row);
    each.write(family, counts);
  }
  for (const PluginCounts& plugin : counts.plugins) {
    for (const base::Count& count : plugin.counts) {
      const std::string name = fmt::format("meshbroker_{}_total", count.name);
      Family(out, {name, "counter", count.name}).sample({}, count.value);
    }
  }
  return out;
}

}  // namespace admin
