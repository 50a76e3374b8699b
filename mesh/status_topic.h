// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "broker/plugin/plugin.h"

namespace mesh {

/// `TOPIC/status`, retained: "online" from the first tick on, "offline" after a graceful stop. Owned by the
/// plugin; the first worker's thread.
class StatusTopic {
 public:
  explicit StatusTopic(std::string_view topic) : topic_(std::string(topic) + "/status") {}

  void on_tick(plugin::Host& host) {
    if (is_online_) return;
    is_online_ = true;
    publish("online", host);
  }
  void on_stop(plugin::Host& host) { publish("offline", host); }

 private:
  void publish(std::string_view status, plugin::Host& host) const {
    host.publish({.topic = topic_, .payload = base::as_bytes(status), .retain = true});
  }

  const std::string topic_;
  bool is_online_ = false;
};

}  // namespace mesh
