// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/guarded.h"
#include "broker/base/time.h"

namespace mesh {

/// A packet of the broker's own node, ready to be published.
struct OwnPacket {
  std::uint32_t id = 0;
  std::string topic;
  std::string envelope;
  bool is_text = false;  // what people wrote gives way last
};

/// What one gateway takes (reference section 11.1): at most one packet in each `interval`, `burst` of them at
/// once after silence, and `waiting` in its queue.
struct SendPace {
  std::chrono::microseconds interval = std::chrono::seconds{1};
  std::size_t burst = 4;
  std::size_t waiting = 16;
};

/// Paces the broker's own packets, each gateway for itself. A packet for several is published for all that
/// may have it now, and again for those that must wait; `take` says who it is for, because a publication
/// meets every subscription. Receivers are client ids. Any thread; every call is one short lock.
class SendQueue {
 public:
  explicit SendQueue(SendPace pace) : pace_(pace) {}

  enum class Place : std::uint8_t { now, later, refused };
  /// A packet that waited for this receiver and gave way to a later one.
  struct Displaced {
    std::uint32_t id;
    std::string receiver;
  };
  struct Offered {
    std::vector<Place> places;  // as the receivers
    std::vector<Displaced> displaced;

    bool is_due() const;  // to be published at once
  };
  /// A full queue loses its oldest packet that is no text; where all are texts, the new one is refused.
  Offered offer(const OwnPacket& packet, std::span<const std::string> receivers, base::TimePoint now);

  /// What is to be published now, each packet once.
  std::vector<OwnPacket> release(base::TimePoint now);

  /// Whether this receiver may be given this packet: true once for each release.
  bool take(std::uint32_t id, std::string_view receiver) const;

  /// Packets that wait, of all receivers together.
  std::size_t waiting() const;

  /// Receivers at once; further ones are refused. More than any mesh has gateways.
  static constexpr std::size_t max_receivers = 10000;
  /// Releases that nobody has taken yet: the oldest lapses. One lapses by itself after a
  /// minute, as `release` sees it.
  static constexpr std::size_t max_released = 65536;
  static constexpr base::Duration release_lifetime = std::chrono::minutes{1};

 private:
  using Micros = std::chrono::time_point<base::MonotonicClock, std::chrono::microseconds>;

  struct Lane {
    Micros next{};  // when the bucket is full again
    std::deque<OwnPacket> waiting;
  };
  struct Release {
    std::uint32_t id;
    std::string receiver;
    base::TimePoint since;
  };
  using Receivers = std::set<std::string, std::less<>>;
  struct State {
    std::map<std::string, Lane, std::less<>> lanes;
    std::map<std::uint32_t, Receivers> untaken;  // by packet
    std::deque<Release> releases;                // the oldest first; those that were taken are still here
  };

  /// Takes a token if there is one.
  bool admit(Lane& lane, base::TimePoint now) const;
  Place place(Lane& lane, const OwnPacket& packet, base::TimePoint now,
              std::vector<std::uint32_t>& displaced) const;
  static void note(State& state, Release release);
  static void lapse(State& state);
  /// True: nothing is left to know of this lane.
  bool drain(State& state, const std::string& receiver, base::TimePoint now, std::vector<OwnPacket>& due);

  const SendPace pace_;
  mutable base::Guarded<State> state_;
};

}  // namespace mesh
