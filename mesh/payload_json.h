// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include <proto/mesh.pb.h>

#include "mesh/json_writer.h"
#include "mesh/node_table.h"

namespace mesh {

// The "payload" of each kind of message (reference section 4.3). All of them write one object, keys sorted.

void write_position(const proto::Position& position, JsonWriter& json);
void write_waypoint(const proto::Waypoint& waypoint, JsonWriter& json);
void write_paxcount(const proto::Paxcount& paxcount, JsonWriter& json);
void write_hardware(const proto::HardwareMessage& message, JsonWriter& json);
void write_telemetry(const proto::Telemetry& telemetry, JsonWriter& json);  // telemetry_json.cc

/// `id` instead of the one the sender wrote.
void write_user(const proto::User& user, std::string_view id, JsonWriter& json);
/// `sent_by` instead of the one in the message.
void write_neighbor_info(const proto::NeighborInfo& info, std::uint32_t sent_by, JsonWriter& json);

/// The two ends of the packet that carries a route: it travels from the traced node back to who asked.
struct RouteEnds {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};
void write_route(const proto::RouteDiscovery& route, RouteEnds ends, const NodeTable& nodes,
                 JsonWriter& json);

}  // namespace mesh
