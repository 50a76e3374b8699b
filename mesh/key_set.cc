// SPDX-License-Identifier: Apache-2.0
#include "mesh/key_set.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "mesh/modem_preset.h"
#include "mesh/share_url.h"

namespace mesh {
namespace {

Channel make_channel(const ChannelConfig& config, const Key& key) {
  std::string root = config.root;
  while (root.ends_with('/')) root.pop_back();
  return {config.name, key, channel_hash(config.name, key), config.index, config.json, std::move(root)};
}

bool has(const std::vector<Channel>& channels, std::string_view name, const Key& key) {
  return std::ranges::any_of(channels, [name, &key](const Channel& channel) {
    return channel.name == name && channel.key == key && channel.root.empty();
  });
}

/// What [[mesh.channel]] says of a name and key goes before what a URL says.
std::optional<std::string_view> add_shared(std::vector<Channel>& channels, std::string_view url) {
  const auto shared = read_share_url(url);
  if (!shared) return shared.error();
  for (const SharedChannel& each : *shared) {
    if (has(channels, each.name, each.key)) continue;
    channels.push_back(make_channel({.name = each.name, .psk = {}, .index = each.index}, each.key));
  }
  return std::nullopt;
}

/// Index and JSON permission belong to the name: the well-known key takes them from the configured channel.
void add_default_key(std::vector<Channel>& channels, std::string_view name, const Key& key) {
  if (has(channels, name, key)) return;
  ChannelConfig like{.name = std::string(name), .psk = {}};
  for (const Channel& channel : channels) {
    if (channel.name != name) continue;
    like.index = channel.index;
    like.json = like.json && channel.json;
  }
  channels.push_back(make_channel(like, key));
  channels.back().is_preset = true;
}

}  // namespace

bool Channel::serves(std::string_view topic_root) const {
  if (root.empty() || topic_root.empty() || topic_root == root) return true;
  return topic_root.starts_with(root) && topic_root[root.size()] == '/';
}

base::Expected<KeySet, KeyringProblem> KeySet::open(const MeshConfig& config) {
  std::vector<Channel> channels;
  for (std::size_t i = 0; i < config.channels.size(); ++i) {
    const auto psk = parse_psk(config.channels[i].psk);
    if (!psk) return base::make_unexpected(KeyringProblem{i, psk.error()});
    channels.push_back(make_channel(config.channels[i], expand_psk(*psk)));
  }
  for (std::size_t i = 0; i < config.share_urls.size(); ++i) {
    if (const auto problem = add_shared(channels, config.share_urls[i]))
      return base::make_unexpected(KeyringProblem{i, *problem, KeyringProblem::Entry::share_url});
  }
  if (config.default_key) {
    const Key key = expand_psk(std::array<std::uint8_t, 1>{1});
    for (const std::string_view name : preset_names) {
      if (name != no_preset_name) add_default_key(channels, name, key);
    }
  }
  std::ranges::stable_sort(channels, std::less<>{}, &Channel::name);
  KeySet keys;
  keys.channels_ = std::move(channels);
  for (const NodeKeyConfig& node : config.node_keys)
    keys.add_node_key(node.number, {node.key, public_key_of(node.key)});
  return keys;
}

std::span<const Channel> KeySet::named(std::string_view name) const {
  const auto first =
      std::lower_bound(channels_.begin(), channels_.end(), name,
                       [](const Channel& channel, std::string_view n) { return channel.name < n; });
  const auto last = std::find_if(first, channels_.end(), [name](const Channel& c) { return c.name != name; });
  return {first, last};
}

bool KeySet::json_allowed(std::string_view name, std::string_view root) const {
  return std::ranges::all_of(
      named(name), [root](const Channel& channel) { return channel.json || !channel.serves(root); });
}

const KeyPair* KeySet::node_key(std::uint32_t number) const {
  const auto found = node_keys_.find(number);
  return found == node_keys_.end() ? nullptr : &found->second;
}

}  // namespace mesh
