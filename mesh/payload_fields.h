// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include <proto/mesh.pb.h>

#include "mesh/json_object.h"
#include "mesh/node_table.h"

namespace mesh {

// The readable form of each kind of message: its fields under the devices' own names, and next to numbers
// that nobody knows by heart a second one. Each adds members to the open object.

void write_readable(const proto::User& user, JsonObject& json);  // never its hardware address
void write_readable(const proto::Position& position, JsonObject& json);
void write_readable(const proto::Waypoint& waypoint, JsonObject& json);
void write_readable(const proto::NeighborInfo& info, JsonObject& json);
void write_readable(const proto::Telemetry& telemetry, JsonObject& json);
void write_readable(const proto::Paxcount& paxcount, JsonObject& json);
void write_readable(const proto::HardwareMessage& message, JsonObject& json);
void write_readable(const proto::StoreAndForward& message, JsonObject& json);
void write_readable(const proto::MapReport& report, JsonObject& json);
void write_readable(const proto::StatusMessage& message, JsonObject& json);
void write_readable(const proto::MeshBeacon& beacon, JsonObject& json);
/// Those two with the names of nodes, where they are known.
void write_readable(const proto::RouteDiscovery& route, const NodeTable& nodes, JsonObject& json);
void write_readable(const proto::Routing& routing, const NodeTable& nodes, JsonObject& json);

void write_base64(std::string_view key, std::string_view bytes, JsonObject& json);

}  // namespace mesh
