// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <string_view>

#include "broker/plugin/plugin.h"
#include "mesh/duplicates.h"
#include "mesh/node_table.h"

namespace mesh {

/// What outlives a restart: the names of nodes, and which packets were published within the dedup window.
/// Once a second what is new of either is given to the host, under `mesh/node/HHHHHHHH` (a name) and
/// `mesh/duplicates/TTTTTTTTTTTTTTTT` (the packets of that second). Owned by the plugin; the first worker's
/// thread, and before the workers run.
///
/// Seconds are those of the monotonic clock, which goes on over a restart of the broker but not of the
/// machine: after that a packet counts as just published, and is remembered longer than needed by as long as
/// the machine was off.
class KeptState {
 public:
  /// All outlive it. `window`: as that of the duplicates.
  KeptState(NodeTable& nodes, Duplicates& duplicates, base::Duration window)
      : nodes_(nodes), duplicates_(duplicates), window_(window) {}

  /// One value as it was kept, in the order of names; one that makes no sense is ignored.
  void restore(std::string_view name, base::Bytes value, base::TimePoint now);
  void on_tick(plugin::Host& host, base::TimePoint now);

 private:
  void restore_claims(std::string_view second, base::Bytes value, base::TimePoint now);
  void keep_claims(plugin::Host& host, base::TimePoint now);
  void forget_old(plugin::Host& host, base::TimePoint now);

  NodeTable& nodes_;
  Duplicates& duplicates_;
  const base::Duration window_;
  std::deque<base::TimePoint> seconds_;  // kept ones, the oldest first
};

}  // namespace mesh
