// SPDX-License-Identifier: Apache-2.0
#include "broker/core/sessions.h"

#include <utility>

namespace core {

Session* Sessions::find(std::string_view client_id) const {
  const auto found = by_id_.find(client_id);
  return found == by_id_.end() ? nullptr : found->second;
}

Session* Sessions::find(std::uint32_t slot, std::uint64_t serial) const {
  return places_[slot].serial == serial ? places_[slot].session.get() : nullptr;
}

Session& Sessions::make(Session::Identity identity, const Services& services) {
  auto slot = static_cast<std::uint32_t>(places_.size());
  if (free_.empty()) {
    places_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  Place& place = places_[slot];
  identity.slot = slot;
  place.session = std::make_unique<Session>(std::move(identity), services);
  place.serial = ++last_serial_;
  ++count_of_all_;
  by_id_.emplace(place.session->client_id(), place.session.get());
  return *place.session;
}

void Sessions::erase(Session& session) {
  const std::uint32_t slot = session.slot();
  by_id_.erase(session.client_id());
  places_[slot].session.reset();
  --count_of_all_;
  free_.push_back(slot);
}

}  // namespace core
