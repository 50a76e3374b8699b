// SPDX-License-Identifier: Apache-2.0
// Filters with wildcards, as a trie of levels.
//
//   msh/+/2/json/#      root -> msh -> + -> 2 -> json   (json's `below` list: everything from here down)
//   msh/EU_868/2/e/+    root -> msh -> EU_868 -> 2 -> e -> +   (the last node's `here` list)
//
// Level texts are interned to numbers, so a topic's levels are hashed once each and the walk itself compares
// integers: a node knows its `+` and one other child, any further edge is (parent node, level) -> child in
// one flat table. The walk goes level by level over the set of nodes reached so far; it neither recurses nor
// allocates once its two lists have grown, and it can never visit more nodes than the trie has, however many
// `+` a filter is made of.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/core/subscriber_list.h"

namespace core {

/// Lets unordered containers of std::string be asked with a string_view.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Owned by Subscriptions; worker's thread. Filters are valid (mqtt::is_valid_filter).
class FilterTrie {
 public:
  FilterTrie();

  /// True when the subscriber did not have this filter yet.
  bool set(std::string_view filter, Subscriber subscriber, mqtt::SubscriptionOptions options);
  /// True when it had it.
  bool remove(std::string_view filter, std::uint32_t slot);
  bool empty() const { return filters_ == 0; }

  /// Appends the list of every filter that `topic` meets. `$` topics meet no leading wildcard [MQTT-4.7.2-1].
  /// Returns how many nodes it has visited.
  std::size_t match(std::string_view topic, std::vector<const SubscriberList*>& lists) {
    return match(topic, lists, Ending::any);
  }
  /// The same of filters that end in a spelled-out level.
  std::size_t match_named(std::string_view topic, std::vector<const SubscriberList*>& lists) {
    return match(topic, lists, Ending::named);
  }

 private:
  using NodeId = std::uint32_t;
  using LevelId = std::uint32_t;
  static constexpr NodeId root = 0;
  static constexpr LevelId no_level = 0;
  static constexpr LevelId plus_level = 1;

  struct Node {
    NodeId parent = root;
    LevelId level = no_level;
    std::uint32_t children = 0;
    // Found without a look-up: the child `+`, and one more, which is all that most nodes have.
    NodeId plus_child = root;
    LevelId near_level = no_level;
    NodeId near_child = root;
    SubscriberList here;   // filters that end at this node
    SubscriberList below;  // filters that end here with a further /#
  };
  struct Level {
    LevelId id = no_level;
    std::uint32_t uses = 0;  // edges that bear it
  };
  using Levels = std::unordered_map<std::string, Level, TextHash, std::equal_to<>>;

  static std::uint64_t edge(NodeId parent, LevelId level) { return (std::uint64_t{parent} << 32U) | level; }
  enum class Ending : std::uint8_t { any, named };
  std::size_t match(std::string_view topic, std::vector<const SubscriberList*>& lists, Ending ending);
  NodeId child(NodeId parent, LevelId level) const;
  void link(NodeId parent, LevelId level, NodeId child);
  void unlink(NodeId parent, LevelId level);
  NodeId add_child(NodeId parent, std::string_view level_text);
  LevelId intern(std::string_view text);
  LevelId new_level();
  LevelId known(std::string_view text) const;
  NodeId find(std::string_view filter) const;
  NodeId walk_or_add(std::string_view filter);
  void prune(NodeId node);
  void release_level(LevelId level);

  std::vector<Node> nodes_;
  std::vector<NodeId> free_nodes_;
  std::unordered_map<std::uint64_t, NodeId> edges_;  // those that do not stand in their parent
  Levels levels_;
  std::unordered_map<LevelId, const std::string*> level_texts_;  // into levels_, whose keys never move
  LevelId last_level_ = plus_level;
  std::vector<LevelId> free_levels_;
  std::size_t filters_ = 0;
  std::vector<NodeId> reached_, next_;  // the walk's two lists, kept to spare allocations
};

}  // namespace core
