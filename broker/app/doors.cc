// SPDX-License-Identifier: Apache-2.0
#include "broker/app/doors.h"

#include <algorithm>

#include <sys/resource.h>

namespace app {
namespace {

/// Descriptors that are no connections: standard streams, listeners, the loop's own, files; with room to
/// spare.
constexpr std::size_t reserve = 64;

bool is_full(std::size_t taken, std::size_t limit) { return limit != 0 && taken >= limit; }

template <class Key>
std::size_t count_of(const std::map<Key, std::size_t>& counts, const Key& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

template <class Key>
void take_one_off(std::map<Key, std::size_t>& counts, const Key& key) {
  const auto found = counts.find(key);
  if (--found->second == 0) counts.erase(found);
}

}  // namespace

base::Expected<Doors::Ticket, Doors::Refusal> Doors::enter(const Listener& listener,
                                                           const net::Address& peer) {
  // A proxy is nobody's address; whose it is says its header: see place.
  const auto origin = listener.proxy_protocol ? std::nullopt : counted_origin(peer);
  const auto refusal = counts_.with([&](Counts& counts) { return take(counts, listener, origin); });
  if (refusal) return base::make_unexpected(*refusal);
  return Ticket(*this, listener, origin);
}

std::optional<Origin> Doors::counted_origin(const net::Address& peer) const {
  if (sizes_.per_address == 0 || admission_.is_near(peer)) return std::nullopt;
  return origin_of(peer);
}

std::optional<Doors::Refusal> Doors::place(Ticket& ticket, const net::Address& client) {
  const auto origin = counted_origin(client);
  if (ticket.doors_ == nullptr || ticket.origin_ == origin) return std::nullopt;
  return counts_.with([&](Counts& counts) -> std::optional<Refusal> {
    if (origin && is_full(count_of(counts.of_origin, *origin), sizes_.per_address))
      return Refusal{core::CloseReason::too_many_from_address, "see limits.connections_per_address"};
    if (origin) ++counts.of_origin[*origin];
    if (ticket.origin_) take_one_off(counts.of_origin, *ticket.origin_);
    ticket.origin_ = origin;
    return std::nullopt;
  });
}

std::optional<Doors::Refusal> Doors::take(Counts& counts, const Listener& listener,
                                          const std::optional<Origin>& origin) {
  using core::CloseReason;
  if (is_full(counts.all, sizes_.connections))
    return Refusal{CloseReason::too_many_connections, "the broker is full: see limits.connections"};
  if (is_full(count_of(counts.of_listener, &listener), listener.max_connections))
    return Refusal{CloseReason::too_many_connections, "the listener is full: see listener.max_connections"};
  if (origin && is_full(count_of(counts.of_origin, *origin), sizes_.per_address))
    return Refusal{CloseReason::too_many_from_address, "see limits.connections_per_address"};
  ++counts.all;
  ++counts.of_listener[&listener];
  if (origin) ++counts.of_origin[*origin];
  return std::nullopt;
}

void Doors::leave(const Ticket& ticket) {
  counts_.with([&](Counts& counts) {
    --counts.all;
    take_one_off(counts.of_listener, ticket.listener_);
    if (ticket.origin_) take_one_off(counts.of_origin, *ticket.origin_);
  });
}

std::size_t Doors::taken() {
  return counts_.with([](const Counts& counts) { return counts.all; });
}

std::size_t Doors::taken(const Listener& listener) const {
  return counts_.with([&](const Counts& counts) { return count_of(counts.of_listener, &listener); });
}

std::size_t room_for_connections() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const std::size_t all = limit.rlim_cur;
  return all > 2 * reserve ? all - reserve : std::max<std::size_t>(all / 2, 1);
}

}  // namespace app
