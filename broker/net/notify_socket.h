// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

#include "broker/base/time.h"
#include "broker/net/descriptor.h"

namespace net {

/// Where systemd hears how its service is (sd_notify): a datagram socket that NOTIFY_SOCKET names. Never
/// waits; what it does not take is lost. Owned by main; any thread.
class NotifySocket {
 public:
  /// `name` is an absolute path, or "@" and an abstract name. None: it is neither, or too long.
  [[nodiscard]] static std::optional<NotifySocket> open(std::string_view name);

  /// Lines of KEY=VALUE, such as "READY=1".
  void say(std::string_view lines) const;

 private:
  NotifySocket(Descriptor socket, std::string address)
      : socket_(std::move(socket)), address_(std::move(address)) {}

  Descriptor socket_;
  std::string address_;  // as sun_path has it, without a terminating zero
};

/// What WATCHDOG_USEC and WATCHDOG_PID ask of process `own`: within this time it has to say "WATCHDOG=1"
/// again (sd_watchdog_enabled). Empty texts are variables that are not set. None: nobody watches.
[[nodiscard]] std::optional<base::Duration> watchdog_time(std::string_view usec, std::string_view pid,
                                                          pid_t own);

}  // namespace net
