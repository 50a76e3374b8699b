// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/counters.h"
#include "broker/base/log.h"
#include "broker/plugin/plugin.h"
#include "mesh/announcements.h"
#include "mesh/awaited_acks.h"
#include "mesh/delivery_rules.h"
#include "mesh/down_config.h"
#include "mesh/log_allowance.h"
#include "mesh/mesh_topic.h"
#include "mesh/own_envelope.h"
#include "mesh/own_node.h"
#include "mesh/packet_ids.h"
#include "mesh/reception.h"
#include "mesh/send_answer.h"
#include "mesh/send_plan.h"
#include "mesh/send_queue.h"
#include "mesh/workspace.h"

namespace mesh {

/// What became of requests and of the broker's own packets.
enum class SendOutcome : std::uint8_t {
  accepted,
  refused,
  queue_full,  // a packet that one gateway does not get
  displaced,   // the same, after it had waited
  acknowledged,
  announced,  // its name, on one place
  end_,
};

/// All that the broker itself sends into the mesh: packets that JSON requests ask for, its name, and answers
/// to those who ask for it. Owned by the plugin, which gives it what concerns it. Any thread, but for
/// `on_tick` (first worker) and `restore` (before any hook).
class Downlink final : public DeliveryRules::OwnPackets {
 public:
  /// What it needs of the plugin; all of it outlives this.
  struct Parts {
    const DownConfig& config;
    const Keyring& keyring;
    const base::Log& log;
    std::string topic;  // "mesh": where answers are published, below it
    Listeners listeners;
    KeyOf key_of;
  };
  explicit Downlink(Parts parts);

  const OwnNode& node() const { return node_; }
  void restore(std::string_view name, base::Bytes value);
  void on_tick(plugin::Host& host, base::TimePoint now);

  /// ROOT/2/json/mqtt/ and all below it.
  static bool is_request_topic(const MeshTopic& topic);
  struct Arrival {
    const MeshTopic& topic;
    const plugin::Client& client;
    plugin::Draft& draft;
  };
  /// A message on a request topic: sends what it asks for, and answers. A retained request is dropped: every
  /// gateway that connects would carry it out again.
  plugin::Verdict on_request(const Arrival& arrival, Workspace& workspace, plugin::Host& host,
                             base::TimePoint now);
  /// Whether a gateway may see this message on a JSON topic: one that is no object stops firmware up to 2.7,
  /// and a request that was refused must not be carried out by a gateway all the same.
  bool may_reach_gateway(const MeshTopic& topic, base::Bytes payload, Workspace& workspace) const;

  /// A packet that could be read. What is for the broker's node is answered.
  void on_reception(const MeshTopic& topic, const Reception& reception, plugin::Host& host,
                    base::TimePoint now);
  /// True once for each gateway that the queue lets have it.
  bool is_released(std::uint32_t packet_id, std::string_view receiver) const override {
    return queue_.take(packet_id, receiver);
  }
  std::vector<base::Count> counts() const { return counters_.read(); }

 private:
  PlanSources plan_sources() const;
  void send(const SendRequest& request, const SendPlan& plan, SendAnswer& answer, plugin::Host& host,
            base::TimePoint now);
  /// Gives a packet to the queue; says what becomes of it at each of `receivers`.
  std::vector<SendQueue::Place> give(const OwnPacket& packet, std::span<const Listener> receivers,
                                     plugin::Host& host, base::TimePoint now);
  std::string seal(const OwnHead& head, proto::Data data, const Channel& channel) const;
  void announce(const Place& place, plugin::Host& host, base::TimePoint now);
  void answer_node_info(const MeshTopic& topic, const Reception& reception, plugin::Host& host,
                        base::TimePoint now);
  void note_acknowledgement(const MeshTopic& topic, const Reception& reception, plugin::Host& host,
                            base::TimePoint now);
  void publish_result(const TextBuffer& json, plugin::Host& host) const;
  void refuse(const Arrival& arrival, SendAnswer& answer, std::string reason, base::TimePoint now);

  const DownConfig config_;
  const Keyring& keyring_;
  const base::Log& log_;
  const std::string first_level_;
  const std::string result_topic_;
  const Listeners listeners_;
  const KeyOf key_of_;
  OwnNode node_;
  PacketIds ids_;
  SendQueue queue_;
  AwaitedAcks awaited_;
  Announcements announcements_;
  Answered answered_;
  LogAllowance refusals_;
  base::Counters<SendOutcome, base::Writers::several> counters_;
};

}  // namespace mesh
