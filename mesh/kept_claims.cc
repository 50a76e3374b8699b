// SPDX-License-Identifier: Apache-2.0
#include "mesh/kept_claims.h"

#include <algorithm>

#include "broker/base/buffer.h"
#include "mesh/big_endian.h"
#include "mesh/kept_name.h"

namespace mesh {

void KeptClaims::restore(std::string_view name, base::Bytes value, base::TimePoint now) {
  const auto number = kept_number(name, parts_.prefix);
  if (!number) return;
  const base::TimePoint kept_at{base::Duration{static_cast<std::int64_t>(*number)}};
  seconds_.push_back(kept_at);
  base::Reader in(value);
  while (in.remaining() > 0) {
    const PacketIdentity identity{take<std::uint64_t>(in), take<std::uint32_t>(in), take<std::uint32_t>(in)};
    const bool is_complete = in.u8() != 0;
    if (in.ok()) static_cast<void>(parts_.target.claim(identity, is_complete, std::min(kept_at, now)));
  }
  static_cast<void>(parts_.target.take_fresh());  // they are kept already
}

void KeptClaims::on_tick(plugin::Host& host, base::TimePoint now) {
  keep_fresh(host, now);
  forget_old(host, now);
}

/// With leading zeros, so that names are ordered as times are.
std::string KeptClaims::name_of(base::TimePoint second) const {
  return kept_name(parts_.prefix, static_cast<std::uint64_t>(second.time_since_epoch().count()), 16);
}

void KeptClaims::keep_fresh(plugin::Host& host, base::TimePoint now) {
  const std::vector<Duplicates::Fresh> fresh = parts_.source.take_fresh();
  if (fresh.empty()) return;
  base::Buffer value;
  for (const Duplicates::Fresh& each : fresh) {
    put(value, each.identity.place);
    put(value, each.identity.from);
    put(value, each.identity.id);
    value.u8(each.is_complete ? 1 : 0);
  }
  host.keep(name_of(now), value.bytes());
  seconds_.push_back(now);
}

/// Also those of another boot of the machine, whose clock was ahead of ours.
void KeptClaims::forget_old(plugin::Host& host, base::TimePoint now) {
  const auto is_over = [this, now](base::TimePoint second) { return now - second >= parts_.window; };
  while (!seconds_.empty() && (is_over(seconds_.front()) || seconds_.front() > now)) {
    host.keep(name_of(seconds_.front()), {});
    seconds_.pop_front();
  }
}

}  // namespace mesh
