// SPDX-License-Identifier: Apache-2.0
#include "mesh/duplicates.h"

#include <utility>

namespace mesh {

void Duplicates::forget_old(Claims& claims, base::TimePoint now) const {
  while (!claims.packets.empty() && now - claims.packets.first().since >= window_)
    static_cast<void>(claims.packets.take_first());
}

void Duplicates::expect(const PacketIdentity& identity) const {
  claims_.with([&identity](const Claims& claims) { claims.packets.expect(identity); });
}

bool Duplicates::contains(const PacketIdentity& identity, base::TimePoint now) {
  return completeness(identity, now).value_or(false);
}

std::optional<bool> Duplicates::completeness(const PacketIdentity& identity, base::TimePoint now) {
  return claims_.with([this, &identity, now](Claims& claims) -> std::optional<bool> {
    forget_old(claims, now);
    const Claim* const claim = claims.packets.find(identity);
    if (claim == nullptr) return std::nullopt;
    return claim->is_complete;
  });
}

bool Duplicates::claim(const PacketIdentity& identity, bool is_complete, base::TimePoint now) {
  if (capacity_ == 0) return true;
  return claims_.with([this, &identity, is_complete, now](Claims& claims) {
    forget_old(claims, now);
    if (Claim* const claim = claims.packets.find(identity)) {
      const bool completes = is_complete && !claim->is_complete;
      claim->is_complete |= is_complete;
      if (completes) note(claims, {identity, true});
      return completes;
    }
    if (claims.packets.size() == capacity_) static_cast<void>(claims.packets.take_first());
    claims.packets.add(identity, {now, is_complete});
    note(claims, {identity, is_complete});
    return true;
  });
}

void Duplicates::note(Claims& claims, const Fresh& fresh) const {
  if (claims.fresh.size() < capacity_) claims.fresh.push_back(fresh);
}

std::vector<Duplicates::Fresh> Duplicates::take_fresh() {
  return claims_.with([](Claims& claims) { return std::exchange(claims.fresh, {}); });
}

std::size_t Duplicates::size() {
  return claims_.with([](Claims& claims) { return claims.packets.size(); });
}

}  // namespace mesh
