// SPDX-License-Identifier: Apache-2.0
#include "mesh/awaited_acks.h"

#include <utility>

#include "mesh/send_request.h"

namespace mesh {

void AwaitedAcks::expect(std::uint32_t id, std::uint32_t to, base::TimePoint now) {
  state_.with([id, to, now](State& state) {
    while (state.by_age.size() >= capacity) {
      state.by_id.erase(state.by_age.front());
      state.by_age.pop_front();
    }
    state.by_id.insert_or_assign(id, Awaited{to, now});
    state.by_age.push_back(id);
  });
}

bool AwaitedAcks::settle(const Acknowledgement& acknowledgement, base::TimePoint now) {
  return state_.with([&](State& state) {
    const auto found = state.by_id.find(acknowledgement.id);
    if (found == state.by_id.end() || now - found->second.since >= lifetime) return false;
    Awaited& awaited = found->second;
    if (acknowledgement.error != 0) return !std::exchange(awaited.has_failed, true);
    if (awaited.to != broadcast_number && awaited.to != acknowledgement.by) return false;
    state.by_id.erase(found);
    return true;
  });
}

}  // namespace mesh
