// SPDX-License-Identifier: Apache-2.0
// One plain struct per packet kind, for every version, in MQTT 5 vocabulary. Text and bytes are views into
// the frame: they are valid as long as the frame's memory, which is the loop turn at most.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "broker/base/bytes.h"
#include "broker/mqtt/types.h"

namespace mqtt {

struct Will {
  std::string_view topic;
  base::Bytes payload;
  Qos qos = Qos::at_most_once;
  bool retain = false;
};

struct Connect {
  Version version = Version::v311;
  bool clean_start = true;
  /// Seconds a session is kept after its connection ends; 3.1.1 says 0 (clean session) or for ever
  /// (0xFFFFFFFF), which the broker's own limit shortens.
  std::uint32_t session_expiry_s = 0;
  std::uint16_t keepalive_s = 0;
  std::string_view client_id;
  std::optional<Will> will;
  std::optional<std::string_view> user_name;
  std::optional<base::Bytes> password;
};

struct Connack {
  bool session_present = false;
  Reason reason = Reason::success;
};

struct Publish {
  std::string_view topic;
  base::Bytes payload;
  Qos qos = Qos::at_most_once;
  bool retain = false;
  bool dup = false;
  PacketId packet_id = 0;
};

struct Puback {
  PacketId packet_id = 0;
};
struct Pubrec {
  PacketId packet_id = 0;
};
struct Pubrel {
  PacketId packet_id = 0;
};
struct Pubcomp {
  PacketId packet_id = 0;
};

struct Subscribe {
  struct Entry {
    std::string_view filter;
    SubscriptionOptions options;
  };
  PacketId packet_id = 0;
  std::vector<Entry> entries;
};

struct Suback {
  PacketId packet_id = 0;
  std::vector<Reason> reasons;
};

struct Unsubscribe {
  PacketId packet_id = 0;
  std::vector<std::string_view> filters;
};

struct Unsuback {
  PacketId packet_id = 0;
};

struct Pingreq {};
struct Pingresp {};

struct Disconnect {
  Reason reason = Reason::success;
};

using Packet = std::variant<Connect, Connack, Publish, Puback, Pubrec, Pubrel, Pubcomp, Subscribe, Suback,
                            Unsubscribe, Unsuback, Pingreq, Pingresp, Disconnect>;

}  // namespace mqtt
