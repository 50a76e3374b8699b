// SPDX-License-Identifier: Apache-2.0
#include "mesh/duplicates.h"

#include <utility>

namespace mesh {

void Duplicates::forget_old(Claims& claims, base::TimePoint now) const {
  while (!claims.by_age.empty()) {
    const auto oldest = claims.by_identity.find(claims.by_age.front());
    if (now - oldest->second.since < window_) return;
    claims.by_identity.erase(oldest);
    claims.by_age.pop_front();
  }
}

bool Duplicates::contains(const PacketIdentity& identity, base::TimePoint now) {
  return completeness(identity, now).value_or(false);
}

std::optional<bool> Duplicates::completeness(const PacketIdentity& identity, base::TimePoint now) {
  return claims_.with([this, &identity, now](Claims& claims) -> std::optional<bool> {
    forget_old(claims, now);
    const auto found = claims.by_identity.find(identity);
    if (found == claims.by_identity.end()) return std::nullopt;
    return found->second.is_complete;
  });
}

bool Duplicates::claim(const PacketIdentity& identity, bool is_complete, base::TimePoint now) {
  if (capacity_ == 0) return true;
  return claims_.with([this, &identity, is_complete, now](Claims& claims) {
    forget_old(claims, now);
    const auto [claim, is_new] = claims.by_identity.try_emplace(identity, Claim{now, is_complete});
    if (!is_new) {
      const bool completes = is_complete && !claim->second.is_complete;
      claim->second.is_complete |= is_complete;
      if (completes) note(claims, {identity, true});
      return completes;
    }
    if (claims.by_age.size() == capacity_) {
      claims.by_identity.erase(claims.by_age.front());
      claims.by_age.pop_front();
    }
    claims.by_age.push_back(identity);
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
  return claims_.with([](Claims& claims) { return claims.by_age.size(); });
}

}  // namespace mesh
