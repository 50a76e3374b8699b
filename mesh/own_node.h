// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "broker/plugin/plugin.h"
#include "mesh/down_config.h"
#include "mesh/pki.h"

namespace mesh {

/// The node that the broker itself is in the mesh. Its number is made of its public key as firmware 2.8 does;
/// the key is made once and kept under `mesh/own/key`. With a number from the configuration it has no key: no
/// direct messages of its own, nothing announced that could be compared. With neither a place to keep the key
/// nor a number it is nobody, and sends nothing: a number that changes with each start would be a new node
/// each time. Owned by the plugin. Constant once restored, before any hook runs, so any thread may read it.
class OwnNode {
 public:
  explicit OwnNode(const DownConfig& config);

  static constexpr std::string_view kept_name = "mesh/own/key";
  /// The key as it was kept; another length, or one that gives a reserved number, is ignored.
  void restore(base::Bytes key);
  /// Keeps a key that is new.
  void on_tick(plugin::Host& host);

  /// 0: nobody.
  std::uint32_t number() const { return number_; }
  /// "!hhhhhhhh"; empty: nobody.
  const std::string& id() const { return id_; }
  const std::optional<KeyPair>& keys() const { return keys_; }
  /// The content of its node info: a User, serialized.
  std::string user() const;

  /// Numbers that mean something else than a node.
  static constexpr bool is_reserved(std::uint32_t number) { return number < 4 || number == 0xffffffff; }

 private:
  bool take(KeyPair keys);

  const std::string long_name_;
  const std::string short_name_;
  const bool has_key_;
  std::uint32_t number_ = 0;
  std::string id_;
  std::optional<KeyPair> keys_;
  bool is_new_ = false;  // not kept yet
};

}  // namespace mesh
