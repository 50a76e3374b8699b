// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "broker/base/time.h"
#include "mesh/envelope.h"
#include "mesh/json_object.h"

namespace mesh {

/// One gateway's account of how it heard a packet. A value.
struct HeardBy {
  std::string gateway;
  base::WallTime received;    // by the broker
  std::uint32_t rx_time = 0;  // s since 1970 by the gateway's clock; 0: it has none
  std::int32_t rssi = 0;      // dBm; 0: not heard by radio
  float snr = 0;              // dB
  std::uint8_t hop_start = 0;
  std::uint8_t hop_limit = 0;
  std::uint8_t relay_node = 0;  // the last byte of a node number, as next_hop
  std::uint8_t next_hop = 0;
  std::uint8_t transport = 0;  // Enumeration::transport
  bool via_mqtt = false;
};

HeardBy heard_by(const Envelope& envelope, base::WallTime received);

/// What has to be known of the packet to understand the account.
struct HeardPacket {
  std::uint32_t from = 0;
  bool has_bitfield = false;  // only such a sender means it when it says that it starts with no hops
};

/// Adds the account as one object. A gateway whose clock cannot be right (none, before 2020, more than a day
/// ahead) gets the broker's time, marked.
void write_heard_by(const HeardBy& heard, const HeardPacket& packet, JsonObject& json);

}  // namespace mesh
