// SPDX-License-Identifier: Apache-2.0
#include "mesh/announcements.h"

namespace mesh {

std::vector<Place> Announcements::due(std::span<const Place> places, base::TimePoint now) {
  if (!start_) start_ = now;
  std::vector<Place> found;
  if (now - *start_ < quiet) return found;
  for (const Place& place : places) {
    const std::pair key{place.root, place.channel};
    const auto known = next_.find(key);
    if (known == next_.end() && next_.size() >= max_places) continue;
    if (known != next_.end() && known->second > now) continue;
    const auto range = static_cast<std::uint64_t>(2 * jitter.count() + 1);
    next_[key] = now + interval - jitter + base::Duration{static_cast<std::int64_t>(random_() % range)};
    found.push_back(place);
  }
  std::erase_if(next_, [now](const auto& each) { return each.second + interval <= now; });
  return found;
}

bool Answered::may_answer(std::uint32_t asker, base::TimePoint now) {
  return state_.with([asker, now](State& state) {
    while (!state.by_age.empty() && now - state.since[state.by_age.front()] >= interval) {
      state.since.erase(state.by_age.front());
      state.by_age.pop_front();
    }
    if (state.since.size() >= max_askers || !state.since.emplace(asker, now).second) return false;
    state.by_age.push_back(asker);
    return true;
  });
}

}  // namespace mesh
