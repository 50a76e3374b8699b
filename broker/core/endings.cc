// SPDX-License-Identifier: Apache-2.0
#include "broker/core/endings.h"

namespace core {

void Endings::note(std::string_view client_id, const Ending& ending) {
  if (client_id.size() > longest_id) return;
  const auto known = places_.find(client_id);
  Slot& slot = known != places_.end() ? *known->second : slot_for(client_id);
  slot.ending = ending;
}

Endings::Slot& Endings::slot_for(std::string_view client_id) {
  if (slots_.size() < most_clients) {
    slots_.emplace_back();
    next_ = slots_.size() - 1;
  } else {
    next_ = (next_ + 1) % most_clients;
    places_.erase(slots_[next_].client_id);
  }
  Slot& slot = slots_[next_];
  slot.client_id = client_id;
  places_.emplace(slot.client_id, &slot);
  return slot;
}

std::optional<Endings::Ending> Endings::of(std::string_view client_id) const {
  const auto known = places_.find(client_id);
  if (known == places_.end()) return std::nullopt;
  return known->second->ending;
}

}  // namespace core
