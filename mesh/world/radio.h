// SPDX-License-Identifier: Apache-2.0
// Who hears whom, and how a packet spreads. A simplification that keeps what matters above it: copies that
// differ in hops, strength, relay and time, and packets that do not arrive everywhere. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "broker/base/time.h"
#include "mesh/world/random.h"

namespace mesh::world {

/// On a plane, in kilometres.
struct Place {
  double x = 0;
  double y = 0;
};

/// The first copy of a packet that a node hears.
struct Hearing {
  std::size_t node = 0;
  base::Duration at{};  // since the start of the world
  float snr = 0;        // dB
  std::int32_t rssi = 0;
  std::uint32_t hop_limit = 0;
  std::size_t relay = 0;  // the node that sent this copy
};

/// Positions, links between them, and the air they share.
class Radio {
 public:
  Radio(std::vector<Place> places, Random& random);

  struct Start {
    std::size_t sender;
    base::Duration at;
    std::uint32_t hop_limit;
  };
  /// Managed flooding: who hears it first relays it with a hop less, the weakest first, and keeps still when
  /// somebody else has been faster. Calls come in the order of time. The result is in the order of time, too;
  /// valid until the next call.
  const std::vector<Hearing>& flood(const Start& start);

  struct Link {
    std::size_t to;
    float snr;
    std::int32_t rssi;
  };
  const std::vector<Link>& links_of(std::size_t node) const { return links_[node]; }
  const Place& place_of(std::size_t node) const { return places_[node]; }

 private:
  struct Turn {
    base::Duration at;
    std::size_t node;
    std::uint32_t hop_limit;
  };
  struct State {
    base::Duration busy_from{}, busy_until{};  // its receiver, by the last packet of the air
    std::uint64_t heard_in = 0;                // the last flood it heard
    bool waits = false;                        // to relay
  };
  void link(std::size_t a, std::size_t b);
  void transmit(const Turn& turn);
  bool arrives(const Link& link, const Turn& turn);
  void hear(const Link& link, const Turn& turn);

  Random& random_;
  std::vector<Place> places_;
  std::vector<std::vector<Link>> links_;
  std::vector<State> states_;
  std::vector<Turn> turns_;  // a heap, the next first
  std::vector<Hearing> hearings_;
  std::uint64_t floods_ = 0;
};

}  // namespace mesh::world
