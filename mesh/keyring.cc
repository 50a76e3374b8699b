// SPDX-License-Identifier: Apache-2.0
#include "mesh/keyring.h"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace mesh {
namespace {

/// Names the devices give a channel without a name of its own, one per modem preset (reference section 2.9).
constexpr std::array<std::string_view, 16> preset_names = {
    "ShortTurbo", "ShortFast",  "ShortSlow", "MediumTurbo", "MediumFast", "MediumSlow",
    "LongTurbo",  "LongFast",   "LongMod",   "LongSlow",    "LiteFast",   "LiteSlow",
    "NarrowFast", "NarrowSlow", "TinyFast",  "TinySlow",
};

Channel make_channel(const ChannelConfig& config, const Key& key) {
  return {config.name, key, channel_hash(config.name, key), config.index, config.json};
}

/// Index and JSON permission belong to the name: the well-known key takes them from the configured channel.
void add_default_key(std::vector<Channel>& channels, std::string_view name, const Key& key) {
  ChannelConfig like{std::string(name), {}, 0, true};
  for (const Channel& channel : channels) {
    if (channel.name != name) continue;
    if (channel.key == key) return;
    like.index = channel.index;
    like.json = like.json && channel.json;
  }
  channels.push_back(make_channel(like, key));
  channels.back().is_preset = true;
}

}  // namespace

base::Expected<Keyring, KeyringProblem> Keyring::open(const MeshConfig& config) {
  std::vector<Channel> channels;
  for (std::size_t i = 0; i < config.channels.size(); ++i) {
    const auto psk = parse_psk(config.channels[i].psk);
    if (!psk) return base::make_unexpected(KeyringProblem{i, psk.error()});
    channels.push_back(make_channel(config.channels[i], expand_psk(*psk)));
  }
  if (config.default_key) {
    const Key key = expand_psk(std::array<std::uint8_t, 1>{1});
    for (const std::string_view name : preset_names) add_default_key(channels, name, key);
  }
  std::ranges::stable_sort(channels, std::less<>{}, &Channel::name);
  Keyring keyring;
  keyring.channels_ = std::move(channels);
  return keyring;
}

std::span<const Channel> Keyring::named(std::string_view name) const {
  const auto first =
      std::lower_bound(channels_.begin(), channels_.end(), name,
                       [](const Channel& channel, std::string_view n) { return channel.name < n; });
  const auto last = std::find_if(first, channels_.end(), [name](const Channel& c) { return c.name != name; });
  return {first, last};
}

bool Keyring::json_allowed(std::string_view name) const {
  return std::ranges::all_of(named(name), &Channel::json);
}

}  // namespace mesh
