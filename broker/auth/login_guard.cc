// SPDX-License-Identifier: Apache-2.0
#include "broker/auth/login_guard.h"

#include <algorithm>

namespace auth {
namespace {

/// `first` doubled `times` times, at most `longest`.
base::Duration doubled(base::Duration first, std::uint32_t times, base::Duration longest) {
  base::Duration result = std::min(first, longest);
  for (; times > 0 && result > base::Duration::zero() && result < longest; --times) {
    result = result > longest / 2 ? longest : result * 2;
  }
  return result;
}

}  // namespace

base::Duration shut_for(const FailurePolicy& policy, std::uint32_t failures) {
  if (failures >= policy.ban_from) return doubled(policy.ban, failures - policy.ban_from, policy.longest);
  if (failures <= policy.free) return base::Duration::zero();
  return doubled(policy.back_off, failures - policy.free - 1, policy.longest);
}

LoginGuard::LoginGuard(Settings settings)
    : settings_(std::move(settings)),
      tables_(Tables{RecentTable<Ip, Failures>(settings_.addresses),
                     RecentTable<std::string, Failures>(settings_.users),
                     RecentTable<std::pair<std::string, Ip>, Known>(settings_.known)}) {}

bool LoginGuard::is_never_refused(const Ip& ip) const {
  return std::ranges::any_of(settings_.never_refused, [&ip](const Network& net) { return net.has(ip); });
}

std::optional<Shut> LoginGuard::refuses(const Ip& ip, std::string_view user, base::TimePoint now) {
  if (is_never_refused(ip)) return std::nullopt;
  const Ip origin = origin_of(ip);
  std::optional<Shut> refusal;
  tables_.with([&](Tables& tables) {
    const Failures* const here = tables.addresses.find(origin);
    if (here != nullptr && here->until > now) {
      refusal = Shut{origin, here->count, is_ban(settings_.of_address, *here), here->until};
    }
    const Failures* const there = tables.users.find(user);
    if (there == nullptr || there->until <= now || (refusal && refusal->until >= there->until)) return;
    if (tables.known.find(std::pair(std::string(user), origin)) != nullptr) return;
    refusal = Shut{std::string(user), there->count, is_ban(settings_.of_user, *there), there->until};
  });
  if (refusal) counters_.add(GuardMetric::refused);
  return refusal;
}

/// One failure more. What it shuts, without saying to whom.
std::optional<Shut> LoginGuard::count(Failures& failures, const FailurePolicy& policy, base::TimePoint now) {
  if (failures.count > 0 && now - failures.until > policy.memory) failures = {};
  failures.count += failures.count == UINT32_MAX ? 0 : 1;
  const base::Duration duration = shut_for(policy, failures.count);
  // Several attempts may have been on their way when the door was shut: it never opens earlier.
  failures.until = std::max(failures.until, now + duration);
  if (duration == base::Duration::zero()) return std::nullopt;
  counters_.add(is_ban(policy, failures) ? GuardMetric::bans : GuardMetric::back_offs);
  return Shut{{}, failures.count, is_ban(policy, failures), failures.until};
}

std::vector<Shut> LoginGuard::failed(const Ip& ip, std::string_view user, base::TimePoint now) {
  counters_.add(GuardMetric::failures);
  if (is_never_refused(ip)) return {};
  const Ip origin = origin_of(ip);
  return tables_.with([&](Tables& tables) {
    std::vector<Shut> doors;
    Failures& here = tables.addresses.touch(origin);
    if (auto door = count(here, settings_.of_address, now)) {
      door->whom = origin;
      doors.push_back(*std::move(door));
    }
    if (here.count == 1) here.name = user.substr(0, max_name_bytes);
    if (here.name != user) here.name.clear();
    if (user.empty() || user.size() > max_name_bytes) return doors;
    if (auto door = count(tables.users.touch(std::string(user)), settings_.of_user, now)) {
      door->whom = std::string(user);
      doors.push_back(*std::move(door));
    }
    return doors;
  });
}

void LoginGuard::logged_in(const Ip& ip, std::string_view user) {
  const Ip origin = origin_of(ip);
  tables_.with([&](Tables& tables) {
    tables.users.erase(user);
    const Failures* const here = tables.addresses.find(origin);
    if (here != nullptr && here->name == user) tables.addresses.erase(origin);
    if (user.size() <= max_name_bytes) tables.known.touch({std::string(user), origin});
  });
}

std::vector<Shut> LoginGuard::shut(base::TimePoint now) {
  return tables_.with([&](Tables& tables) {
    std::vector<Shut> doors;
    for (const auto& [ip, failures] : tables.addresses.entries()) {
      if (failures.until <= now) continue;
      doors.push_back({ip, failures.count, is_ban(settings_.of_address, failures), failures.until});
    }
    for (const auto& [user, failures] : tables.users.entries()) {
      if (failures.until <= now) continue;
      doors.push_back({user, failures.count, is_ban(settings_.of_user, failures), failures.until});
    }
    return doors;
  });
}

bool LoginGuard::forgive(const Ip& ip) {
  return tables_.with([&](Tables& tables) { return tables.addresses.erase(origin_of(ip)); });
}

bool LoginGuard::forgive(std::string_view user) {
  return tables_.with([&](Tables& tables) { return tables.users.erase(user); });
}

void LoginGuard::forgive_all() {
  tables_.with([](Tables& tables) {
    tables.addresses.clear();
    tables.users.clear();
  });
}

std::vector<base::Count> LoginGuard::counts() const {
  std::vector<base::Count> counts = counters_.read();
  const std::uint64_t displaced = tables_.with([](const Tables& tables) {
    return tables.addresses.displaced() + tables.users.displaced() + tables.known.displaced();
  });
  counts.push_back({"login_records_displaced", displaced});
  return counts;
}

}  // namespace auth
