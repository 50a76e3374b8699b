// SPDX-License-Identifier: Apache-2.0
#include "mesh/deliveries.h"

#include <algorithm>
#include <functional>

namespace mesh {

bool Deliveries::claim(const PacketIdentity& identity, std::string_view receiver, base::TimePoint now) {
  if (capacity_ == 0) return true;
  const std::uint64_t hash = std::hash<std::string_view>{}(receiver);
  return packets_.with([&](Packets& packets) {
    forget_old(packets, now);
    const auto [packet, is_new] = packets.by_identity.try_emplace(identity, Packet{now, {}});
    if (is_new) {
      packets.by_age.push_back(identity);
      if (packets.by_age.size() > capacity_) forget_oldest(packets);
    }
    std::vector<std::uint64_t>& receivers = packet->second.receivers;
    const auto at = std::ranges::lower_bound(receivers, hash);
    if (at != receivers.end() && *at == hash) return false;
    receivers.insert(at, hash);
    return true;
  });
}

void Deliveries::forget_oldest(Packets& packets) {
  packets.by_identity.erase(packets.by_age.front());
  packets.by_age.pop_front();
}

void Deliveries::forget_old(Packets& packets, base::TimePoint now) const {
  while (!packets.by_age.empty() && now - packets.by_identity.at(packets.by_age.front()).since >= window_)
    forget_oldest(packets);
}

std::size_t Deliveries::size() const {
  return packets_.with([](const Packets& packets) { return packets.by_age.size(); });
}

}  // namespace mesh
