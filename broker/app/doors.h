// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "broker/app/admission.h"
#include "broker/app/config/config.h"
#include "broker/base/expected.h"
#include "broker/base/guarded.h"
#include "broker/core/close_reason.h"
#include "broker/net/address.h"

namespace app {

/// How many may be connected at the same time: in all, through one listener, from one address. A newcomer
/// beyond a limit is closed before it is read. Greetings count. One for all workers, owned by the server; any
/// thread.
class Doors {
 public:
  /// 0: no limit.
  struct Sizes {
    std::size_t connections = 0;
    std::size_t per_address = 0;  // never of near addresses: Admission::is_near
  };
  /// A place, taken for as long as this lives; it goes where the stream goes and not past the doors' end.
  class [[nodiscard]] Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept { swap(other); }
    Ticket& operator=(Ticket&& other) noexcept {
      Ticket(std::move(other)).swap(*this);
      return *this;
    }
    ~Ticket() {
      if (doors_ != nullptr) doors_->leave(*this);
    }

   private:
    friend class Doors;
    Ticket(Doors& doors, const Listener& listener, std::optional<Origin> origin)
        : doors_(&doors), listener_(&listener), origin_(origin) {}
    void swap(Ticket& other) noexcept {
      std::swap(doors_, other.doors_);
      std::swap(listener_, other.listener_);
      std::swap(origin_, other.origin_);
    }

    Doors* doors_ = nullptr;  // null: no place
    const Listener* listener_ = nullptr;
    std::optional<Origin> origin_;  // where it is counted by address
  };
  struct Refusal {
    core::CloseReason reason;
    std::string_view why;  // a literal
  };

  /// `admission` outlives it.
  Doors(Sizes sizes, const Admission& admission) : sizes_(sizes), admission_(admission) {}

  /// `listener` outlives the ticket.
  [[nodiscard]] base::Expected<Ticket, Refusal> enter(const Listener& listener, const net::Address& peer);
  /// The ticket counts for `client` from now on, as a proxy says.
  [[nodiscard]] std::optional<Refusal> place(Ticket& ticket, const net::Address& client);
  /// How many are in.
  std::size_t taken();
  /// Of one listener.
  std::size_t taken(const Listener& listener) const;

 private:
  struct Counts {
    std::size_t all = 0;
    std::map<const Listener*, std::size_t> of_listener;
    std::map<Origin, std::size_t> of_origin;  // only who is limited
  };
  std::optional<Refusal> take(Counts& counts, const Listener& listener, const std::optional<Origin>& origin);
  std::optional<Origin> counted_origin(const net::Address& peer) const;
  void leave(const Ticket& ticket);

  const Sizes sizes_;
  const Admission& admission_;
  base::Guarded<Counts> counts_;
};

/// How many connections this process has descriptors for (RLIMIT_NOFILE), those for everything else aside.
std::size_t room_for_connections();

}  // namespace app
