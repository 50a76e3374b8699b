// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_record.h"

#include <algorithm>

#include "mesh/utf8.h"

namespace mesh {
namespace {

/// What a node costs beside its texts: the record, its places in the table's lists and indices.
constexpr std::size_t fixed_cost = sizeof(NodeRecord) + 160;
constexpr std::size_t part_cost = sizeof(LatestPayload) + 16;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

std::uint32_t channel_tag(std::string_view channel) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : channel) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

std::string_view clipped(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && is_continuation(text[bytes])) --bytes;
  return text.substr(0, bytes);
}

void GatewayRecord::note_skew(std::int32_t seconds) {
  skews[next_skew] = seconds;
  next_skew = static_cast<std::uint8_t>((next_skew + 1U) % remembered_skews);
  if (skew_count < remembered_skews) ++skew_count;
}

std::optional<std::int32_t> GatewayRecord::skew() const {
  if (skew_count == 0) return std::nullopt;
  auto sorted = skews;
  const auto middle = sorted.begin() + skew_count / 2;
  std::nth_element(sorted.begin(), middle, sorted.begin() + skew_count);
  return *middle;
}

const LatestPayload* NodeRecord::find(NodePart part) const {
  const auto found = std::ranges::find(parts, part, &LatestPayload::part);
  return found == parts.end() ? nullptr : &*found;
}

bool NodeRecord::is_known() const { return packets >= 2 || (gateway && gateway->envelopes >= 2); }

NodeTopics NodeRecord::topics() const {
  NodeTopics topics;
  topics.add(NodeTopic::radio);
  if (!name.empty()) topics.add(NodeTopic::info);
  for (const LatestPayload& each : parts) topics.add(topic_of(each.part));
  if (find(NodePart::map_report) != nullptr) topics.add(NodeTopic::position);
  return topics;
}

std::size_t NodeRecord::cost() const {
  std::size_t bytes = fixed_cost;
  for (const LatestPayload& each : parts) bytes += part_cost + each.wire.size();
  for (const HeardRoute& each : routes) bytes += part_cost + each.wire.size();
  return bytes;
}

void NodeRecord::forget_channels(const std::vector<std::uint32_t>& tags) {
  const auto is_from_one = [&tags](const auto& each) {
    return std::ranges::find(tags, each.channel) != tags.end();
  };
  const std::size_t before = parts.size() + routes.size();
  std::erase_if(parts, is_from_one);
  std::erase_if(routes, is_from_one);
  const bool was_heard_there = std::ranges::find(tags, channel_tag(channel)) != tags.end();
  if (parts.size() + routes.size() == before && !was_heard_there) return;
  if (find(NodePart::user) == nullptr && find(NodePart::map_report) == nullptr) name.clear();
  if (was_heard_there) {
    root.clear();
    channel.clear();
    direct.reset();
    heard_by = 0;
    hops = -1;
  }
  changed = NodeTopics::all();
}

NodeTopic topic_of(NodePart part) {
  static constexpr std::array<NodeTopic, static_cast<std::size_t>(NodePart::end_)> topics = {
      NodeTopic::info,        NodeTopic::info,        NodeTopic::position,    NodeTopic::radio,
      NodeTopic::device,      NodeTopic::environment, NodeTopic::air_quality, NodeTopic::power,
      NodeTopic::local_stats, NodeTopic::health,      NodeTopic::host,        NodeTopic::traffic,
      NodeTopic::paxcounter,
  };
  return topics[static_cast<std::size_t>(part)];
}

}  // namespace mesh
