// SPDX-License-Identifier: Apache-2.0
#include "mesh/mesh_topic.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>

namespace mesh {
namespace {

struct KindName {
  std::string_view segment;
  TopicKind kind;
};

constexpr std::array<KindName, 5> kind_names = {{
    {"/2/e/", TopicKind::envelope},
    {"/2/c/", TopicKind::legacy},
    {"/2/json/", TopicKind::json},
    {"/2/map/", TopicKind::map},
    {"/2/stat/", TopicKind::stat},
}};

bool is_under(std::string_view topic, std::string_view root) {
  return topic.size() > root.size() && topic[root.size()] == '/' && topic.starts_with(root);
}

std::string_view take_level(std::string_view& rest) {
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view level = rest.substr(0, slash);
  rest.remove_prefix(std::min(slash + 1, rest.size()));
  return level;
}

/// Level by level, as far as the root goes; the filter has to go on behind it.
bool reaches_below(std::string_view filter, std::string_view root) {
  while (!root.empty()) {
    if (filter.empty()) return false;
    const std::string_view wanted = take_level(filter);
    if (wanted == "#") return true;
    if (take_level(root) != wanted && wanted != "+") return false;
  }
  return !filter.empty();
}

const KindName* kind_at(std::string_view rest) {
  for (const KindName& name : kind_names) {
    if (rest.starts_with(name.segment)) return &name;
  }
  return nullptr;
}

/// Channel names may hold slashes, gateway ids never do: the last level is the gateway.
std::optional<MeshTopic> with_channel(MeshTopic topic, std::string_view rest) {
  const std::size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  topic.channel = rest.substr(0, slash);
  topic.gateway = rest.substr(slash + 1);
  return topic;
}

/// Where the level "2" lies, from `at` on. By hand: done for each packet, and a search for three characters
/// through the library costs several times that.
std::size_t find_version(std::string_view topic, std::size_t at) {
  for (; at + 3 <= topic.size(); ++at) {
    if (topic[at] == '/' && topic[at + 1] == '2' && topic[at + 2] == '/') return at;
  }
  return std::string_view::npos;
}

/// The first /2/KIND/ after the configured root ends the root: regions and places stand between.
std::optional<MeshTopic> parse_after(std::string_view topic, std::size_t root_size) {
  for (std::size_t at = find_version(topic, root_size); at != std::string_view::npos;
       at = find_version(topic, at + 1)) {
    const KindName* name = kind_at(topic.substr(at));
    if (name == nullptr) continue;
    MeshTopic parsed{name->kind, topic.substr(0, at), {}, {}};
    const std::string_view rest = topic.substr(at + name->segment.size());
    if (name->kind != TopicKind::map && name->kind != TopicKind::stat) return with_channel(parsed, rest);
    parsed.gateway = rest;
    return parsed;
  }
  return std::nullopt;
}

}  // namespace

Roots::Roots(const std::vector<std::string>& roots) {
  for (std::string_view root : roots) {
    while (root.ends_with('/')) root.remove_suffix(1);
    if (!root.empty()) roots_.emplace_back(root);
  }
  // A root may lie under another: the more exact one is asked first.
  std::ranges::stable_sort(roots_, std::greater<>{}, &std::string::size);
}

std::optional<MeshTopic> Roots::parse(std::string_view topic) const {
  for (const std::string& root : roots_) {
    if (!is_under(topic, root)) continue;
    if (const std::optional<MeshTopic> parsed = parse_after(topic, root.size())) return parsed;
  }
  return std::nullopt;
}

bool Roots::may_meet(std::string_view filter) const {
  return std::ranges::any_of(roots_,
                             [filter](const std::string& root) { return reaches_below(filter, root); });
}

void make_json_topic(const MeshTopic& topic, std::string& out) {
  out.assign(topic.root).append("/2/json/").append(topic.channel).append("/").append(topic.gateway);
}

}  // namespace mesh
