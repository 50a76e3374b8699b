// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include <proto/mesh.pb.h>

#include "mesh/json_object.h"
#include "mesh/node_table.h"
#include "mesh/reception.h"

namespace mesh {

/// What could be said about a packet's content.
enum class PayloadForm : std::uint8_t {
  readable,     // written: decoded, or as base64 where nobody knows more
  undecodable,  // a device could not decode it either; written as base64
  withheld,     // remote administration: nobody's business here
};

/// Data of any port -> `"payload":{…}` in readable form. Uses what the reception has decoded already and
/// decodes what the firmware's JSON had no form for. Keeps one message object of each kind; one thread at a
/// time.
class PacketPayload {
 public:
  /// Adds the member "payload" to the open object, but for what is withheld. `reception.data` is not null.
  PayloadForm write(const Reception& reception, const NodeTable& nodes, JsonObject& json);

 private:
  struct Writing;

  proto::Waypoint waypoint_;
  proto::RouteDiscovery route_discovery_;
  proto::HardwareMessage hardware_message_;
  proto::Routing routing_;
  proto::StoreAndForward store_and_forward_;
  proto::StatusMessage status_message_;
  proto::MeshBeacon mesh_beacon_;
  proto::MapReport map_report_;
  std::string scratch_;
};

}  // namespace mesh
