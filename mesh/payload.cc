// SPDX-License-Identifier: Apache-2.0
#include "mesh/payload.h"

#include <cstddef>
#include <optional>

#include "broker/base/bytes.h"
#include "mesh/utf8.h"
#include "mesh/wire_rules.h"

namespace mesh {
namespace {

/// Pins that changed, and the answer to a question for them; other messages are requests (reference
/// section 4.3).
constexpr std::uint32_t gpios_changed = 3;
constexpr std::uint32_t gpios_read_reply = 5;

template <class Message>
bool parse(const proto::Data& data, const MessageRule& rule, Message& message, std::string& scratch) {
  const std::optional<base::Bytes> wire = readable_wire(base::as_bytes(data.payload()), rule, scratch);
  return wire && message.ParseFromArray(wire->data(), static_cast<int>(wire->size()));
}

template <class Message>
Payload parsed(bool is_ok, std::string_view type, const Message& message) {
  if (!is_ok) return Malformed{type};
  return &message;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace

Payload PayloadReader::read_hardware(const proto::Data& data) {
  if (!parse(data, hardware_message_rule, hardware_message_, scratch_)) return Unsupported{};
  const std::uint32_t type = hardware_message_.type();
  if (type != gpios_changed && type != gpios_read_reply) return Unsupported{};
  return &hardware_message_;
}

Payload PayloadReader::read(const proto::Data& data) {
  switch (data.portnum()) {
    case proto::TEXT_MESSAGE_APP:
      return Text{c_string(data.payload())};
    case proto::DETECTION_SENSOR_APP:
      return Detection{c_string(data.payload())};
    case proto::REMOTE_HARDWARE_APP:
      return read_hardware(data);
    case proto::POSITION_APP:
      return parsed(parse(data, position_rule, position_, scratch_), "position", position_);
    case proto::NODEINFO_APP:
      return parsed(parse(data, user_rule, user_, scratch_), "nodeinfo", user_);
    case proto::WAYPOINT_APP:
      return parsed(parse(data, waypoint_rule, waypoint_, scratch_), "waypoint", waypoint_);
    case proto::PAXCOUNTER_APP:
      return parsed(parse(data, paxcount_rule, paxcount_, scratch_), "paxcounter", paxcount_);
    case proto::TELEMETRY_APP:
      return parsed(parse(data, telemetry_rule, telemetry_, scratch_), "telemetry", telemetry_);
    case proto::NEIGHBORINFO_APP:
      return parsed(parse(data, neighbor_info_rule, neighbor_info_, scratch_), "neighborinfo",
                    neighbor_info_);
    case proto::TRACEROUTE_APP:
      if (data.request_id() == 0) return Unsupported{};  // a request, still on its way
      return parsed(parse(data, route_discovery_rule, route_discovery_, scratch_), "traceroute",
                    route_discovery_);
    default:
      return Unsupported{};
  }
}

const proto::MapReport* PayloadReader::read_map_report(const proto::Data& data) {
  if (data.portnum() != proto::MAP_REPORT_APP) return nullptr;
  return parse(data, map_report_rule, map_report_, scratch_) ? &map_report_ : nullptr;
}

bool is_credible(const Payload& payload, const proto::Data& data) {
  if (std::holds_alternative<Malformed>(payload)) return false;
  if (std::holds_alternative<Unsupported>(payload)) return proto::PortNum_IsValid(data.portnum());
  if (const Text* const text = std::get_if<Text>(&payload)) return is_utf8(text->text);
  if (const Detection* const text = std::get_if<Detection>(&payload)) return is_utf8(text->text);
  return true;
}

}  // namespace mesh
