// SPDX-License-Identifier: Apache-2.0
#include "broker/admin/sys_topics.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace admin {
namespace {

using Counts = BrokerCounts;
using core::Metric;
using W = WorkerCounts;

struct CountRow {
  std::string_view name;
  std::uint64_t (*value)(const Counts& counts);
};

template <std::uint64_t W::*member>
std::uint64_t all(const Counts& counts) {
  return counts.sum(member);
}

template <std::uint64_t W::*member>
std::uint64_t first(const Counts& counts) {
  return counts.workers.front().*member;
}

template <Metric... metrics>
std::uint64_t counted(const Counts& counts) {
  return (counts.sum(metrics) + ...);
}

/// The two numbers may be of different moments.
std::uint64_t disconnected(const Counts& counts) {
  const std::uint64_t sessions = counts.sum(&W::sessions);
  return sessions - std::min(sessions, counts.sum(&W::connections));
}

std::uint64_t stored(const Counts& counts) {
  return counts.workers.front().retained_messages + counts.sum(&W::waiting_messages);
}

std::uint64_t none(const Counts&) { return 0; }

constexpr auto dropped = counted<Metric::queue_dropped, Metric::queue_dropped_qos0>;
constexpr auto sent = counted<Metric::messages_delivered, Metric::messages_resent>;
constexpr auto accepted = counted<Metric::sessions_started, Metric::sessions_resumed>;

constexpr CountRow count_rows[] = {
    {"bytes/received", all<&W::bytes_received>},
    {"bytes/sent", all<&W::bytes_sent>},
    {"clients/active", all<&W::connections>},
    {"clients/connected", all<&W::connections>},
    {"clients/disconnected", disconnected},
    {"clients/inactive", disconnected},
    {"clients/expired", counted<Metric::sessions_expired>},
    {"clients/total", all<&W::sessions>},
    {"messages/received", all<&W::packets_received>},
    {"messages/sent", all<&W::packets_sent>},
    {"messages/stored", stored},
    {"publish/bytes/received", counted<Metric::payload_bytes_received>},
    {"publish/bytes/sent", counted<Metric::payload_bytes_sent>},
    {"publish/messages/dropped", dropped},
    {"publish/messages/received", counted<Metric::messages_received>},
    {"publish/messages/sent", sent},
    {"retained messages/count", first<&W::retained_messages>},
    {"shared_subscriptions/count", none},
    {"store/messages/bytes", first<&W::retained_bytes>},
    {"store/messages/count", stored},
    {"subscriptions/count", all<&W::subscriptions>},
};

constexpr CountRow load_rows[] = {
    {"messages/received", all<&W::packets_received>},
    {"messages/sent", all<&W::packets_sent>},
    {"publish/dropped", dropped},
    {"publish/received", counted<Metric::messages_received>},
    {"publish/sent", sent},
    {"bytes/received", all<&W::bytes_received>},
    {"bytes/sent", all<&W::bytes_sent>},
    {"sockets", all<&W::sockets_accepted>},
    {"connections", accepted},
};

/// What is no plain number, in front of those.
constexpr std::array<std::string_view, 3> other_names = {"version", "uptime", "clients/maximum"};

struct Period {
  std::string_view name;
  double minutes;
};
constexpr std::array<Period, 3> periods = {{{"1min", 1}, {"5min", 5}, {"15min", 15}}};

constexpr std::string_view root = "$SYS/broker/";

}  // namespace

std::vector<std::string> SysTopics::names() {
  std::vector<std::string> names;
  names.reserve(std::size(other_names) + std::size(count_rows) + std::size(load_rows) * std::size(periods));
  for (const std::string_view name : other_names) names.push_back(fmt::format("{}{}", root, name));
  for (const CountRow& row : count_rows) names.push_back(fmt::format("{}{}", root, row.name));
  for (const CountRow& row : load_rows) {
    for (const Period& period : periods)
      names.push_back(fmt::format("{}load/{}/{}", root, row.name, period.name));
  }
  return names;
}

std::vector<SysTopics::Change> SysTopics::update(const BrokerCounts& counts) {
  std::vector<Change> changes;
  said_.resize(names_.size());
  most_clients_ = std::max(most_clients_, counts.sum(&W::sessions));
  move_loads(counts);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(counts.uptime);
  std::size_t place = 0;
  say(place++, fmt::format("meshbroker version {}", counts.version), changes);
  say(place++, fmt::format("{} seconds", seconds.count()), changes);
  say(place++, std::to_string(most_clients_), changes);
  for (const CountRow& row : count_rows) say(place++, std::to_string(row.value(counts)), changes);
  for (const Load& load : loads_) {
    for (const double average : load.averages) say(place++, fmt::format("{:.2f}", average), changes);
  }
  return changes;
}

void SysTopics::say(std::size_t place, std::string payload, std::vector<Change>& changes) {
  if (said_[place] == payload) return;
  said_[place] = payload;
  changes.push_back({names_[place], std::move(payload)});
}

/// What the last interval would be in a minute counts the more the longer it was.
void SysTopics::move_loads(const BrokerCounts& counts) {
  loads_.resize(std::size(load_rows));
  using Minutes = std::chrono::duration<double, std::ratio<60>>;
  const double minutes = Minutes(counts.uptime - std::exchange(updated_at_, counts.uptime)).count();
  if (minutes <= 0) return;
  for (std::size_t i = 0; i < loads_.size(); ++i) {
    const std::uint64_t now = load_rows[i].value(counts);
    const double rate = static_cast<double>(now - std::exchange(loads_[i].count, now)) / minutes;
    for (std::size_t p = 0; p < periods.size(); ++p) {
      double& average = loads_[i].averages[p];
      average = rate + std::exp(-minutes / periods[p].minutes) * (average - rate);
    }
  }
}

}  // namespace admin
