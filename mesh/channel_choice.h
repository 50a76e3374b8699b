// SPDX-License-Identifier: Apache-2.0
// Which channel a JSON request means. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/base/expected.h"
#include "mesh/keyring.h"
#include "mesh/listeners.h"

namespace mesh {

/// A channel and the gateways that listen on it under the root of the request.
struct ChosenChannel {
  const Channel* channel = nullptr;  // of the keyring
  std::string topic;
  std::vector<Listener> listeners;
};

/// What is asked of whom: `channel` is an index or a name; `from` 0: any gateway.
struct ChannelWish {
  std::variant<std::uint32_t, std::string> channel;
  std::uint32_t from = 0;
  std::string_view root;
  std::string_view sender_id;  // of the broker's node
};

/// An index means the configured channel with that index, or, where none has it, the preset channel that the
/// gateway listens on and that has no configured index; a name means the channel of that name, configured
/// before preset. Where several are left, those that a gateway listens on count; where that leaves two, or
/// none listens, the error says so, with names.
base::Expected<ChosenChannel, std::string> choose_channel(const ChannelWish& wish, const Keyring& keyring,
                                                          const Listeners& listeners);

}  // namespace mesh
