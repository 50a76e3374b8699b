// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "broker/admin/broker_counts.h"
#include "broker/base/time.h"

namespace admin {

/// What the broker says about itself below `$SYS/broker/`, under mosquitto's names and in its forms, so that
/// what people have made for mosquitto goes on working. docs/sys_topics.md lists them. A value of one thread;
/// time is the counts' uptime.
class SysTopics {
 public:
  struct Change {
    std::string topic;
    std::string payload;
  };
  /// Whose value is another than after the last update; the first time all.
  [[nodiscard]] std::vector<Change> update(const BrokerCounts& counts);
  /// All topics that there are.
  [[nodiscard]] static std::vector<std::string> names();

 private:
  /// Moving averages of how much a count grows in a minute, over 1, 5 and 15 minutes.
  struct Load {
    std::uint64_t count = 0;  // at the last update
    std::array<double, 3> averages{};
  };
  void say(std::size_t place, std::string payload, std::vector<Change>& changes);
  void move_loads(const BrokerCounts& counts);

  const std::vector<std::string> names_ = names();
  std::vector<std::string> said_;  // by their places; empty: nothing yet
  std::vector<Load> loads_;
  base::Duration updated_at_{};
  std::uint64_t most_clients_ = 0;
};

}  // namespace admin
