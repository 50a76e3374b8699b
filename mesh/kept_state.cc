// SPDX-License-Identifier: Apache-2.0
#include "mesh/kept_state.h"

#include <algorithm>
#include <optional>
#include <string>

#include "broker/base/buffer.h"
#include "mesh/big_endian.h"
#include "mesh/kept_name.h"

namespace mesh {
namespace {

constexpr std::string_view duplicates_prefix = "mesh/duplicates/";

std::uint64_t milliseconds(base::TimePoint time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

std::string name_of_second(base::TimePoint second) {
  return kept_name(duplicates_prefix, milliseconds(second), 16);
}

}  // namespace

void KeptState::restore(std::string_view name, base::Bytes value, base::TimePoint now) {
  const auto number = kept_number(name, duplicates_prefix);
  if (!number) return;
  const base::TimePoint kept_at{base::Duration{static_cast<std::int64_t>(*number)}};
  seconds_.push_back(kept_at);
  base::Reader in(value);
  while (in.remaining() > 0) {
    const PacketIdentity identity{take<std::uint64_t>(in), take<std::uint32_t>(in), take<std::uint32_t>(in)};
    const bool is_complete = in.u8() != 0;
    if (in.ok()) static_cast<void>(duplicates_.claim(identity, is_complete, std::min(kept_at, now)));
  }
  static_cast<void>(duplicates_.take_fresh());  // they are kept already
}

void KeptState::on_tick(plugin::Host& host, base::TimePoint now) {
  keep_claims(host, now);
  forget_old(host, now);
}

void KeptState::keep_claims(plugin::Host& host, base::TimePoint now) {
  const std::vector<Duplicates::Fresh> fresh = duplicates_.take_fresh();
  if (fresh.empty()) return;
  base::Buffer value;
  for (const Duplicates::Fresh& each : fresh) {
    put(value, each.identity.place);
    put(value, each.identity.from);
    put(value, each.identity.id);
    value.u8(each.is_complete ? 1 : 0);
  }
  host.keep(name_of_second(now), value.bytes());
  seconds_.push_back(now);
}

/// Also those of another boot of the machine, whose clock was ahead of ours.
void KeptState::forget_old(plugin::Host& host, base::TimePoint now) {
  const auto is_over = [this, now](base::TimePoint second) { return now - second >= window_; };
  while (!seconds_.empty() && (is_over(seconds_.front()) || seconds_.front() > now)) {
    host.keep(name_of_second(seconds_.front()), {});
    seconds_.pop_front();
  }
}

}  // namespace mesh
