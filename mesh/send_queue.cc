// SPDX-License-Identifier: Apache-2.0
#include "mesh/send_queue.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace mesh {
namespace {

/// The position of the packet that gives way; none when all are texts.
std::optional<std::size_t> least_needed(const std::deque<OwnPacket>& waiting) {
  const auto found = std::ranges::find_if(waiting, [](const OwnPacket& each) { return !each.is_text; });
  if (found == waiting.end()) return std::nullopt;
  return static_cast<std::size_t>(found - waiting.begin());
}

}  // namespace

bool SendQueue::Offered::is_due() const { return std::ranges::find(places, Place::now) != places.end(); }

/// The bucket as one time: each packet moves it an interval on, and it may be ahead of now by all but one of
/// a burst.
bool SendQueue::admit(Lane& lane, base::TimePoint now) const {
  const Micros at = now;
  if (lane.next > at + pace_.interval * (pace_.burst - 1)) return false;
  lane.next = std::max(lane.next, at) + pace_.interval;
  return true;
}

SendQueue::Place SendQueue::place(Lane& lane, const OwnPacket& packet, base::TimePoint now,
                                  std::vector<std::uint32_t>& displaced) const {
  if (lane.waiting.empty() && admit(lane, now)) return Place::now;
  if (lane.waiting.size() >= pace_.waiting) {
    const auto gives_way = least_needed(lane.waiting);
    if (!gives_way) return Place::refused;
    displaced.push_back(lane.waiting[*gives_way].id);
    lane.waiting.erase(lane.waiting.begin() + static_cast<std::ptrdiff_t>(*gives_way));
  }
  lane.waiting.push_back(packet);
  return Place::later;
}

void SendQueue::note(State& state, Release release) {
  if (state.releases.size() == max_released) lapse(state);
  state.untaken[release.id].insert(release.receiver);
  state.releases.push_back(std::move(release));
}

void SendQueue::lapse(State& state) {
  const Release& oldest = state.releases.front();
  const auto packet = state.untaken.find(oldest.id);
  if (packet != state.untaken.end()) {
    packet->second.erase(oldest.receiver);
    if (packet->second.empty()) state.untaken.erase(packet);
  }
  state.releases.pop_front();
}

SendQueue::Offered SendQueue::offer(const OwnPacket& packet, std::span<const std::string> receivers,
                                    base::TimePoint now) {
  return state_.with([&](State& state) {
    Offered offered;
    for (const std::string& receiver : receivers) {
      const bool is_known = state.lanes.contains(receiver);
      if (!is_known && state.lanes.size() >= max_receivers) {
        offered.places.push_back(Place::refused);
        continue;
      }
      std::vector<std::uint32_t> displaced;
      offered.places.push_back(place(state.lanes[receiver], packet, now, displaced));
      if (offered.places.back() == Place::now) note(state, {packet.id, receiver, now});
      for (const std::uint32_t id : displaced) offered.displaced.push_back({id, receiver});
    }
    return offered;
  });
}

bool SendQueue::drain(State& state, const std::string& receiver, base::TimePoint now,
                      std::vector<OwnPacket>& due) {
  Lane& lane = state.lanes[receiver];
  while (!lane.waiting.empty() && admit(lane, now)) {
    OwnPacket packet = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    note(state, {packet.id, receiver, now});
    const auto is_same = [&packet](const OwnPacket& each) { return each.id == packet.id; };
    if (std::ranges::none_of(due, is_same)) due.push_back(std::move(packet));
  }
  return lane.waiting.empty() && lane.next <= Micros(now);
}

std::vector<OwnPacket> SendQueue::release(base::TimePoint now) {
  return state_.with([this, now](State& state) {
    std::vector<OwnPacket> due;
    for (auto each = state.lanes.begin(); each != state.lanes.end();) {
      each = drain(state, each->first, now, due) ? state.lanes.erase(each) : std::next(each);
    }
    while (!state.releases.empty() && now - state.releases.front().since >= release_lifetime) lapse(state);
    return due;
  });
}

bool SendQueue::take(std::uint32_t id, std::string_view receiver) const {
  return state_.with([&](State& state) {
    const auto packet = state.untaken.find(id);
    if (packet == state.untaken.end()) return false;
    const auto found = packet->second.find(receiver);
    if (found == packet->second.end()) return false;
    packet->second.erase(found);
    if (packet->second.empty()) state.untaken.erase(packet);
    return true;
  });
}

std::size_t SendQueue::waiting() const {
  return state_.with([](const State& state) {
    std::size_t sum = 0;
    for (const auto& [receiver, lane] : state.lanes) sum += lane.waiting.size();
    return sum;
  });
}

}  // namespace mesh
