// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/metrics_text.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <utility>

#include <fmt/format.h>

namespace admin {
namespace {

using Label = std::pair<std::string_view, std::string_view>;

/// In a label's value these stand for themselves only behind a backslash.
void append_escaped(std::string_view value, std::string& text) {
  for (const char each : value) {
    if (each == '\\' || each == '"') text += '\\';
    text += each == '\n' ? "\\n" : std::string_view(&each, 1);
  }
}

template <class Number>
void add(const MetricRow& row, std::initializer_list<Label> labels, Number value, std::string& text) {
  text += row.name;
  char before = '{';
  for (const auto& [name, of] : labels) {
    text += std::exchange(before, ',');
    text += name;
    text += "=\"";
    append_escaped(of, text);
    text += '"';
  }
  if (labels.size() != 0) text += '}';
  fmt::format_to(std::back_inserter(text), " {}\n", value);
}

std::uint64_t value_of(const std::vector<base::Count>& counts, std::string_view name) {
  const auto found = std::ranges::find(counts, name, &base::Count::name);
  return found == counts.end() ? 0 : found->value;
}

template <class Value>
void add_by_worker(const BrokerCounts& counts, const MetricRow& row, Value&& value, std::string& text) {
  for (std::size_t i = 0; i < counts.workers.size(); ++i)
    add(row, {{"worker", std::to_string(i)}}, value(counts.workers[i]), text);
}

template <std::uint64_t WorkerCounts::*member>
void by_worker(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  add_by_worker(
      counts, row, [](const WorkerCounts& worker) { return worker.*member; }, text);
}

void core_by_worker(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  add_by_worker(
      counts, row, [&](const WorkerCounts& worker) { return value_of(worker.core, row.source); }, text);
}

/// Every worker has all of them.
template <std::uint64_t WorkerCounts::*member>
void of_first_worker(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  add(row, {}, counts.workers.front().*member, text);
}

template <std::vector<base::Count> BrokerCounts::*list>
void by_name(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  add(row, {}, value_of(counts.*list, row.source), text);
}

void closed_by_reason(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  for (const base::Count& reason : counts.sums(&WorkerCounts::closed))
    add(row, {{"reason", reason.name}}, reason.value, text);
}

void plugin_events(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  for (const PluginCounts& plugin : counts.plugins) {
    const std::string prefix = std::string(plugin.name) + "_";
    for (const base::Count& count : plugin.counts) {
      const std::size_t skipped = count.name.starts_with(prefix) ? prefix.size() : 0;
      add(row, {{"plugin", plugin.name}, {"event", count.name.substr(skipped)}}, count.value, text);
    }
  }
}

void accepted_by_listener(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  for (const ListenerCounts& each : counts.listeners)
    add(row, {{"listener", each.place}, {"protocol", each.protocol}}, each.accepted, text);
}

void open_by_listener(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  for (const ListenerCounts& each : counts.listeners)
    add(row, {{"listener", each.place}, {"protocol", each.protocol}}, each.open, text);
}

/// Few reasons ever happen at a listener: the others have no line.
void refused_by_listener(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  for (const ListenerCounts& each : counts.listeners) {
    for (const base::Count& reason : each.refused) {
      if (reason.value != 0)
        add(row, {{"listener", each.place}, {"reason", reason.name}}, reason.value, text);
    }
  }
}

void slow_turns(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  constexpr std::pair<std::string_view, std::uint64_t WorkerCounts::*> slow[] = {
      {"0.01", &WorkerCounts::turns_over_10ms},
      {"0.1", &WorkerCounts::turns_over_100ms},
      {"1", &WorkerCounts::turns_over_1s}};
  for (std::size_t i = 0; i < counts.workers.size(); ++i) {
    for (const auto& [over, of] : slow)
      add(row, {{"worker", std::to_string(i)}, {"over", over}}, counts.workers[i].*of, text);
  }
}

/// The types that this side may be sent, and those that it sends; what else came closed its connection.
constexpr std::string_view received_types[] = {"CONNECT", "PUBLISH",   "PUBACK",    "PUBREC",
                                               "PUBREL",  "PUBCOMP",   "SUBSCRIBE", "UNSUBSCRIBE",
                                               "PINGREQ", "DISCONNECT"};
constexpr std::string_view sent_types[] = {"CONNACK", "PUBLISH", "PUBACK",   "PUBREC",  "PUBREL",
                                           "PUBCOMP", "SUBACK",  "UNSUBACK", "PINGRESP"};

template <std::vector<base::Count> WorkerCounts::*list, const auto& types>
void by_type(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  for (std::size_t i = 0; i < counts.workers.size(); ++i) {
    for (const std::string_view type : types)
      add(row, {{"worker", std::to_string(i)}, {"type", type}}, value_of(counts.workers[i].*list, type),
          text);
  }
}

void longest_turn(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  add_by_worker(
      counts, row,
      [](const WorkerCounts& worker) { return static_cast<double>(worker.longest_turn_ms) / 1000; }, text);
}

void build_info(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  add(row, {{"version", counts.version}}, 1, text);
}

void uptime(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  add(row, {}, std::chrono::duration<double>(counts.uptime).count(), text);
}

void unkept_bytes(const BrokerCounts& counts, const MetricRow& row, std::string& text) {
  add(row, {}, counts.store_unkept_bytes, text);
}

constexpr auto counter = MetricType::counter;
constexpr auto gauge = MetricType::gauge;
constexpr auto store = by_name<&BrokerCounts::store>;
constexpr auto logins = by_name<&BrokerCounts::logins>;
using W = WorkerCounts;
constexpr auto received_by_type = by_type<&W::received_by_type, received_types>;
constexpr auto sent_by_type = by_type<&W::sent_by_type, sent_types>;

constexpr MetricRow rows[] = {
    {"meshbroker_build_info", gauge, "version", "Always 1; the label says which version runs.", build_info,
     ""},
    {"meshbroker_uptime_seconds", gauge, "", "How long the broker has been running.", uptime, ""},
    {"meshbroker_connections", gauge, "worker", "Clients connected now.", by_worker<&W::connections>, ""},
    {"meshbroker_sessions", gauge, "worker", "Sessions, with and without a connection.",
     by_worker<&W::sessions>, ""},
    {"meshbroker_subscriptions", gauge, "worker", "Subscriptions of all sessions.",
     by_worker<&W::subscriptions>, ""},
    {"meshbroker_retained_messages", gauge, "", "Retained messages.", of_first_worker<&W::retained_messages>,
     ""},
    {"meshbroker_retained_bytes", gauge, "", "Their bytes, as limits.retained_bytes counts them.",
     of_first_worker<&W::retained_bytes>, ""},
    {"meshbroker_waiting_messages", gauge, "worker", "Messages that wait for slow and absent clients.",
     by_worker<&W::waiting_messages>, ""},
    {"meshbroker_waiting_bytes", gauge, "worker", "Their bytes, as limits.queued_bytes counts them.",
     by_worker<&W::waiting_bytes>, ""},
    {"meshbroker_inflight_messages", gauge, "worker",
     "Messages sent at QoS 1 and 2 that are not acknowledged yet.", by_worker<&W::inflight_messages>, ""},
    {"meshbroker_listener_accepted_total", counter, "listener, protocol",
     "Connections that a listener has accepted.", accepted_by_listener, ""},
    {"meshbroker_listener_connections", gauge, "listener, protocol",
     "Connections of a listener now, those without a client yet among them.", open_by_listener, ""},
    {"meshbroker_listener_refused_total", counter, "listener, reason",
     "Connections of a listener that no client came of.", refused_by_listener, ""},
    {"meshbroker_loop_turns_total", counter, "worker", "Turns of the event loop.", by_worker<&W::turns>, ""},
    {"meshbroker_loop_slow_turns_total", counter, "worker, over",
     "Those that took longer than so many seconds.", slow_turns, ""},
    {"meshbroker_loop_longest_turn_seconds", gauge, "worker",
     "The longest turn of the last ten to twenty seconds.", longest_turn, ""},
    {"meshbroker_sockets_accepted_total", counter, "worker", "Connections that listeners have accepted.",
     by_worker<&W::sockets_accepted>, ""},
    {"meshbroker_connections_closed_total", counter, "reason", "Connections that ended or were refused.",
     closed_by_reason, ""},
    {"meshbroker_received_bytes_total", counter, "worker", "Bytes read from sockets, TLS and all.",
     by_worker<&W::bytes_received>, ""},
    {"meshbroker_sent_bytes_total", counter, "worker", "Bytes that sockets have taken, TLS and all.",
     by_worker<&W::bytes_sent>, ""},
    {"meshbroker_received_packets_total", counter, "worker, type", "MQTT packets received.", received_by_type,
     ""},
    {"meshbroker_sent_packets_total", counter, "worker, type", "MQTT packets sent.", sent_by_type, ""},
    {"meshbroker_messages_received_total", counter, "worker", "Messages published by clients.",
     core_by_worker, "messages_received"},
    {"meshbroker_messages_delivered_total", counter, "worker", "Messages sent, once for each receiver.",
     core_by_worker, "messages_delivered"},
    {"meshbroker_messages_resent_total", counter, "worker",
     "Messages sent again to a client that has come back.", core_by_worker, "messages_resent"},
    {"meshbroker_messages_dropped_by_plugin_total", counter, "worker",
     "Messages that a plugin has had acknowledged and not routed.", core_by_worker,
     "messages_dropped_by_plugin"},
    {"meshbroker_messages_refused_by_plugin_total", counter, "worker",
     "Messages for which a plugin had their client's connection closed.", core_by_worker,
     "messages_refused_by_plugin"},
    {"meshbroker_messages_withheld_by_plugin_total", counter, "worker",
     "Deliveries that a plugin did not want.", core_by_worker, "messages_withheld_by_plugin"},
    {"meshbroker_queue_dropped_qos0_total", counter, "worker",
     "Waiting QoS 0 messages that made room in a client's full queue.", core_by_worker, "queue_dropped_qos0"},
    {"meshbroker_queue_dropped_total", counter, "worker",
     "Messages for which a client's full queue had no room.", core_by_worker, "queue_dropped"},
    {"meshbroker_qos2_duplicates_total", counter, "worker",
     "QoS 2 messages that a client has sent again and that were known.", core_by_worker, "qos2_duplicates"},
    {"meshbroker_retained_refused_total", counter, "worker",
     "Messages that were not retained because the store of retained messages was full.", core_by_worker,
     "retained_refused"},
    {"meshbroker_retained_not_kept_total", counter, "worker",
     "Retained QoS 0 messages that were not written to disk because the disk was behind.", core_by_worker,
     "retained_not_kept"},
    {"meshbroker_reads_put_off_total", counter, "worker",
     "Times a client had more to say than fitted into the loop's turn.", core_by_worker, "reads_put_off"},
    {"meshbroker_subscriptions_refused_total", counter, "worker", "Subscriptions refused by a limit.",
     core_by_worker, "subscriptions_refused"},
    {"meshbroker_subscriptions_denied_total", counter, "worker", "Subscriptions refused by a rule.",
     core_by_worker, "subscriptions_denied"},
    {"meshbroker_publishes_denied_total", counter, "worker", "Messages not routed because of a rule.",
     core_by_worker, "publishes_denied"},
    {"meshbroker_wills_denied_total", counter, "worker", "Wills not published because of a rule.",
     core_by_worker, "wills_denied"},
    {"meshbroker_deliveries_denied_total", counter, "worker", "Deliveries not made because of a rule.",
     core_by_worker, "deliveries_denied"},
    {"meshbroker_sessions_started_total", counter, "worker", "Sessions begun.", core_by_worker,
     "sessions_started"},
    {"meshbroker_sessions_resumed_total", counter, "worker", "Sessions whose client has come back.",
     core_by_worker, "sessions_resumed"},
    {"meshbroker_sessions_restored_total", counter, "worker", "Sessions found on disk at start.",
     core_by_worker, "sessions_restored"},
    {"meshbroker_sessions_expired_total", counter, "worker",
     "Sessions whose client did not come back within limits.session_expiry.", core_by_worker,
     "sessions_expired"},
    {"meshbroker_sessions_revoked_total", counter, "worker", "Sessions whose user has been removed.",
     core_by_worker, "sessions_revoked"},
    {"meshbroker_wills_published_total", counter, "worker", "Wills published.", core_by_worker,
     "wills_published"},
    {"meshbroker_payload_received_bytes_total", counter, "worker",
     "Payloads of messages published by clients.", core_by_worker, "payload_bytes_received"},
    {"meshbroker_payload_sent_bytes_total", counter, "worker",
     "Payloads of messages sent, once for each receiver.", core_by_worker, "payload_bytes_sent"},
    {"meshbroker_log_lines_suppressed_total", counter, "worker",
     "Lines of the log that a flood of their kind has cost.", by_worker<&W::log_lines_suppressed>,
     "log_lines_suppressed"},
    {"meshbroker_store_transactions_total", counter, "", "Transactions committed to disk.", store,
     "transactions"},
    {"meshbroker_store_records_total", counter, "", "Changes written in them.", store, "records"},
    {"meshbroker_store_records_cancelled_total", counter, "",
     "Changes that were over before they had to be written.", store, "records_cancelled"},
    {"meshbroker_store_failures_total", counter, "", "Transactions that failed, and are tried again.", store,
     "failures"},
    {"meshbroker_store_waiting_bytes", gauge, "", "Changes that wait to be written.", unkept_bytes, ""},
    {"meshbroker_login_failures_total", counter, "", "Wrong names or passwords.", logins, "login_failures"},
    {"meshbroker_login_refused_total", counter, "", "Logins not looked at, after too many failures.", logins,
     "login_refused"},
    {"meshbroker_login_back_offs_total", counter, "", "Times failures have shut the door for a while.",
     logins, "login_back_offs"},
    {"meshbroker_login_bans_total", counter, "", "Times failures have led to a ban.", logins, "login_bans"},
    {"meshbroker_login_records_displaced_total", counter, "",
     "Addresses and names whose logins were forgotten to make room.", logins, "login_records_displaced"},
    {"meshbroker_passwords_verified_total", counter, "", "Passwords looked at, right or wrong.", logins,
     "passwords_verified"},
    {"meshbroker_password_queue_full_total", counter, "",
     "Logins refused because too many passwords were waiting.", logins, "password_queue_full"},
    {"meshbroker_plugin_events_total", counter, "plugin, event", "What a plugin counts, such as the mesh.",
     plugin_events, ""},
};

constexpr std::array<std::string_view, 2> type_names = {"counter", "gauge"};

}  // namespace

std::span<const MetricRow> metric_rows() { return rows; }

std::string metrics_text(const BrokerCounts& counts) {
  std::string text;
  text.reserve(16 * 1024);
  for (const MetricRow& row : rows) {
    fmt::format_to(std::back_inserter(text), "# HELP {} {}\n# TYPE {} {}\n", row.name, row.help, row.name,
                   type_names[static_cast<std::size_t>(row.type)]);
    row.write(counts, row, text);
  }
  return text;
}

}  // namespace admin
