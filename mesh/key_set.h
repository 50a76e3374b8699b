// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/expected.h"
#include "mesh/channel_key.h"
#include "mesh/mesh_config.h"
#include "mesh/pki.h"

namespace mesh {

/// One key to try on packets of the channel `name`.
struct Channel {
  std::string name;
  Key key;
  std::uint8_t hash = 0;    // what an encrypted packet carries as its `channel`
  std::uint32_t index = 0;  // what JSON consumers see instead
  bool json = true;
  std::string root{};      // without a slash at its end; empty: of every root
  bool is_preset = false;  // the well-known key on a preset's name, which nobody configured

  /// Whether it is to be tried below this root of a topic; an empty one is not known.
  bool serves(std::string_view topic_root) const;
};

/// Why no keys can be made: which entry of the configuration, and what is wrong with it.
struct KeyringProblem {
  enum class Entry : std::uint8_t { channel, share_url };

  std::size_t channel = 0;  // position in MeshConfig::channels or share_urls
  std::string_view what;
  Entry entry = Entry::channel;
};

/// All keys of one configuration: channel name -> keys to try, node number -> its key pair. Immutable once
/// it is in the keyring.
class KeySet {
 public:
  static base::Expected<KeySet, KeyringProblem> open(const MeshConfig& config);

  /// The keys of that name: those of [[mesh.channel]] in their order, then those of the share URLs, the
  /// well-known key last. Empty: none is known.
  std::span<const Channel> named(std::string_view name) const;
  /// False when a configured channel of that name, which serves the root, says json = false.
  bool json_allowed(std::string_view name, std::string_view root = {}) const;
  /// Every key, grouped by name; a key's position in here is its number for Cipher.
  std::span<const Channel> channels() const { return channels_; }
  /// Of a node whose private key the operator gave; null: of another.
  const KeyPair* node_key(std::uint32_t number) const;
  /// Before the set is given to anybody.
  void add_node_key(std::uint32_t number, KeyPair keys) {
    node_keys_.insert_or_assign(number, std::move(keys));
  }

 private:
  std::vector<Channel> channels_;  // sorted by name, stable
  std::map<std::uint32_t, KeyPair> node_keys_;
};

}  // namespace mesh
