// SPDX-License-Identifier: Apache-2.0
#include "mesh/awaited_acks.h"

#include <algorithm>
#include <array>
#include <utility>

#include "mesh/send_request.h"

namespace mesh {
namespace {

struct ErrorName {
  std::uint32_t error;
  std::string_view name;
};
constexpr std::array<ErrorName, 18> error_names = {{
    {0, "NONE"},
    {1, "NO_ROUTE"},
    {2, "GOT_NAK"},
    {3, "TIMEOUT"},
    {4, "NO_INTERFACE"},
    {5, "MAX_RETRANSMIT"},
    {6, "NO_CHANNEL"},
    {7, "TOO_LARGE"},
    {8, "NO_RESPONSE"},
    {9, "DUTY_CYCLE_LIMIT"},
    {32, "BAD_REQUEST"},
    {33, "NOT_AUTHORIZED"},
    {34, "PKI_FAILED"},
    {35, "PKI_UNKNOWN_PUBKEY"},
    {36, "ADMIN_BAD_SESSION_KEY"},
    {37, "ADMIN_PUBLIC_KEY_UNAUTHORIZED"},
    {38, "RATE_LIMIT_EXCEEDED"},
    {39, "PKI_SEND_FAIL_PUBLIC_KEY"},
}};

}  // namespace

std::string_view routing_error_name(std::uint32_t error) {
  const auto* const found = std::ranges::find(error_names, error, &ErrorName::error);
  return found == error_names.end() ? "UNKNOWN" : found->name;
}

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
