// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/base/guarded.h"
#include "broker/base/time.h"
#include "mesh/duplicates.h"

namespace mesh {

/// Who has been sent which packet, each packet for `window` from its first delivery, at most `capacity` of
/// them: at the limit the oldest is forgotten. A receiver costs eight bytes a packet. Any thread; every call
/// is one short lock.
class Deliveries {
 public:
  Deliveries(base::Duration window, std::size_t capacity) : window_(window), capacity_(capacity) {}

  /// True when this receiver has not been sent it before; from now on it has.
  bool claim(const PacketIdentity& identity, std::string_view receiver, base::TimePoint now);
  std::size_t size() const;

 private:
  struct Packet {
    base::TimePoint since;
    std::vector<std::uint64_t> receivers;  // hashes of their client ids, rising
  };
  struct Packets {
    std::unordered_map<PacketIdentity, Packet, PacketIdentity::Hash> by_identity;
    std::deque<PacketIdentity> by_age;  // the oldest first
  };
  static void forget_oldest(Packets& packets);
  void forget_old(Packets& packets, base::TimePoint now) const;

  const base::Duration window_;
  const std::size_t capacity_;
  base::Guarded<Packets> packets_;
};

}  // namespace mesh
