// SPDX-License-Identifier: Apache-2.0
#include "mesh/kept_state.h"

#include "mesh/kept_number.h"

namespace mesh {
namespace {

constexpr std::string_view node_prefix = "mesh/node/";

}  // namespace

void KeptState::restore(std::string_view name, base::Bytes value, base::TimePoint now) {
  if (!name.starts_with(node_prefix)) return claims_.restore(name, value, now);
  const auto number = hex_number(name.substr(node_prefix.size()));
  if (number && *number <= 0xffffffff)
    nodes_.restore(static_cast<std::uint32_t>(*number), base::as_text(value));
}

void KeptState::on_tick(plugin::Host& host, base::TimePoint now) {
  for (const NodeTable::Change& change : nodes_.take_changes())
    host.keep(std::string(node_prefix) + hex_of(change.number, 8), base::as_bytes(change.name));
  claims_.on_tick(host, now);
}

}  // namespace mesh
