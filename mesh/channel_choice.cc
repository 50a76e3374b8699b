// SPDX-License-Identifier: Apache-2.0
#include "mesh/channel_choice.h"

#include <algorithm>
#include <utility>

#include "broker/mqtt/topic.h"
#include "mesh/envelope.h"
#include "mesh/own_envelope.h"

namespace mesh {
namespace {

constexpr std::size_t named_at_most = 4;  // in a reason

bool is_meant(const ChannelWish& wish, const Channel& channel) {
  if (const auto* const name = std::get_if<std::string>(&wish.channel)) return channel.name == *name;
  return channel.is_preset || channel.index == std::get<std::uint32_t>(wish.channel);
}

/// The configured ones; without any of them the preset ones. A preset channel of a configured name is not one
/// without an index.
std::vector<const Channel*> candidates_of(const ChannelWish& wish, const Keyring& keyring) {
  std::vector<const Channel*> found;
  for (const bool preset : {false, true}) {
    for (const Channel& channel : keyring.channels()) {
      if (channel.is_preset == preset && is_meant(wish, channel)) found.push_back(&channel);
    }
    if (!found.empty()) break;
  }
  const bool by_index = std::holds_alternative<std::uint32_t>(wish.channel);
  std::erase_if(found, [&](const Channel* each) {
    const auto named = keyring.named(each->name);
    return by_index && each->is_preset && !std::ranges::all_of(named, &Channel::is_preset);
  });
  return found;
}

ChosenChannel with_listeners(const ChannelWish& wish, const Channel& channel, const Listeners& listeners) {
  ChosenChannel chosen{&channel, envelope_topic(wish.root, channel.name, wish.sender_id), {}};
  chosen.listeners = listeners.on(chosen.topic);
  std::erase_if(chosen.listeners,
                [&](const Listener& each) { return wish.from != 0 && each.number != wish.from; });
  return chosen;
}

std::string words_for(const ChannelWish& wish) {
  if (const auto* const name = std::get_if<std::string>(&wish.channel)) return "channel \"" + *name + "\"";
  return "channel " + std::to_string(std::get<std::uint32_t>(wish.channel));
}

std::string names_of(const std::vector<ChosenChannel>& channels) {
  std::string names;
  for (std::size_t i = 0; i < std::min(channels.size(), named_at_most); ++i)
    names.append(i == 0 ? "" : ", ")
        .append(channels[i].channel->name + " (" + std::to_string(channels[i].channel->index) + ")");
  return channels.size() > named_at_most ? names + ", ..." : names;
}

std::string nobody_listens(const ChannelWish& wish, const std::vector<ChosenChannel>& channels) {
  if (channels.size() > 1 && channels[0].channel->is_preset)
    return "the broker knows no " + words_for(wish) +
           ", and no preset channel is listened on that it could be";
  const std::string who = wish.from == 0 ? "no gateway" : node_id(wish.from) + " is no gateway that";
  return who + " listens on \"" + channels[0].channel->name + "\" under " + std::string(wish.root) +
         ": it must be connected, with downlink on";
}

}  // namespace

base::Expected<ChosenChannel, std::string> choose_channel(const ChannelWish& wish, const Keyring& keyring,
                                                          const Listeners& listeners) {
  std::vector<ChosenChannel> possible;
  for (const Channel* const each : candidates_of(wish, keyring))
    possible.push_back(with_listeners(wish, *each, listeners));
  if (possible.empty())
    return base::make_unexpected("the broker knows no " + words_for(wish) + ": see [[mesh.channel]]");
  std::vector<ChosenChannel> heard;
  std::ranges::copy_if(possible, std::back_inserter(heard),
                       [](const ChosenChannel& each) { return !each.listeners.empty(); });
  if (heard.empty()) return base::make_unexpected(nobody_listens(wish, possible));
  if (heard.size() > 1)
    return base::make_unexpected(words_for(wish) + " could be each of: " + names_of(heard));
  if (!mqtt::is_valid_topic(heard[0].topic))
    return base::make_unexpected("the name of " + words_for(wish) + " cannot stand in a topic");
  return std::move(heard[0]);
}

}  // namespace mesh
