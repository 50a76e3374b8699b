// SPDX-License-Identifier: Apache-2.0
// What a gateway is sent. Its device reads one message in 20 ms into a buffer of 1024 bytes and has four
// places for packets, so it gets each packet once, whoever heard it; and it takes its own publish, coming
// back, for the acknowledgement of what it sent (reference sections 6.3, 9, 11).
#pragma once
#include <atomic>
#include <cstdint>
#include <string_view>
#include <vector>

#include "broker/base/counters.h"
#include "broker/plugin/plugin.h"
#include "mesh/deliveries.h"
#include "mesh/envelope_peek.h"
#include "mesh/kept_claims.h"
#include "mesh/mesh_config.h"
#include "mesh/mesh_topic.h"

namespace mesh {

/// What was decided about one message for one receiver that is judged.
enum class DeliveryOutcome : std::uint8_t {
  sent,
  echoed,         // it published it itself
  had_it,         // another copy of the packet was sent to it
  too_large,      // for a device's buffer
  too_late,       // heard longer ago than copies are told apart
  before_us,      // a copy was sent to gateways before the broker was restarted
  of_the_broker,  // it bears the broker's own number, and the broker has not sent it
  end_,
};

/// Judges deliveries. Owned by the plugin; any thread but for what is said otherwise.
class DeliveryRules {
 public:
  /// The largest packet that a device takes off its socket.
  static constexpr std::size_t most_frame_bytes = 1024;

  /// `roots` outlives it.
  DeliveryRules(const MeshConfig& config, const Roots& roots);

  /// Whether deliveries to this client are judged at all.
  bool judges(std::string_view client_id) const;
  /// True: it may go.
  bool allow(const plugin::Delivery& delivery, const plugin::Host& host, base::TimePoint now);

  /// The broker's own node, when it has one.
  void set_own_number(std::uint32_t number) { own_number_ = number; }
  /// A packet that the broker itself sends is on its way to whom its queue lets have it.
  class OwnPackets {
   public:
    virtual bool is_released(std::uint32_t packet_id, std::string_view receiver) const = 0;

   protected:
    ~OwnPackets() = default;
  };
  /// Before any hook; outlives this. Without it nobody gets packets of that number.
  void set_own_packets(const OwnPackets& own) { own_packets_ = &own; }

  /// The first worker's thread, and before the workers run.
  void restore(std::string_view name, base::Bytes value, base::TimePoint now) {
    kept_.restore(name, value, now);
  }
  void on_tick(plugin::Host& host, base::TimePoint now) { kept_.on_tick(host, now); }
  std::vector<base::Count> counts() const { return counters_.read(); }

 private:
  struct Question {
    const plugin::Delivery& delivery;
    const plugin::Host& host;
    base::TimePoint now;
    bool is_gateway;
  };
  DeliveryOutcome judge(const Question& asked);
  DeliveryOutcome judge_packet(const Question& asked, const MeshTopic& topic, const EnvelopePeek& packet);
  bool is_late(const EnvelopePeek& packet, const plugin::Host& host) const;
  bool is_of_broker(const EnvelopePeek& packet) const;

  const Deliver deliver_;
  const base::Duration window_;
  const Roots& roots_;
  std::atomic<std::uint32_t> own_number_;
  const OwnPackets* own_packets_ = nullptr;
  Deliveries deliveries_;
  Duplicates sent_;       // to any gateway
  Duplicates before_us_;  // the same of the broker's former life
  KeptClaims kept_;
  base::Counters<DeliveryOutcome, base::Writers::several> counters_;
};

}  // namespace mesh
