// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/changes.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "broker/app/config/keys.h"

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

void take_reloaded(Listener& running, const Listener& next) {
  running.allow_anonymous = next.allow_anonymous;
  running.allow_from = next.allow_from;
  running.deny_from = next.deny_from;
  running.trusted_proxies = next.trusted_proxies;
  running.tls = next.tls;
}

}  // namespace

std::vector<ConfigChange> config_changes(const Config& before, const Config& after) {
  std::vector<ConfigChange> changes;
  for (const ConfigKey& row : config_keys()) add_changes(row, before, after, changes);
  for (const ConfigList& list : config_lists()) {
    if (list.size(before) != list.size(after)) changes.push_back({std::string(list.name), list.reloads});
  }
  return changes;
}

bool is_same_door(const Listener& running, const Listener& next) {
  return running.bind == next.bind && running.protocol == next.protocol &&
         running.proxy_protocol == next.proxy_protocol && running.tls.is_on() == next.tls.is_on();
}

void take_reloaded(Config& running, const Config& next) {
  running.broker.log_level = next.broker.log_level;
  const std::size_t doors = std::min(running.listeners.size(), next.listeners.size());
  for (std::size_t i = 0; i < doors; ++i) {
    if (is_same_door(running.listeners[i], next.listeners[i]))
      take_reloaded(running.listeners[i], next.listeners[i]);
  }
  running.auth.password_file = next.auth.password_file;
  running.auth.acl_file = next.auth.acl_file;
  running.mesh.default_key = next.mesh.default_key;
  running.mesh.share_urls = next.mesh.share_urls;
  running.mesh.channels = next.mesh.channels;
  running.mesh.own_nodes = next.mesh.own_nodes;
}

}  // namespace app
