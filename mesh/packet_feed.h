// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/counters.h"
#include "broker/plugin/plugin.h"
#include "mesh/kept_packets.h"
#include "mesh/keyring.h"
#include "mesh/mesh_config.h"
#include "mesh/node_keys.h"
#include "mesh/node_table.h"
#include "mesh/open_packets.h"
#include "mesh/workspace.h"

namespace mesh {

/// Who is told of what has been read, by which hook.
struct KeyHearing {
  NodeKeys& keys;
  const plugin::Host& host;
  base::TimePoint now;
};

/// One copy's content, read when somebody first asks and at most once. For one hook.
class LazyReception {
 public:
  LazyReception(ReceptionReader& reader, const Envelope& envelope, const KeyHearing& hearing)
      : reader_(reader), envelope_(envelope), hearing_(hearing) {}

  const base::Expected<Reception, Outcome>& get() {
    if (reception_) return *reception_;
    reception_.emplace(reader_.read(envelope_));
    if (*reception_) hearing_.keys.heard(**reception_, hearing_.host, hearing_.now);
    return *reception_;
  }

 private:
  ReceptionReader& reader_;
  const Envelope& envelope_;
  const KeyHearing hearing_;
  std::optional<base::Expected<Reception, Outcome>> reception_;
};

/// A gateway's copy of a packet. Borrowed for a call.
struct PacketCopy {
  const MeshTopic& topic;
  const Envelope& envelope;
  const PacketIdentity& identity;
  LazyReception& reception;
};

enum class PacketMetric : std::uint8_t {
  published,           // packets
  updated,             // messages about later copies
  displaced,           // published before their time, because too many were open
  receptions_dropped,  // beyond what one packet lists
  repeated,            // a gateway's second copy
  names_too_long,      // of gateway, channel or root: not collected
  end_,
};

/// Publishes one message per packet with everything known of it and of all gateways that heard it, on
/// `TOPIC/packet/CHANNEL/!FROM`; collects nothing while nobody listens below TOPIC's first level. Owned by
/// the plugin; `hear` on any worker, several at once.
class PacketFeed {
 public:
  /// All outlive it.
  PacketFeed(const MeshConfig& config, const Keyring& keyring, const NodeTable& nodes, NodeKeys& keys);

  bool is_wanted(const plugin::Host& host) const { return host.wants_below(first_level_); }
  /// Only what is wanted. A packet without id is published at once.
  void hear(const PacketCopy& copy, PacketJson& json, plugin::Host& host, base::TimePoint now);

  void restore(std::string_view name, base::Bytes value, base::TimePoint now) {
    kept_.restore(name, value, now);
  }
  void on_tick(plugin::Host& host, base::TimePoint now);
  void on_stop(plugin::Host& host) { kept_.on_stop(host); }
  std::vector<base::Count> counts() const { return counters_.read(); }

 private:
  bool may_be_told(const PacketCopy& copy) const;
  PacketHead head_of(const PacketCopy& copy, const OpenPackets::Answer& wished, PacketJson& json) const;
  void judge(const PacketCopy& copy);
  void count(OpenPackets::Fate fate);
  void publish(const OpenPacket& packet, plugin::Host& host);

  const std::string prefix_;       // TOPIC/packet/
  const std::string first_level_;  // of TOPIC
  const Keyring& keyring_;
  const NodeTable& nodes_;
  NodeKeys& keys_;
  OpenPackets packets_;
  KeptPackets kept_;
  base::Counters<PacketMetric, base::Writers::several> counters_;
};

}  // namespace mesh
