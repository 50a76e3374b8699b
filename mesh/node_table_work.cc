// SPDX-License-Identifier: Apache-2.0
// The table's other half: what is to be published and kept of it, and how it comes back.
#include <algorithm>
#include <iterator>
#include <utility>

#include "mesh/node_table.h"

namespace mesh {

void NodeTable::restore(NodeRecord record) {
  if (rules_.capacity == 0) return;
  nodes_.with([&record](Nodes& nodes) {
    if (nodes.by_number.contains(record.number)) return;
    const std::uint32_t number = record.number;
    List& list = record.is_known() ? nodes.known : nodes.once;
    list.emplace_front();
    Node& node = list.front();
    node.record = std::move(record);
    node.is_known = &list == &nodes.known;
    node.is_kept = true;
    nodes.by_number.emplace(number, list.begin());
    nodes.numbers.insert(number);
    nodes.bytes += node.record.cost();
    nodes.is_settled = false;
  });
}

void NodeTable::restore_forgotten(std::uint32_t number) {
  nodes_.with([number](Nodes& nodes) { nodes.forgotten.emplace(number, NodeTopics::all()); });
}

/// After a restart nodes come in the order of their numbers, perhaps more than there may be now, and perhaps
/// with topics that are not to be any more.
void NodeTable::settle(Nodes& nodes) const {
  if (std::exchange(nodes.is_settled, true)) return;
  const auto is_later = [](const Node& a, const Node& b) {
    return a.record.last_heard > b.record.last_heard;
  };
  for (List* list : {&nodes.once, &nodes.known}) {
    list->sort(is_later);
  }
  make_room(nodes, nullptr, rules_.capacity);
  for (List* list : {&nodes.once, &nodes.known}) {
    for (Node& node : *list) {
      const bool is_behind = node.record.published != wanted(node);
      if (is_behind || !node.record.changed.empty()) make_due(nodes, node);
    }
  }
}

NodeTopics NodeTable::wanted(const Node& node) const {
  return node.is_known && rules_.has_topics ? node.record.topics() : NodeTopics{};
}

/// All rest equally long, so the first to lie down is the first to wake.
void NodeTable::wake(Nodes& nodes, base::TimePoint now) {
  while (!nodes.resting.empty() && nodes.resting.front().until <= now) {
    const auto found = nodes.by_number.find(nodes.resting.front().number);
    nodes.resting.pop_front();
    if (found == nodes.by_number.end()) continue;
    found->second->is_resting = false;
    if (found->second->is_unkept && found->second->is_known) make_due(nodes, *found->second);
  }
}

std::optional<NodeTable::Work> NodeTable::take_work(base::TimePoint now) {
  return nodes_.with([this, now](Nodes& nodes) -> std::optional<Work> {
    settle(nodes);
    wake(nodes, now);
    const bool is_forgotten_next = std::exchange(nodes.is_forgotten_next, !nodes.is_forgotten_next);
    if (!nodes.forgotten.empty() && (is_forgotten_next || nodes.due.empty())) return take_forgotten(nodes);
    if (nodes.due.empty()) return std::nullopt;
    return work_on(nodes, take_due(nodes), now);
  });
}

NodeTable::Work NodeTable::take_forgotten(Nodes& nodes) {
  const auto first = nodes.forgotten.begin();
  Work work;
  work.record.number = first->first;
  work.clear = first->second;
  work.is_forgotten = true;
  nodes.forgotten.erase(first);
  return work;
}

NodeTable::Node& NodeTable::take_due(Nodes& nodes) {
  auto number = nodes.due.lower_bound(nodes.next_due);
  if (number == nodes.due.end()) number = nodes.due.begin();
  Node& node = *nodes.by_number.at(*number);
  nodes.next_due = *number + 1;
  nodes.due.erase(number);
  node.is_due = false;
  return node;
}

NodeTable::Work NodeTable::work_on(Nodes& nodes, Node& node, base::TimePoint now) const {
  NodeRecord& record = node.record;
  const NodeTopics topics = wanted(node);
  Work work;
  work.publish = topics & (record.changed | (topics - record.published));
  work.clear = record.published - topics;
  work.is_forgotten = !node.is_known;
  record.published = topics;
  record.changed = {};
  node.is_kept = node.is_known;
  node.is_unkept = false;
  if (node.is_known && !std::exchange(node.is_resting, true))
    nodes.resting.push_back({record.number, now + NodeRules::rest});
  work.record = record;
  return work;
}

std::optional<NodeRecord> NodeTable::take_unkept() {
  return nodes_.with([](Nodes& nodes) -> std::optional<NodeRecord> {
    while (!nodes.due.empty() || !nodes.resting.empty()) {
      Node* node = nullptr;
      if (!nodes.due.empty()) {
        node = &take_due(nodes);
      } else {
        const auto found = nodes.by_number.find(nodes.resting.front().number);
        nodes.resting.pop_front();
        if (found != nodes.by_number.end()) node = &*found->second;
      }
      if (node == nullptr || !node->is_known || !std::exchange(node->is_unkept, false)) continue;
      node->is_kept = true;
      return node->record;
    }
    return std::nullopt;
  });
}

/// Nodes of an older version's record have never been heard; they begin now.
void NodeTable::expire(base::WallTime now, std::size_t count) {
  const auto today = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto longest = std::chrono::duration_cast<std::chrono::seconds>(rules_.expiry).count();
  if (today < first_credible_time) return;
  nodes_.with([this, today, longest, count](Nodes& nodes) {
    settle(nodes);
    for (List* list : {&nodes.once, &nodes.known}) {
      for (std::size_t left = count; left > 0 && !list->empty(); --left) {
        Node& last = list->back();
        if (last.record.last_heard == 0) {
          last.record.last_heard = static_cast<std::uint32_t>(today);
          list->splice(list->begin(), *list, std::prev(list->end()));
        } else if (std::int64_t{last.record.last_heard} + longest < today) {
          forget(nodes, *list, std::prev(list->end()));
          losses_.add(NodeLoss::expired);
        } else {
          break;
        }
      }
    }
  });
}

std::vector<std::pair<std::uint32_t, NodeTopics>> NodeTable::unpublish_all() {
  return nodes_.with([this](Nodes& nodes) {
    std::vector<std::pair<std::uint32_t, NodeTopics>> published;
    const auto take = [&published](std::uint32_t number, NodeTopics& topics) {
      if (!topics.empty()) published.emplace_back(number, std::exchange(topics, {}));
    };
    for (auto& [number, topics] : nodes.forgotten) take(number, topics);
    for (List* list : {&nodes.once, &nodes.known}) {
      for (Node& node : *list) take(node.record.number, node.record.published);
    }
    nodes.is_settled = nodes.by_number.empty();
    settle(nodes);
    return published;
  });
}

}  // namespace mesh
