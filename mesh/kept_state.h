// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <string_view>

#include "broker/plugin/plugin.h"
#include "mesh/duplicates.h"

namespace mesh {

/// Which packets were published within the dedup window outlives a restart: once a second what is new of it
/// is given to the host, under `mesh/duplicates/TTTTTTTTTTTTTTTT` (the packets of that second). Owned by the
/// plugin; the first worker's thread, and before the workers run.
///
/// Seconds are those of the monotonic clock, which goes on over a restart of the broker but not of the
/// machine: after that a packet counts as just published, and is remembered longer than needed by as long as
/// the machine was off.
class KeptState {
 public:
  /// `duplicates` outlives it. `window`: as that of the duplicates.
  KeptState(Duplicates& duplicates, base::Duration window) : duplicates_(duplicates), window_(window) {}

  /// One value as it was kept, in the order of names; one that makes no sense, or is another's, is ignored.
  void restore(std::string_view name, base::Bytes value, base::TimePoint now);
  void on_tick(plugin::Host& host, base::TimePoint now);

 private:
  void keep_claims(plugin::Host& host, base::TimePoint now);
  void forget_old(plugin::Host& host, base::TimePoint now);

  Duplicates& duplicates_;
  const base::Duration window_;
  std::deque<base::TimePoint> seconds_;  // kept ones, the oldest first
};

}  // namespace mesh
