// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config_changes.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "broker/app/config_keys.h"

namespace app {
namespace {

const ConfigList* list_of(const ConfigKey& row) {
  const std::size_t star = row.name.find(".*.");
  if (star == std::string_view::npos) return nullptr;
  const auto lists = config_lists();
  return &*std::ranges::find(lists, row.name.substr(0, star), &ConfigList::name);
}

void add_changes(const ConfigKey& row, const Config& before, const Config& after,
                 std::vector<ConfigChange>& changes) {
  const ConfigList* const list = list_of(row);
  if (list == nullptr) {
    if (row.differs(before, after, 0)) changes.push_back({std::string(row.name), row.reloads});
    return;
  }
  const std::size_t size = std::min(list->size(before), list->size(after));
  const std::string_view rest = row.name.substr(list->name.size() + 3);
  for (std::size_t i = 0; i < size; ++i) {
    if (row.differs(before, after, i))
      changes.push_back({fmt::format("{}.{}.{}", list->name, i, rest), row.reloads});
  }
}

bool reloads(const ConfigList& list) {
  return std::ranges::any_of(config_keys(),
                             [&list](const ConfigKey& row) { return list_of(row) == &list && row.reloads; });
}

}  // namespace

std::vector<ConfigChange> config_changes(const Config& before, const Config& after) {
  std::vector<ConfigChange> changes;
  for (const ConfigKey& row : config_keys()) add_changes(row, before, after, changes);
  for (const ConfigList& list : config_lists()) {
    if (list.size(before) != list.size(after)) changes.push_back({std::string(list.name), reloads(list)});
  }
  return changes;
}

void take_reloaded(Config& running, const Config& next) {
  running.auth = next.auth;
  running.mesh.default_key = next.mesh.default_key;
  running.mesh.share_urls = next.mesh.share_urls;
  running.mesh.channels = next.mesh.channels;
  running.mesh.own_nodes = next.mesh.own_nodes;
}

}  // namespace app
