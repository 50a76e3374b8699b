// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_table.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mesh {
namespace {

constexpr std::size_t first_buckets = 64;
std::int64_t seconds(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

bool is_repeated(const NodeRecord& record, std::uint32_t id) {
  return id != 0 && std::ranges::find(record.ids, id) != record.ids.end();
}

void remember_id(NodeRecord& record, std::uint32_t id) {
  if (id == 0) return;
  record.ids[record.next_id] = id;
  record.next_id = static_cast<std::uint8_t>((record.next_id + 1U) % NodeRecord::recent_ids);
}

/// Says whether it is other than before; a measurement always is, at its new time.
bool store_part(NodeRecord& record, const Sighting& seen) {
  const auto found = std::ranges::find(record.parts, *seen.part, &LatestPayload::part);
  const std::uint32_t tag = channel_tag(seen.channel);
  if (found == record.parts.end()) {
    record.parts.push_back({*seen.part, seen.received, tag, std::string(seen.wire)});
    return true;
  }
  const bool is_same = *seen.part == NodePart::user && found->wire == seen.wire;
  found->received = seen.received;
  found->channel = tag;
  if (!is_same) found->wire = seen.wire;
  return !is_same;
}

void store_route(NodeRecord& record, const Sighting& seen) {
  if (record.routes.size() == NodeRecord::max_routes) record.routes.erase(record.routes.begin());
  record.routes.push_back({seen.to, seen.received, channel_tag(seen.channel), std::string(seen.wire)});
}

/// The nearest of the gateways that heard a packet speaks for it.
void store_hearing(NodeRecord& record, const Sighting& seen, bool is_repeat) {
  if (seen.is_direct()) record.direct = DirectReception{seen.gateway, seen.rssi, seen.snr, seen.received};
  const bool is_nearer = seen.hops >= 0 && (record.hops < 0 || seen.hops < record.hops);
  if (is_repeat && !is_nearer) return;
  record.heard_by = seen.gateway;
  record.hops = seen.hops;
  if (is_repeat) return;
  if (record.root != seen.root) record.root = clipped(seen.root, max_root_bytes);
  if (record.channel != seen.channel) record.channel = clipped(seen.channel, max_channel_bytes);
}

}  // namespace

const base::Counters<NodeLoss, base::Writers::several>::Names node_loss_names = {
    "mesh_nodes_pushed_out",
    "mesh_nodes_expired",
};

NodeTable::Nodes::Nodes()
    : by_number(first_buckets, Hash{static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(this))}) {}

void NodeTable::see(const Sighting& seen, bool is_copy) {
  if (rules_.capacity == 0) return;
  nodes_.with([this, &seen, is_copy](Nodes& nodes) {
    settle(nodes);
    const bool is_repeat = see_sender(nodes, seen, is_copy);
    if (seen.gateway != 0) see_gateway(nodes, seen, is_repeat);
  });
}

/// A further copy makes no node: the first one has, unless it has gone since.
bool NodeTable::see_sender(Nodes& nodes, const Sighting& seen, bool is_copy) {
  const Found found = nodes.by_number.find(seen.from);
  if (is_copy && found == nodes.by_number.end()) return true;
  Node& node = touch(nodes, found, seen.from, seen.received);
  NodeRecord& record = node.record;
  const bool is_repeat = is_copy || is_repeated(record, seen.id);
  if (seen.part != NodePart::map_report) store_hearing(record, seen, is_repeat);
  if (is_repeat) {
    note_change(nodes, node, radio_topic, Urgency::low);
    return true;
  }
  ++record.packets;
  remember_id(record, seen.id);
  const NodeTopics changed = seen.part || seen.is_route ? learn(nodes, node, seen) : NodeTopics{};
  note_change(nodes, node, radio_topic | changed, changed.empty() ? Urgency::low : Urgency::high);
  rank(nodes, node);
  return false;
}

NodeTopics NodeTable::learn(Nodes& nodes, Node& node, const Sighting& seen) const {
  NodeRecord& record = node.record;
  NodeTopics changed;
  const std::size_t before = record.cost();
  if (seen.is_route) {
    store_route(record, seen);
    changed.add(NodeTopic::radio);
  } else if (store_part(record, seen)) {
    changed.add(topic_of(*seen.part));
    if (seen.part == NodePart::map_report) changed.add(NodeTopic::position);
  }
  if (seen.name) record.name = clipped(*seen.name, max_name_bytes);
  nodes.bytes += record.cost() - before;
  make_room(nodes, &node, rules_.capacity);
  return changed;
}

void NodeTable::see_gateway(Nodes& nodes, const Sighting& seen, bool is_repeat) {
  Node& node = touch(nodes, nodes.by_number.find(seen.gateway), seen.gateway, seen.received);
  if (!node.record.gateway) node.record.gateway.emplace();
  GatewayRecord& gateway = *node.record.gateway;
  ++gateway.envelopes;
  if (is_repeat) ++gateway.duplicates;
  gateway.last_uplink = seen.received;
  if (seen.skew) gateway.note_skew(*seen.skew);
  note_change(nodes, node, radio_topic, Urgency::low);
  rank(nodes, node);
}

