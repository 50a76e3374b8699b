// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "broker/core/limits.h"
#include "broker/mqtt/topic.h"

namespace core {

/// Text that is short enough cannot have too many levels: the slashes of a usual topic are never counted.
inline bool is_too_deep(std::string_view topic, const Limits& limits) {
  return topic.size() >= limits.topic_levels && mqtt::level_count(topic) > limits.topic_levels;
}

/// Only the broker speaks there; clients that try are acknowledged and unheard.
inline bool is_broker_topic(std::string_view topic) {
  if (!topic.starts_with('$')) return false;  // spares most the comparison
  return topic.starts_with("$SYS") && (topic.size() == 4 || topic[4] == '/');
}

}  // namespace core
