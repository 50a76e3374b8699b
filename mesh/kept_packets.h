// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

#include "broker/plugin/plugin.h"
#include "mesh/kept_claims.h"
#include "mesh/open_packets.h"

namespace mesh {

/// What of the packets outlives a restart: which were published within the dedup window, given to the host
/// once a second under `mesh/packets/TTTTTTTTTTTTTTTT` (T: the second, by the monotonic clock), and at a
/// graceful stop the open ones under `mesh/open/NNNNNNNN`. Owned by the plugin; the first worker's thread,
/// and before the workers run.
class KeptPackets {
 public:
  /// `packets` outlives it. `window`: how long it is known what was published.
  KeptPackets(OpenPackets& packets, base::Duration window)
      : packets_(packets), published_({"mesh/packets/", packets.published(), packets.published(), window}) {}

  /// One value as it was kept; one that makes no sense, or is another's, is ignored.
  void restore(std::string_view name, base::Bytes value, base::TimePoint now);
  void on_tick(plugin::Host& host, base::TimePoint now);
  void on_stop(plugin::Host& host);

 private:
  void restore_open(std::uint32_t number, base::Bytes value, base::TimePoint now);

  OpenPackets& packets_;
  KeptClaims published_;
  std::uint32_t open_end_ = 0;  // behind the last number of the open ones that were restored
};

}  // namespace mesh