void NodeTable::see_downlink(std::uint32_t gateway, base::WallTime now) {
  nodes_.with([gateway, now](Nodes& nodes) {
    const auto found = nodes.by_number.find(gateway);
    if (found == nodes.by_number.end()) return;
    Node& node = *found->second;
    if (!node.record.gateway) node.record.gateway.emplace();
    node.record.gateway->last_downlink = static_cast<std::uint32_t>(seconds(now));
    note_change(nodes, node, radio_topic, Urgency::low);
  });
}

/// The latest heard stands in front. A clock that was set back takes nothing away.
NodeTable::Node& NodeTable::touch(Nodes& nodes, Found found, std::uint32_t number, std::uint32_t now) const {
  if (found == nodes.by_number.end()) return add(nodes, number, now);
  Node& node = *found->second;
  List& list = node.is_known ? nodes.known : nodes.once;
  if (found->second != list.begin()) list.splice(list.begin(), list, found->second);
  node.record.last_heard = std::max(node.record.last_heard, now);
  return node;
}

/// A node that comes back before everything of its former life is gone takes that over.
NodeTable::Node& NodeTable::add(Nodes& nodes, std::uint32_t number, std::uint32_t now) const {
  make_room(nodes, nullptr, rules_.capacity - 1);
  nodes.once.emplace_front();
  Node& node = nodes.once.front();
  node.record.number = number;
  node.record.first_heard = node.record.last_heard = now;
  nodes.by_number.emplace(number, nodes.once.begin());
  nodes.numbers.insert(number);
  nodes.bytes += node.record.cost();
  if (const auto former = nodes.forgotten.find(number); former != nodes.forgotten.end()) {
    node.record.published = former->second;
    node.is_kept = true;
    nodes.forgotten.erase(former);
    make_due(nodes, node);
  }
  return node;
}

void NodeTable::make_due(Nodes& nodes, Node& node) {
  if (std::exchange(node.is_due, true)) return;
  nodes.due.insert(node.record.number);
}

/// What was heard once is neither published nor kept: most of it, if there is much, somebody made up.
void NodeTable::note_change(Nodes& nodes, Node& node, NodeTopics changed, Urgency urgency) {
  node.record.changed = node.record.changed | changed;
  node.is_unkept = true;
  if (node.is_known && (urgency == Urgency::high || !node.is_resting)) make_due(nodes, node);
}

void NodeTable::rank(Nodes& nodes, Node& node) {
  if (node.is_known || !node.record.is_known()) return;
  nodes.known.splice(nodes.known.begin(), nodes.once, nodes.by_number.at(node.record.number));
  node.is_known = true;
  note_change(nodes, node, node.record.topics(), Urgency::high);
}

/// Down to `count` nodes and the bytes that all may have; `spared` stays in any case.
void NodeTable::make_room(Nodes& nodes, const Node* spared, std::size_t count) const {
  const std::size_t budget = rules_.capacity * NodeRules::bytes_per_node;
  while (nodes.by_number.size() > count || nodes.bytes > budget) {
    const bool is_once = !nodes.once.empty() && &nodes.once.back() != spared;
    List& list = is_once ? nodes.once : nodes.known;
    if (list.empty() || &list.back() == spared) return;
    forget(nodes, list, std::prev(list.end()));
    losses_.add(NodeLoss::pushed_out);
  }
}

void NodeTable::forget(Nodes& nodes, List& list, List::iterator node) {
  const NodeRecord& record = node->record;
  nodes.bytes -= record.cost();
  if (node->is_kept) nodes.forgotten.emplace(record.number, record.published);
  if (node->is_due) nodes.due.erase(record.number);
  nodes.numbers.erase(record.number);
  nodes.by_number.erase(record.number);
  list.erase(node);
}

std::optional<std::string> NodeTable::name_of(std::uint32_t number) const {
  return nodes_.with([number](Nodes& nodes) -> std::optional<std::string> {
    const auto found = nodes.by_number.find(number);
    if (found == nodes.by_number.end()) return std::nullopt;
    const NodeRecord& record = found->second->record;
    const bool has_name = !record.name.empty() || record.find(NodePart::user) != nullptr ||
                          record.find(NodePart::map_report) != nullptr;
    if (!has_name) return std::nullopt;
    return record.name;
  });
}

std::optional<NodeRecord> NodeTable::find(std::uint32_t number) const {
  return nodes_.with([number](Nodes& nodes) -> std::optional<NodeRecord> {
    const auto found = nodes.by_number.find(number);
    if (found == nodes.by_number.end()) return std::nullopt;
    return found->second->record;
  });
}

std::vector<NodeSummary> NodeTable::snapshot(std::optional<std::uint32_t> after, std::size_t count) const {
  return nodes_.with([after, count](Nodes& nodes) {
    std::vector<NodeSummary> page;
    auto number = after ? nodes.numbers.upper_bound(*after) : nodes.numbers.begin();
    for (; number != nodes.numbers.end() && page.size() < count; ++number) {
      const NodeRecord& record = nodes.by_number.at(*number)->record;
      page.push_back({*number, record.name, record.packets, record.last_heard, record.gateway.has_value()});
    }
    return page;
  });
}

std::size_t NodeTable::size() const {
  return nodes_.with([](Nodes& nodes) { return nodes.by_number.size(); });
}

std::size_t NodeTable::bytes() const {
  return nodes_.with([](Nodes& nodes) { return nodes.bytes; });
}

}  // namespace mesh
