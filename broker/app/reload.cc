// SPDX-License-Identifier: Apache-2.0
#include "broker/app/reload.h"

#include <map>
#include <utility>

#include "broker/app/config_changes.h"
#include "broker/app/mesh_parts.h"
#include "broker/app/node_key_files.h"

namespace app {
namespace {

/// Lines of one kind of difference; the rest is only counted.
constexpr std::size_t most_lines = 50;

}  // namespace

void Reload::run() {
  const auto loaded = parts_.load();
  if (!loaded) {
    for (const Problem& problem : loaded.error()) refuse(to_text(problem));
    return;
  }
  if (const auto applied = apply(*loaded); !applied) refuse(applied.error());
}

/// What can fail comes before what cannot.
base::Expected<void, std::string> Reload::apply(const LoadedConfig& loaded) {
  const Config next = with_paths_resolved(loaded);
  const auto access = load_access(next.auth);
  if (!access) return base::make_unexpected(access.error());
  mesh::MeshConfig mesh_config = mesh_config_of(next.mesh);
  const auto node_keys = read_node_keys(loaded);
  if (!node_keys) return base::make_unexpected(node_keys.error());
  mesh_config.node_keys = *node_keys;
  if (const auto keys = parts_.mesh.reload(mesh_config); !keys)
    return base::make_unexpected(keyring_problem_text(mesh_config, keys.error()));

  const AccessControl before = parts_.server.access();
  parts_.server.apply(*access);
  log_changes(next, before);
  take_reloaded(running_, next);
  return {};
}

void Reload::refuse(std::string_view why) {
  parts_.log.error("reload_refused",
                   {{"why", why}, {"hint", "nothing has changed; what held before still holds"}});
}

void Reload::log_changes(const Config& next, const AccessControl& before) {
  std::uint64_t changes = 0;
  for (const ConfigChange& change : config_changes(running_, next)) {
    ++changes;
    if (change.reloads) {
      parts_.log.info("reload_changed", {{"what", "setting"}, {"name", change.key}});
    } else {
      parts_.log.warn("reload_needs_restart",
                      {{"name", change.key}, {"hint", "as before until the broker starts again"}});
    }
  }
  std::map<std::string_view, std::size_t> lines;
  for (const AccessChange& change : access_changes(before, parts_.server.access())) {
    ++changes;
    if (++lines[change.what] <= most_lines)
      parts_.log.info("reload_changed", {{"what", change.what}, {"name", change.name}});
  }
  for (const auto& [what, count] : lines) {
    if (count > most_lines)
      parts_.log.info("reload_changed", {{"what", what}, {"more", std::uint64_t{count - most_lines}}});
  }
  parts_.log.info("reloaded", {{"changes", changes}});
}

}  // namespace app
