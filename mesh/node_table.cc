// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_table.h"

#include <utility>

namespace mesh {

bool NodeTable::move_to_front(Nodes& nodes, std::uint32_t number) {
  const auto found = nodes.by_number.find(number);
  if (found == nodes.by_number.end()) return false;
  nodes.by_silence.splice(nodes.by_silence.begin(), nodes.by_silence, found->second);
  return true;
}

void NodeTable::learn(std::uint32_t number, std::string_view name) {
  if (capacity_ == 0) return;
  nodes_.with([this, number, name](Nodes& nodes) {
    if (move_to_front(nodes, number)) {
      if (nodes.by_silence.front().name == name) return;
      nodes.by_silence.front().name = name;
      nodes.changed.insert(number);
      return;
    }
    if (nodes.by_silence.size() == capacity_) forget_last(nodes);
    nodes.changed.insert(number);
    nodes.by_silence.push_front({number, std::string(name)});
    nodes.by_number.emplace(number, nodes.by_silence.begin());
  });
}

void NodeTable::forget_last(Nodes& nodes) {
  const Node& last = nodes.by_silence.back();
  nodes.changed.erase(last.number);
  if (last.is_kept) nodes.forgotten.push_back(last.number);
  nodes.by_number.erase(last.number);
  nodes.by_silence.pop_back();
}

std::vector<NodeTable::Change> NodeTable::take_changes() {
  return nodes_.with([](Nodes& nodes) {
    std::vector<Change> changes;
    for (const std::uint32_t number : std::exchange(nodes.forgotten, {})) changes.push_back({number, {}});
    for (const std::uint32_t number : std::exchange(nodes.changed, {})) {
      Node& node = *nodes.by_number.at(number);
      node.is_kept = true;
      changes.push_back({number, node.name});
    }
    return changes;
  });
}

void NodeTable::restore(std::uint32_t number, std::string_view name) {
  learn(number, name);
  nodes_.with([number](Nodes& nodes) {
    if (nodes.changed.erase(number) > 0) nodes.by_number.at(number)->is_kept = true;
  });
}

void NodeTable::heard(std::uint32_t number) {
  nodes_.with([number](Nodes& nodes) { move_to_front(nodes, number); });
}

std::optional<std::string> NodeTable::name_of(std::uint32_t number) const {
  return nodes_.with([number](Nodes& nodes) -> std::optional<std::string> {
    const auto found = nodes.by_number.find(number);
    if (found == nodes.by_number.end()) return std::nullopt;
    return found->second->name;
  });
}

std::size_t NodeTable::size() const {
  return nodes_.with([](Nodes& nodes) { return nodes.by_silence.size(); });
}

}  // namespace mesh
