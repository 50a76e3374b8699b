// SPDX-License-Identifier: Apache-2.0
// What a worker counts beside its core, its loop and the reasons why connections end. The worker writes, any
// thread reads.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "broker/base/counters.h"

namespace app {

/// MQTT packets of accepted clients, their CONNECT among them, and sockets as they were accepted. Answers are
/// the packets sent that are no PUBLISH: those the core counts.
enum class Passage : std::uint8_t { packets_received, answers_sent, sockets_accepted, end_ };

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Passage::end_)> passage_names = {
    "packets_received",
    "answers_sent",
    "sockets_accepted",
};

using PassageCounters = base::Counters<Passage>;

/// How much of what comes and goes there was at the end of the worker's last turn. Bytes as limits count
/// them.
enum class Level : std::uint8_t {
  connections,
  sessions,
  subscriptions,
  retained_messages,
  retained_bytes,
  waiting_messages,
  end_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Level::end_)> level_names = {
    "connections", "sessions", "subscriptions", "retained_messages", "retained_bytes", "waiting_messages",
};

using Levels = base::Counters<Level>;

}  // namespace app
