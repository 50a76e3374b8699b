// SPDX-License-Identifier: Apache-2.0
// What firmware 2.7.26 knows of each message it puts into MQTT: fields, C types, limits (reference section
// 2). Constant tables; a field that came later is unknown here, so that its content cannot make a message
// unreadable.
#pragma once
#include "mesh/wire_check.h"

namespace mesh {

extern const MessageRule service_envelope_rule;
extern const MessageRule data_rule;
extern const MessageRule user_rule;
extern const MessageRule position_rule;
extern const MessageRule waypoint_rule;
extern const MessageRule neighbor_info_rule;
extern const MessageRule route_discovery_rule;
extern const MessageRule telemetry_rule;
extern const MessageRule paxcount_rule;
extern const MessageRule hardware_message_rule;
extern const MessageRule map_report_rule;

// What the JSON of 2.7.26 has no form for, and what later firmware added to a message.
extern const MessageRule routing_rule;
extern const MessageRule store_and_forward_rule;
extern const MessageRule status_message_rule;
extern const MessageRule mesh_beacon_rule;
extern const MessageRule newer_waypoint_rule;

}  // namespace mesh
