// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "broker/base/guarded.h"
#include "broker/base/time.h"
#include "mesh/packet_identity.h"
#include "mesh/packets_by_age.h"

namespace mesh {

/// Remembers which packets were published, each for `window` from its first copy, at most `capacity` of them:
/// at the limit the oldest goes. Any thread; every call is one short lock and constant time on average.
class Duplicates {
 public:
  Duplicates(base::Duration window, std::size_t capacity) : window_(window), capacity_(capacity) {}

  /// A question about it follows within the microsecond: its memory, which is most likely far away among
  /// hundreds of thousands, starts on its way. Changes nothing.
  void expect(const PacketIdentity& identity) const;
  /// Whether a complete copy was claimed within the window.
  bool contains(const PacketIdentity& identity, base::TimePoint now);
  /// Whether what was claimed within the window was complete; none when nothing was.
  std::optional<bool> completeness(const PacketIdentity& identity, base::TimePoint now);
  /// True for the first copy, which is remembered by this very step, and once more for the first complete
  /// copy after incomplete ones: what could not be read must not stand in for what can.
  bool claim(const PacketIdentity& identity, bool is_complete, base::TimePoint now);
  std::size_t size();

  struct Fresh {
    PacketIdentity identity;
    bool is_complete;
  };
  /// What has been claimed since the last call, at most `capacity` of it: to be kept elsewhere.
  std::vector<Fresh> take_fresh();

 private:
  struct Claim {
    base::TimePoint since;
    bool is_complete = false;
  };
  struct Claims {
    PacketsByAge<Claim> packets;
    std::vector<Fresh> fresh;
  };

  /// Workers' clocks differ by the length of their turns: a claim of one that lags behind waits for the older
  /// ones before it, so it is kept a little longer, never shorter.
  void forget_old(Claims& claims, base::TimePoint now) const;
  void note(Claims& claims, const Fresh& fresh) const;

  const base::Duration window_;
  const std::size_t capacity_;
  base::Guarded<Claims> claims_;
};

}  // namespace mesh
