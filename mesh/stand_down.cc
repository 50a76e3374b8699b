// SPDX-License-Identifier: Apache-2.0
#include "mesh/stand_down.h"

namespace mesh {

void StandDown::on_json(std::uint32_t gateway) {
  table_.with([gateway](Table& table) {
    if (table.size() < most_gateways || table.contains(gateway)) table[gateway] = {};
  });
}

bool StandDown::on_envelope(std::uint32_t gateway, base::TimePoint now) {
  return table_.with([gateway, now](Table& table) {
    const auto found = table.find(gateway);
    if (found == table.end()) return false;
    std::optional<base::TimePoint>& since = found->second.first_without;
    if (!since) since = now;
    if (now - *since < patience) return true;
    table.erase(found);
    return false;
  });
}

bool StandDown::is_served(std::uint32_t gateway) const {
  return table_.with([gateway](const Table& table) { return table.contains(gateway); });
}

}  // namespace mesh
