// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <string>
#include <string_view>

#include "broker/plugin/plugin.h"
#include "mesh/duplicates.h"

namespace mesh {

/// Keeps over a restart which packets were claimed within a window: once a second the new ones are given to
/// the host, under `PREFIX` and the time in sixteen hexadecimal digits. Owned by the plugin; the first
/// worker's thread, and before the workers run.
///
/// Seconds are those of the monotonic clock, which goes on over a restart of the broker but not of the
/// machine: after that a packet counts as just claimed, and is remembered longer than needed by as long as
/// the machine was off.
class KeptClaims {
 public:
  /// What is claimed in `source` is kept, what was kept becomes claims in `target`, which may be the same.
  /// Both outlive it. `window`: as theirs.
  struct Parts {
    std::string prefix;
    Duplicates& source;
    Duplicates& target;
    base::Duration window;
  };
  explicit KeptClaims(Parts parts) : parts_(std::move(parts)) {}

  /// One value as it was kept, in the order of names; one with another prefix or that makes no sense is
  /// ignored.
  void restore(std::string_view name, base::Bytes value, base::TimePoint now);
  void on_tick(plugin::Host& host, base::TimePoint now);

 private:
  std::string name_of(base::TimePoint second) const;
  void keep_fresh(plugin::Host& host, base::TimePoint now);
  void forget_old(plugin::Host& host, base::TimePoint now);

  const Parts parts_;
  std::deque<base::TimePoint> seconds_;  // kept ones, the oldest first
};

}  // namespace mesh
