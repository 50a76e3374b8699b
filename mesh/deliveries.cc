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
    Packet* packet = packets.find(identity);
    if (packet == nullptr) {
      if (packets.size() == capacity_) static_cast<void>(packets.take_first());
      packet = &packets.add(identity, {now, {}});
    }
    std::vector<std::uint64_t>& receivers = packet->receivers;
    const auto at = std::ranges::lower_bound(receivers, hash);
    if (at != receivers.end() && *at == hash) return false;
    receivers.insert(at, hash);
    return true;
  });
}

void Deliveries::forget_old(Packets& packets, base::TimePoint now) const {
  while (!packets.empty() && now - packets.first().since >= window_) static_cast<void>(packets.take_first());
}

std::size_t Deliveries::size() const {
  return packets_.with([](const Packets& packets) { return packets.size(); });
}

}  // namespace mesh
