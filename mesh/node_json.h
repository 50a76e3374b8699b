// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "mesh/json_object.h"
#include "mesh/node_record.h"
#include "mesh/payload.h"

namespace mesh {

/// "info", "telemetry/device", …: what a node's topic ends in.
std::string_view name_of(NodeTopic topic);

/// A node's records as the JSON of its topics (docs/nodes.md). Keeps message objects and a buffer; one thread
/// at a time.
class NodeJson {
 public:
  /// Until the next call. Empty: there is nothing to say. `key_changed`: the node has announced another key
  /// than the pinned one.
  std::string_view write(const NodeRecord& record, NodeTopic topic, bool key_changed = false);

 private:
  /// Null when there is none, or one that cannot be read.
  template <class Message>
  const Message* read(const NodeRecord& record, NodePart part);
  template <class Message>
  const Message* read(proto::PortNum port, const std::string& wire);
  const proto::MapReport* read_map_report(const NodeRecord& record);

  void write_info(const NodeRecord& record);
  bool write_position(const NodeRecord& record);
  void write_telemetry(const NodeRecord& record, NodeTopic topic);
  void write_radio(const NodeRecord& record);
  void write_neighbors(const NodeRecord& record);
  void write_routes(const NodeRecord& record);
  void write_time(std::uint32_t of_device, std::uint32_t received);

  PayloadReader payloads_;
  proto::Data data_;
  JsonObject json_;
};

}  // namespace mesh
