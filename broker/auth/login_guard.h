// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "broker/auth/ip.h"
#include "broker/auth/recent_table.h"
#include "broker/base/counters.h"
#include "broker/base/guarded.h"
#include "broker/base/time.h"

namespace auth {

/// What failed logins cost. The first few cost nothing; then each shuts the door for twice as long as the one
/// before, beginning with `back_off`; from the `ban_from`th on it is a ban, which begins with `ban` and
/// doubles up to `longest`. Attempts before a shut door are not looked at and count for nothing. All is
/// forgotten when the last failure's door has been open for `memory`.
struct FailurePolicy {
  std::uint32_t free = 3;
  std::uint32_t ban_from = 10;
  base::Duration back_off = std::chrono::seconds(1);
  base::Duration ban = std::chrono::minutes(10);
  base::Duration longest = std::chrono::hours(24);
  base::Duration memory = std::chrono::hours(24);
};

/// How long the door is shut after that many failures in a row.
[[nodiscard]] base::Duration shut_for(const FailurePolicy& policy, std::uint32_t failures);

/// A door that is shut: to an address (an IPv6 /64) or to a user's name. For the log: `until` less now is how
/// long, added to the time of day when.
struct Shut {
  std::variant<Ip, std::string> whom;
  std::uint32_t failures = 0;
  bool is_ban = false;
  base::TimePoint until{};
};

enum class GuardMetric : std::uint8_t { failures, refused, back_offs, bans, end_ };

inline constexpr std::array<std::string_view, static_cast<std::size_t>(GuardMetric::end_)>
    guard_metric_names = {
        "login_failures",
        "login_refused",
        "login_back_offs",
        "login_bans",
};

/// Slows down who guesses passwords: by address, whichever names it tries, and by name, wherever from. So
/// that a name cannot be shut out by a stranger, its door is never shut long, and never to addresses from
/// which it has logged in before. A login forgives the name's failures, and those of the address where all of
/// them were of this name: an account of one's own does not buy guesses at others'. Tables are bounded; what
/// was touched longest ago goes first. One for all workers, any thread; time is an argument.
class LoginGuard {
 public:
  struct Settings {
    FailurePolicy of_address;
    FailurePolicy of_user{20,
                          50,
                          std::chrono::seconds(1),
                          std::chrono::minutes(1),
                          std::chrono::minutes(15),
                          std::chrono::hours(24)};
    std::size_t addresses = 10'000;
    std::size_t users = 10'000;
    std::size_t known = 20'000;          // pairs of a user and an address that has logged in as it
    std::vector<Network> never_refused;  // what fails from there counts for nothing
  };
  /// Longer names are not remembered; their addresses are.
  static constexpr std::size_t max_name_bytes = 256;

  explicit LoginGuard(Settings settings);

  /// Before a password is looked at: the door that is shut, the one that opens last; none: go on.
  [[nodiscard]] std::optional<Shut> refuses(const Ip& ip, std::string_view user, base::TimePoint now);
  /// A wrong name or password. What is shut now, to be logged; at most two.
  [[nodiscard]] std::vector<Shut> failed(const Ip& ip, std::string_view user, base::TimePoint now);
  void logged_in(const Ip& ip, std::string_view user);

  /// The doors that are shut.
  [[nodiscard]] std::vector<Shut> shut(base::TimePoint now);
  /// False: nothing is known of it.
  bool forgive(const Ip& ip);
  bool forgive(std::string_view user);
  void forgive_all();

  std::vector<base::Count> counts() const;

 private:
  struct Failures {
    std::uint32_t count = 0;
    base::TimePoint until{};
    std::string name;  // of an address: the one name that was tried; "" when there were several
  };
  struct Known {};
  struct Tables {
    RecentTable<Ip, Failures> addresses;
    RecentTable<std::string, Failures> users;
    RecentTable<std::pair<std::string, Ip>, Known> known;
  };

  bool is_never_refused(const Ip& ip) const;
  std::optional<Shut> count(Failures& failures, const FailurePolicy& policy, base::TimePoint now);
  bool is_ban(const FailurePolicy& policy, const Failures& failures) const {
    return failures.count >= policy.ban_from;
  }

  const Settings settings_;
  base::Guarded<Tables> tables_;
  base::Counters<GuardMetric, base::Writers::several> counters_{guard_metric_names};
};

}  // namespace auth
