// SPDX-License-Identifier: Apache-2.0
#include "mesh/packet_payload.h"

#include <algorithm>
#include <array>
#include <optional>
#include <variant>

#include "mesh/payload_fields.h"
#include "mesh/wire_rules.h"

namespace mesh {
namespace {

constexpr std::array text_ports = {proto::TEXT_MESSAGE_APP, proto::DETECTION_SENSOR_APP, proto::ALERT_APP,
                                   proto::REPLY_APP, proto::RANGE_TEST_APP};

/// A port newer than those of mesh.proto.
constexpr int mesh_beacon_port = 37;

bool carries_text(proto::PortNum port) { return std::ranges::find(text_ports, port) != text_ports.end(); }

void write_raw(const proto::Data& data, JsonObject& json) {
  json.open("payload");
  write_base64("raw", data.payload(), json);
  json.close();
}

}  // namespace

/// One call of `write`.
struct PacketPayload::Writing {
  const Reception& reception;
  const NodeTable& nodes;
  JsonObject& json;
  std::string& scratch;

  PayloadForm text() {
    json.open("payload");
    json.text("text", reception.data->payload());
    json.close();
    return PayloadForm::readable;
  }

  PayloadForm raw(PayloadForm form) {
    write_raw(*reception.data, json);
    return form;
  }

  template <class Message>
  PayloadForm decoded(const Message& message) {
    json.open("payload");
    if constexpr (requires { write_readable(message, nodes, json); }) {
      write_readable(message, nodes, json);
    } else {
      write_readable(message, json);
    }
    json.close();
    return PayloadForm::readable;
  }

  /// What the reception has decoded for the firmware's JSON.
  template <class Message>
  PayloadForm known() {
    const auto* const message = std::get_if<const Message*>(&reception.payload);
    return message == nullptr ? raw(PayloadForm::undecodable) : decoded(**message);
  }

  template <class Message>
  PayloadForm parsed(const MessageRule& rule, Message& message) {
    const base::Bytes payload = base::as_bytes(reception.data->payload());
    const std::optional<base::Bytes> wire = readable_wire(payload, rule, scratch);
    if (!wire || !message.ParseFromArray(wire->data(), static_cast<int>(wire->size())))
      return raw(PayloadForm::undecodable);
    return decoded(message);
  }
};

PayloadForm PacketPayload::write(const Reception& reception, const NodeTable& nodes, JsonObject& json) {
  Writing writing{reception, nodes, json, scratch_};
  const proto::PortNum port = reception.data->portnum();
  if (carries_text(port)) return writing.text();
  switch (static_cast<int>(port)) {
    case proto::ADMIN_APP:
      return PayloadForm::withheld;
    case proto::POSITION_APP:
      return writing.known<proto::Position>();
    case proto::NODEINFO_APP:
      return writing.known<proto::User>();
    case proto::TELEMETRY_APP:
      return writing.known<proto::Telemetry>();
    case proto::NEIGHBORINFO_APP:
      return writing.known<proto::NeighborInfo>();
    case proto::PAXCOUNTER_APP:
      return writing.known<proto::Paxcount>();
    case proto::WAYPOINT_APP:
      return writing.parsed(newer_waypoint_rule, waypoint_);
    case proto::TRACEROUTE_APP:
      return writing.parsed(route_discovery_rule, route_discovery_);
    case proto::REMOTE_HARDWARE_APP:
      return writing.parsed(hardware_message_rule, hardware_message_);
    case proto::ROUTING_APP:
      return writing.parsed(routing_rule, routing_);
    case proto::STORE_FORWARD_APP:
      return writing.parsed(store_and_forward_rule, store_and_forward_);
    case proto::NODE_STATUS_APP:
      return writing.parsed(status_message_rule, status_message_);
    case mesh_beacon_port:
      return writing.parsed(mesh_beacon_rule, mesh_beacon_);
    case proto::MAP_REPORT_APP:
      return writing.parsed(map_report_rule, map_report_);
    default:
      return writing.raw(PayloadForm::readable);
  }
}

}  // namespace mesh
