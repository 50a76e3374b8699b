// SPDX-License-Identifier: Apache-2.0
#include "broker/core/filter_trie.h"

#include <utility>

namespace core {
namespace {

/// The first level of `rest`, which is cut behind its slash; `is_last` says that no slash followed.
struct Cut {
  std::string_view level;
  bool is_last;
};

Cut cut_level(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {std::exchange(rest, {}), true};
  const std::string_view level = rest.substr(0, slash);
  rest.remove_prefix(slash + 1);
  return {level, false};
}

/// `a/b/#` ends below a/b; a lone `#` below the root. True: the caller's filter was cut down to the node's
/// path.
bool strip_hash(std::string_view& filter) {
  if (filter.empty() || filter.back() != '#') return false;
  filter.remove_suffix(filter.size() >= 2 ? 2 : 1);
  return true;
}

}  // namespace

FilterTrie::FilterTrie() { nodes_.emplace_back(); }

bool FilterTrie::set(std::string_view filter, Subscriber subscriber, mqtt::SubscriptionOptions options) {
  const bool is_lone_hash = filter == "#";
  const bool is_below = strip_hash(filter);
  Node& node = nodes_[is_lone_hash ? root : walk_or_add(filter)];
  const bool is_new = (is_below ? node.below : node.here).set(subscriber, options);
  if (is_new) ++filters_;
  return is_new;
}

bool FilterTrie::remove(std::string_view filter, std::uint32_t slot) {
  const bool is_lone_hash = filter == "#";
  const bool is_below = strip_hash(filter);
  const NodeId id = is_lone_hash ? root : find(filter);
  if (id == root && !is_lone_hash) return false;
  Node& node = nodes_[id];
  if (!(is_below ? node.below : node.here).remove(slot)) return false;
  --filters_;
  prune(id);
  return true;
}

std::size_t FilterTrie::match(std::string_view topic, std::vector<const SubscriberList*>& lists,
                              Ending ending) {
  if (empty()) return 0;
  const bool is_any = ending == Ending::any;
  std::size_t visited = 0;
  const bool is_dollar = topic.front() == '$';
  reached_.assign(1, root);
  for (bool is_first = true, is_last = false; !is_last && !reached_.empty(); is_first = false) {
    const Cut cut = cut_level(topic);
    is_last = cut.is_last;
    const LevelId level = known(cut.level);
    next_.clear();
    visited += reached_.size();
    for (const NodeId id : reached_) {
      if (!(is_first && is_dollar)) {
        if (is_any && !nodes_[id].below.empty()) lists.push_back(&nodes_[id].below);
        if (const NodeId plus = child(id, plus_level); plus != root) next_.push_back(plus);
      }
      if (level == no_level) continue;
      if (const NodeId same = child(id, level); same != root) next_.push_back(same);
    }
    reached_.swap(next_);
  }
  for (const NodeId id : reached_) {
    if (!is_any && nodes_[id].level == plus_level) continue;
    if (!nodes_[id].here.empty()) lists.push_back(&nodes_[id].here);
    if (is_any && !nodes_[id].below.empty()) lists.push_back(&nodes_[id].below);  // sport/# matches sport
  }
  return visited + reached_.size();
}

FilterTrie::NodeId FilterTrie::child(NodeId parent, LevelId level) const {
  const Node& node = nodes_[parent];
  if (level == plus_level) return node.plus_child;
  if (level == node.near_level) return node.near_child;
  // What the two above hold is all there is, mostly.
  const std::uint32_t held = (node.plus_child != root ? 1U : 0U) + (node.near_level != no_level ? 1U : 0U);
  if (node.children == held) return root;
  const auto found = edges_.find(edge(parent, level));
  return found == edges_.end() ? root : found->second;
}

void FilterTrie::link(NodeId parent, LevelId level, NodeId child) {
  Node& node = nodes_[parent];
  ++node.children;
  if (level == plus_level) {
    node.plus_child = child;
  } else if (node.near_level == no_level) {
    node.near_level = level;
    node.near_child = child;
  } else {
    edges_.emplace(edge(parent, level), child);
  }
}

void FilterTrie::unlink(NodeId parent, LevelId level) {
  Node& node = nodes_[parent];
  --node.children;
  if (level == plus_level) {
    node.plus_child = root;
  } else if (node.near_level == level) {
    node.near_level = no_level;
  } else {
    edges_.erase(edge(parent, level));
  }
}

FilterTrie::NodeId FilterTrie::find(std::string_view filter) const {
  NodeId at = root;
  for (bool is_last = false; !is_last;) {
    const Cut cut = cut_level(filter);
    is_last = cut.is_last;
    const LevelId level = known(cut.level);
    if (level == no_level) return root;
    at = child(at, level);
    if (at == root) return root;
  }
  return at;
}

FilterTrie::NodeId FilterTrie::walk_or_add(std::string_view filter) {
  NodeId at = root;
  for (bool is_last = false; !is_last;) {
    const Cut cut = cut_level(filter);
    is_last = cut.is_last;
    const LevelId level = known(cut.level);
    const NodeId next = level == no_level ? root : child(at, level);
    at = next == root ? add_child(at, cut.level) : next;
  }
  return at;
}

FilterTrie::NodeId FilterTrie::add_child(NodeId parent, std::string_view level_text) {
  const LevelId level = intern(level_text);
  NodeId id = static_cast<NodeId>(nodes_.size());
  if (free_nodes_.empty()) {
    nodes_.emplace_back();
  } else {
    id = free_nodes_.back();
    free_nodes_.pop_back();
  }
  nodes_[id].parent = parent;
  nodes_[id].level = level;
  link(parent, level, id);
  return id;
}

FilterTrie::LevelId FilterTrie::known(std::string_view text) const {
  if (text == "+") return plus_level;
  const auto found = levels_.find(text);
  return found == levels_.end() ? no_level : found->second.id;
}

FilterTrie::LevelId FilterTrie::intern(std::string_view text) {
  if (text == "+") return plus_level;
  const auto [at, is_new] = levels_.try_emplace(std::string(text));
  if (is_new) {
    at->second.id = new_level();
    level_texts_.emplace(at->second.id, &at->first);
  }
  ++at->second.uses;
  return at->second.id;
}

FilterTrie::LevelId FilterTrie::new_level() {
  if (free_levels_.empty()) return ++last_level_;
  const LevelId id = free_levels_.back();
  free_levels_.pop_back();
  return id;
}

/// Takes out what nobody needs any more, from `node` towards the root.
void FilterTrie::prune(NodeId node) {
  while (node != root && nodes_[node].children == 0 && nodes_[node].here.empty() &&
         nodes_[node].below.empty()) {
    const NodeId parent = nodes_[node].parent;
    const LevelId level = nodes_[node].level;
    unlink(parent, level);
    free_nodes_.push_back(node);
    release_level(level);
    node = parent;
  }
}

void FilterTrie::release_level(LevelId level) {
  if (level == plus_level) return;
  const auto text = level_texts_.find(level);
  const auto at = levels_.find(*text->second);
  if (--at->second.uses != 0) return;
  free_levels_.push_back(level);
  level_texts_.erase(text);
  levels_.erase(at);
}

}  // namespace core
