// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_publisher.h"

#include <utility>

#include "mesh/envelope.h"
#include "mesh/kept_name.h"

namespace mesh {
namespace {

constexpr std::string_view node_prefix = "mesh/node/";
constexpr std::string_view place_name = "mesh/node_topic";  // where the topics were

template <class Use>
void for_each(NodeTopics topics, Use&& use) {
  for (std::uint8_t i = 0; i < static_cast<std::uint8_t>(NodeTopic::end_); ++i) {
    const auto topic = static_cast<NodeTopic>(i);
    if (topics.contains(topic)) use(topic);
  }
}

}  // namespace

NodePublisher::NodePublisher(NodeTable& nodes, const Keyring& keyring, const KeyPins& pins,
                             std::string_view topic)
    : nodes_(nodes), pins_(pins), place_(topic) {
  for (const Channel& channel : keyring.channels()) {
    if (!channel.json) withheld_.push_back(channel_tag(channel.name));
  }
}

void NodePublisher::restore(std::string_view name, base::Bytes value) {
  if (name == place_name) old_place_ = base::as_text(value);
  const auto number = kept_number(name, node_prefix);
  if (number && *number <= 0xffffffff) restore_node(static_cast<std::uint32_t>(*number), value);
}

/// What a later version kept is not understood: it goes, and whatever may be published of it.
void NodePublisher::restore_node(std::uint32_t number, base::Bytes value) {
  std::optional<NodeRecord> record = decode_node(number, value);
  if (!record) return nodes_.restore_forgotten(number);
  record->forget_channels(withheld_);
  nodes_.restore(*std::move(record));
}

void NodePublisher::on_tick(plugin::Host& host, base::TimePoint now) {
  if (!std::exchange(has_begun_, true)) move(host);
  clear_old_place(host);
  nodes_.expire(host.wall_time(), nodes_per_tick);
  for (std::size_t left = nodes_per_tick; left > 0; --left) {
    const auto work = nodes_.take_work(now);
    if (!work) return;
    work_on(*work, host);
  }
}

void NodePublisher::on_stop(plugin::Host& host) {
  for (std::size_t left = nodes_at_stop; left > 0; --left) {
    const auto record = nodes_.take_unkept();
    if (!record) return;
    keep(*record, host);
  }
}

/// `mesh.topic` may be another than it was. Where topics were is forgotten only when they are gone.
void NodePublisher::move(plugin::Host& host) {
  if (old_place_ == place_) old_place_.clear();
  if (!old_place_.empty()) at_old_place_ = nodes_.unpublish_all();
  if (at_old_place_.empty()) host.keep(place_name, base::as_bytes(place_));
}

void NodePublisher::clear_old_place(plugin::Host& host) {
  if (at_old_place_.empty()) return;
  for (std::size_t left = nodes_per_tick; left > 0 && !at_old_place_.empty(); --left) {
    const auto [number, topics] = at_old_place_.back();
    at_old_place_.pop_back();
    clear(old_place_, number, topics, host);
  }
  if (at_old_place_.empty()) host.keep(place_name, base::as_bytes(place_));
}

void NodePublisher::work_on(const NodeTable::Work& work, plugin::Host& host) {
  const NodeRecord& record = work.record;
  clear(place_, record.number, work.clear, host);
  if (work.is_forgotten) return host.keep(kept_name(node_prefix, record.number, 8), {});
  for_each(work.publish, [this, &record, &host](NodeTopic topic) {
    const std::string_view json = json_.write(record, topic, pins_.has_changed(record.number));
    host.publish({.topic = topic_of_node(place_, record.number, topic),
                  .payload = base::as_bytes(json),
                  .retain = true});
  });
  keep(record, host);
}

void NodePublisher::keep(const NodeRecord& record, plugin::Host& host) {
  bytes_.clear();
  encode(record, bytes_);
  host.keep(kept_name(node_prefix, record.number, 8), bytes_.bytes());
}

void NodePublisher::clear(std::string_view place, std::uint32_t number, NodeTopics topics,
                          plugin::Host& host) {
  for_each(topics, [this, place, number, &host](NodeTopic topic) {
    host.publish({.topic = topic_of_node(place, number, topic), .payload = {}, .retain = true});
  });
}

const std::string& NodePublisher::topic_of_node(std::string_view place, std::uint32_t number,
                                                NodeTopic topic) {
  topic_.assign(place).append("/node/").append(node_id(number)).append("/").append(name_of(topic));
  return topic_;
}

}  // namespace mesh
