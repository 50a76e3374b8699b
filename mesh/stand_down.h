// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "broker/base/guarded.h"
#include "broker/base/time.h"

namespace mesh {

/// Which gateways publish JSON themselves (firmware up to 2.7 with json_enabled): nothing is mirrored or
/// converted for them. It ends when their envelopes have gone on for an hour without it. Only what a client
/// says of itself counts: whoever calls has made sure of that. Any thread; every call is one short lock.
class StandDown {
 public:
  static constexpr base::Duration patience = std::chrono::hours{1};
  /// Past that a new one is not taken in: nobody has so many.
  static constexpr std::size_t most_gateways = 10'000;

  /// It has published JSON, or subscribed to the topic of requests in JSON.
  void on_json(std::uint32_t gateway);
  /// It has published an envelope. True: it is served by its own firmware.
  bool on_envelope(std::uint32_t gateway, base::TimePoint now);
  /// The same without an envelope.
  bool is_served(std::uint32_t gateway) const;

 private:
  struct Since {
    std::optional<base::TimePoint> first_without;  // the first envelope since its last JSON
  };
  using Table = std::unordered_map<std::uint32_t, Since>;
  base::Guarded<Table> table_;
};

}  // namespace mesh
