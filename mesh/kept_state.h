// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include "broker/plugin/plugin.h"
#include "mesh/duplicates.h"
#include "mesh/kept_claims.h"
#include "mesh/node_table.h"

namespace mesh {

/// What outlives a restart: the names of nodes, and which packets were published within the dedup window.
/// Once a second what is new of either is given to the host, under `mesh/node/HHHHHHHH` (a name) and
/// `mesh/duplicates/TTTTTTTTTTTTTTTT` (the packets of that second). Owned by the plugin; the first worker's
/// thread, and before the workers run.
class KeptState {
 public:
  /// All outlive it. `window`: as that of the duplicates.
  KeptState(NodeTable& nodes, Duplicates& duplicates, base::Duration window)
      : nodes_(nodes), claims_({"mesh/duplicates/", duplicates, duplicates, window}) {}

  /// One value as it was kept, in the order of names; one that makes no sense is ignored.
  void restore(std::string_view name, base::Bytes value, base::TimePoint now);
  void on_tick(plugin::Host& host, base::TimePoint now);

 private:
  NodeTable& nodes_;
  KeptClaims claims_;
};

}  // namespace mesh
