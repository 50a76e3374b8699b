// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "broker/base/time.h"
#include "broker/core/close_reason.h"

namespace core {

/// How the last connection of each client ended, for operators who ask why it is away or comes again and
/// again; of lasting sessions and others. Owned by the broker; worker's thread.
class Endings {
 public:
  /// The one that was noted first is forgotten.
  static constexpr std::size_t most_clients = 4096;
  /// Of a client id; longer ones are not noted: what is kept must not depend on strangers.
  static constexpr std::size_t longest_id = 128;

  struct Ending {
    CloseReason reason;
    base::TimePoint at;
  };
  void note(std::string_view client_id, const Ending& ending);
  std::optional<Ending> of(std::string_view client_id) const;

 private:
  struct Slot {
    std::string client_id;
    Ending ending;
  };
  Slot& slot_for(std::string_view client_id);

  std::deque<Slot> slots_;  // stay where they are, as the keys of `places_` are views into them
  std::unordered_map<std::string_view, Slot*> places_;
  std::size_t next_ = 0;  // the slot to be used again
};

}  // namespace core
