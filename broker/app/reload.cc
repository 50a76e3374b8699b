// SPDX-License-Identifier: Apache-2.0
#include "broker/app/reload.h"

#include <algorithm>
#include <map>
#include <utility>

#include "broker/app/config/changes.h"
#include "broker/app/inspection.h"
#include "broker/app/mesh_parts.h"
#include "broker/app/node_key_files.h"

namespace app {
namespace {

/// Lines of one kind of difference; the rest is only counted.
constexpr std::size_t most_lines = 50;

}  // namespace

ReloadReport Reload::run() {
  report_ = {};
  const auto loaded = parts_.load();
  if (!loaded) {
    for (const Problem& problem : loaded.error()) refuse(to_text(problem));
    return std::move(report_);
  }
  const std::vector<Problem> problems = inspect(*loaded);
  for (const Problem& problem : problems) refuse(to_text(problem));
  if (problems.empty()) {
    if (const auto applied = apply(*loaded); !applied) refuse(applied.error());
  }
  return std::move(report_);
}

/// Of the listeners that stay as they are: another door's files are looked at by inspect only.
base::Expected<TlsContexts, std::string> Reload::open_tls(const Config& next) const {
  std::vector<Listener> listeners = next.listeners;
  listeners.resize(std::min(listeners.size(), running_.listeners.size()));
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    if (!is_same_door(running_.listeners[i], listeners[i])) listeners[i].tls = {};
  }
  auto contexts = open_tls_contexts(listeners);
  if (contexts) return *std::move(contexts);
  return base::make_unexpected(contexts.error().front().key + ": " + contexts.error().front().what);
}

/// What can fail comes before what cannot.
base::Expected<void, std::string> Reload::apply(const LoadedConfig& loaded) {
  const Config next = with_paths_resolved(loaded);
  const auto access = load_access(next.auth);
  if (!access) return base::make_unexpected(to_text(access.error()));
  auto contexts = open_tls(next);
  if (!contexts) return base::make_unexpected(contexts.error());
  mesh::MeshConfig mesh_config = mesh_config_of(next.mesh);
  const auto node_keys = read_node_keys(loaded);
  if (!node_keys) return base::make_unexpected(to_text(node_keys.error()));
  mesh_config.node_keys = *node_keys;
  if (const auto keys = parts_.mesh.reload(mesh_config); !keys)
    return base::make_unexpected(keyring_problem_text(mesh_config, keys.error()));

  const AccessControl before = parts_.server.access();
  Config after = running_;
  take_reloaded(after, next);
  parts_.log.set_least(after.broker.log_level);
  parts_.server.apply(after.listeners, *std::move(contexts));
  parts_.server.apply(*access);
  log_changes(next, before);
  running_ = std::move(after);
  return {};
}

void Reload::refuse(std::string_view why) {
  report_.problems.emplace_back(why);
  parts_.log.error("reload_refused",
                   {{"why", why}, {"hint", "nothing has changed; what held before still holds"}});
}

/// How many there are.
std::uint64_t Reload::log_changed_files(const Config& after) {
  FileHashes now = tls_file_hashes(after.listeners);
  std::uint64_t changes = 0;
  for (const auto& [path, hash] : now) {
    const auto before = tls_files_.find(path);
    if (before == tls_files_.end() || before->second == hash) continue;
    ++changes;
    note_change("file", path);
  }
  tls_files_ = std::move(now);
  return changes;
}

void Reload::note_change(std::string_view what, std::string_view name) {
  parts_.log.info("reload_changed", {{"what", what}, {"name", name}});
  report_.changes.push_back(std::string(what) + " " + std::string(name));
}

void Reload::log_changes(const Config& next, const AccessControl& before) {
  Config after = running_;
  take_reloaded(after, next);
  const std::vector<ConfigChange> left = config_changes(after, next);
  std::uint64_t changes = log_changed_files(after);
  for (const ConfigChange& change : config_changes(running_, next)) {
    ++changes;
    if (std::ranges::find(left, change) == left.end()) {
      note_change("setting", change.key);
    } else {
      report_.needs_restart.push_back(change.key);
      parts_.log.warn("reload_needs_restart",
                      {{"name", change.key}, {"hint", "as before until the broker starts again"}});
    }
  }
  std::map<std::string_view, std::size_t> lines;
  for (const AccessChange& change : access_changes(before, parts_.server.access())) {
    ++changes;
    if (++lines[change.what] <= most_lines) note_change(change.what, change.name);
  }
  for (const auto& [what, count] : lines) {
    if (count > most_lines)
      parts_.log.info("reload_changed", {{"what", what}, {"more", std::uint64_t{count - most_lines}}});
  }
  parts_.log.info("reloaded", {{"changes", changes}});
}

}  // namespace app
