// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/core/session.h"

namespace core {

/// Client id -> session on this worker [MQTT-3.1.3-2], each with a small dense slot number. Owned by the
/// broker; worker's thread.
class Sessions {
 public:
  /// `count_of_all`: over all workers; outlives this.
  explicit Sessions(std::atomic<std::size_t>& count_of_all) : count_of_all_(count_of_all) {}
  ~Sessions() { count_of_all_ -= size(); }
  Sessions(const Sessions&) = delete;
  Sessions& operator=(const Sessions&) = delete;

  Session* find(std::string_view client_id) const;
  /// The session in `slot` if it is still the `serial`-th one made: how a reminder finds out that its session
  /// is gone.
  Session* find(std::uint32_t slot, std::uint64_t serial) const;
  std::uint64_t serial_of(const Session& session) const { return places_[session.slot()].serial; }

  /// Slots are from 0 on; null: nobody has this one now.
  Session* at(std::size_t slot) const { return places_[slot].session.get(); }
  std::size_t slots() const { return places_.size(); }

  /// `identity` without its slot.
  Session& make(Session::Identity identity, const Services& services);
  void erase(Session& session);
  std::size_t size() const { return by_id_.size(); }
  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& [client_id, session] : by_id_) visit(*session);
  }

 private:
  struct Place {
    std::unique_ptr<Session> session;
    std::uint64_t serial = 0;
  };
  std::atomic<std::size_t>& count_of_all_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::string_view, Session*> by_id_;  // keys are the sessions' own client ids
  std::uint64_t last_serial_ = 0;
};

}  // namespace core
