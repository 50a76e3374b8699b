// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "broker/base/time.h"

namespace core {

/// The keep-alive of one connection: nothing within one and a half times its interval ends it
/// [MQTT-3.1.2-24]. Receiving a packet stores the time, nothing else.
class Keepalive {
 public:
  void start(std::uint16_t interval_s, base::TimePoint now) {
    grace_ = base::Duration(std::int64_t{interval_s} * 1500);
    last_ = now;
  }
  void on_packet(base::TimePoint now) { last_ = now; }
  /// None when switched off by an interval of 0.
  std::optional<base::TimePoint> deadline() const {
    if (grace_ == base::Duration::zero()) return std::nullopt;
    return last_ + grace_;
  }

 private:
  base::Duration grace_{0};
  base::TimePoint last_;
};

}  // namespace core
