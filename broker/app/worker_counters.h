// SPDX-License-Identifier: Apache-2.0
// What a worker counts beside its core, its loop and the reasons why connections end. The worker writes, any
// thread reads.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "broker/base/counters.h"
#include "broker/mqtt/types.h"

namespace app {

enum class Passage : std::uint8_t { sockets_accepted, end_ };

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Passage::end_)> passage_names = {
    "sockets_accepted",
};

using PassageCounters = base::Counters<Passage>;

/// A packet's type by its number, mqtt::PacketType.
enum class PacketNumber : std::uint8_t { end_ = 16 };

/// MQTT packets of accepted clients, their CONNECT among them. Those PUBLISH that are sent the core counts.
class PacketCounters {
 public:
  void received(mqtt::PacketType type) { received_.add(static_cast<PacketNumber>(type)); }
  void sent(mqtt::PacketType type) { sent_.add(static_cast<PacketNumber>(type)); }

  /// By number.
  std::vector<base::Count> received() const { return received_.read(); }
  std::vector<base::Count> sent() const { return sent_.read(); }

 private:
  base::Counters<PacketNumber> received_{mqtt::packet_type_names};
  base::Counters<PacketNumber> sent_{mqtt::packet_type_names};
};

/// How much of what comes and goes there was at the end of the worker's last turn. Bytes as limits count
/// them.
enum class Level : std::uint8_t {
  connections,
  sessions,
  subscriptions,
  retained_messages,
  retained_bytes,
  waiting_messages,
  waiting_bytes,
  inflight_messages,
  end_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(Level::end_)> level_names = {
    "connections",    "sessions",         "subscriptions", "retained_messages",
    "retained_bytes", "waiting_messages", "waiting_bytes", "inflight_messages",
};

using Levels = base::Counters<Level>;

}  // namespace app
