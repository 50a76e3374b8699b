// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/counters.h"
#include "broker/base/time.h"
#include "broker/core/close_reason.h"
#include "broker/core/core_counters.h"

namespace admin {

/// One worker's numbers. Counts are since the start; bytes are those of the sockets.
struct WorkerCounts {
  std::vector<base::Count> core;    // by core::Metric
  std::vector<base::Count> closed;  // by core::CloseReason
  std::uint64_t bytes_received = 0;
  std::uint64_t bytes_sent = 0;
  std::uint64_t packets_received = 0;  // MQTT packets of any kind
  std::uint64_t packets_sent = 0;
  std::vector<base::Count> received_by_type = {};  // the same, with the names of their types
  std::vector<base::Count> sent_by_type = {};
  std::uint64_t sockets_accepted = 0;
  // As many as there were at the end of its last turn:
  std::uint64_t connections = 0;  // with a session
  std::uint64_t sessions = 0;     // with and without a connection
  std::uint64_t subscriptions = 0;
  std::uint64_t retained_messages = 0;  // every worker has all of them
  std::uint64_t retained_bytes = 0;     // as limits.retained_bytes counts them
  std::uint64_t waiting_messages = 0;   // for slow and absent clients
  std::uint64_t waiting_bytes = 0;      // as limits.queued_bytes counts them
  std::uint64_t inflight_messages = 0;  // sent at QoS 1 and 2, not acknowledged yet
  std::uint64_t log_lines_suppressed = 0;
  // Of its loop, see net::Turns:
  std::uint64_t turns = 0;
  std::uint64_t turns_over_10ms = 0;
  std::uint64_t turns_over_100ms = 0;
  std::uint64_t turns_over_1s = 0;
  std::uint64_t longest_turn_ms = 0;  // lately
};

/// Who came to one listener of the configuration.
struct ListenerCounts {
  std::string place;  // "127.0.0.1:1883", "unix:/path"
  std::string_view protocol;
  std::uint64_t accepted = 0;
  std::uint64_t open = 0;            // now
  std::vector<base::Count> refused;  // by core::CloseReason
};

/// What a plugin counts.
struct PluginCounts {
  std::string_view name;
  std::vector<base::Count> counts;
};

/// The numbers of the whole broker, each as of a moment ago; not all of the same one. A value: whoever has it
/// may read it anywhere. Names are literals or the plugins'.
struct BrokerCounts {
  std::string_view version;
  base::Duration uptime{};
  std::vector<WorkerCounts> workers;  // never empty
  bool has_store = false;
  std::vector<base::Count> store;        // empty without one
  std::uint64_t store_unkept_bytes = 0;  // what waits to be committed
  std::vector<base::Count> logins;
  std::vector<ListenerCounts> listeners;
  std::vector<PluginCounts> plugins;

  /// Over all workers.
  std::uint64_t sum(std::uint64_t WorkerCounts::*of) const;
  std::uint64_t sum(core::Metric metric) const;
  std::uint64_t sum(core::CloseReason reason) const;
  /// The same, all of a kind with their names.
  std::vector<base::Count> sums(std::vector<base::Count> WorkerCounts::*of) const;
};

}  // namespace admin
