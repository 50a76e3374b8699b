// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/base/buffer.h"
#include "broker/plugin/plugin.h"
#include "mesh/key_pins.h"
#include "mesh/keyring.h"
#include "mesh/node_json.h"
#include "mesh/node_table.h"

namespace mesh {

/// Once a second publishes what has changed in the node table, retained, on `TOPIC/node/!ID/…`, and gives it
/// to the host to keep, as `mesh/node/HHHHHHHH`; clears the topics of nodes that went. A node's topics and
/// what is kept of it change in one turn, so that after a restart it is known which topics there are. Owned
/// by the plugin; the first worker's thread, and before the workers run.
class NodePublisher {
 public:
  /// What one tick does at most: a storm of new nodes takes more ticks, not longer ones.
  static constexpr std::size_t nodes_per_tick = 256;
  /// The last tick may keep more.
  static constexpr std::size_t nodes_at_stop = 10000;

  /// All outlive it. `topic`: where the broker publishes.
  NodePublisher(NodeTable& nodes, const Keyring& keyring, const KeyPins& pins, std::string_view topic);

  /// One value as it was kept; one that is another's is ignored.
  void restore(std::string_view name, base::Bytes value);
  void on_tick(plugin::Host& host, base::TimePoint now);
  /// Keeps what waits for its time.
  void on_stop(plugin::Host& host);

 private:
  void restore_node(std::uint32_t number, base::Bytes value);
  void move(plugin::Host& host);
  void clear_old_place(plugin::Host& host);
  void work_on(const NodeTable::Work& work, plugin::Host& host);
  void keep(const NodeRecord& record, plugin::Host& host);
  void clear(std::string_view place, std::uint32_t number, NodeTopics topics, plugin::Host& host);
  const std::string& topic_of_node(std::string_view place, std::uint32_t number, NodeTopic topic);

  NodeTable& nodes_;
  const KeyPins& pins_;
  const std::string place_;
  std::vector<std::uint32_t> withheld_;  // tags of channels whose content must not leave the broker
  std::string old_place_;                // where topics of a former life still are; empty: nowhere else
  std::vector<std::pair<std::uint32_t, NodeTopics>> at_old_place_;
  bool has_begun_ = false;
  NodeJson json_;
  std::string topic_;
  base::Buffer bytes_;
};

}  // namespace mesh
