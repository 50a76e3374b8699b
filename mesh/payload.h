// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <variant>

#include <proto/mesh.pb.h>

namespace mesh {

/// Nothing the JSON has a form for: another port, a traceroute request, a pin request, an unreadable direct
/// message.
struct Unsupported {};

/// A port the JSON knows, whose payload no device could decode. `type` is what the JSON says all the same.
struct Malformed {
  std::string_view type;
};

/// A text message or a sensor's text, up to the first NUL, not necessarily UTF-8.
struct Text {
  std::string_view text;
};
struct Detection {
  std::string_view text;
};

/// What a Data message carries, decoded. Pointers and views into its reader and into the Data, until the next
/// read.
using Payload =
    std::variant<Unsupported, Malformed, Text, Detection, const proto::User*, const proto::Position*,
                 const proto::Waypoint*, const proto::NeighborInfo*, const proto::RouteDiscovery*,
                 const proto::Telemetry*, const proto::Paxcount*, const proto::HardwareMessage*>;

/// Port number -> payload, by the devices' rules. Keeps one message object of each kind; one thread at a
/// time.
class PayloadReader {
 public:
  Payload read(const proto::Data& data);
  /// The report on a map topic: null when it is none.
  const proto::MapReport* read_map_report(const proto::Data& data);

 private:
  Payload read_hardware(const proto::Data& data);

  proto::User user_;
  proto::Position position_;
  proto::Waypoint waypoint_;
  proto::NeighborInfo neighbor_info_;
  proto::RouteDiscovery route_discovery_;
  proto::Telemetry telemetry_;
  proto::Paxcount paxcount_;
  proto::HardwareMessage hardware_message_;
  proto::MapReport map_report_;
  std::string scratch_;
};

/// Whether the payload speaks for the key that led to it, in a cipher that cannot tell a wrong key: it
/// decoded, or is text in UTF-8, or belongs to a port that exists.
bool is_credible(const Payload& payload, const proto::Data& data);

}  // namespace mesh
