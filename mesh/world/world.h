// SPDX-License-Identifier: Apache-2.0
// A mesh that does not exist: nodes on a map, what they say over the hours, who hears it, and what the
// gateways among them publish. The same seed gives the same world. Pure; one thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/time.h"
#include "mesh/world/device.h"
#include "mesh/world/payloads.h"
#include "mesh/world/radio.h"
#include "mesh/world/random.h"
#include "mesh/world/uplink.h"

namespace mesh::world {

struct WorldConfig {
  std::uint64_t seed = 1;
  std::size_t nodes = 200;
  std::size_t gateways = 12;                        // of these nodes
  std::vector<DeviceChannel> channels = {};         // the first is everybody's primary; at least one
  std::vector<std::string> roots = {"msh/EU_868"};  // the gateways take turns
  double encrypting = 1;                  // share of the gateways that publish as it came over the air
  double newer = 0.5;                     // share of them with firmware 2.8
  std::uint32_t epoch_s = 1'780'000'000;  // time of day at the start, s since 1970
  double speed = 1;                       // seconds of this world in a second of those clocks
  double traffic = 1;                     // 2: everything twice as often
};

/// What one gateway publishes of one packet. `at` is since the start of the world.
struct Publication {
  base::Duration at{};
  std::size_t gateway = 0;
  Message message = {};
  Copy copy = {};
  bool is_own = false;       // the gateway is its sender
  std::uint32_t repeat = 0;  // of its own packet, when nobody answered
};

/// A packet, from its sender to all who publish it.
struct Transmission {
  base::Duration at{};
  std::size_t sender = 0;  // a node
  std::string_view kind = {};
  AirPacket packet = {};                       // id 0: a map report, which is not on the air
  std::size_t heard = 0;                       // by so many nodes
  std::vector<Publication> publications = {};  // in the order of time
};

class World {
 public:
  explicit World(const WorldConfig& config);

  /// The next packet, in the order of sending. It never ends.
  Transmission next();

  const std::vector<DeviceConfig>& gateways() const { return gateways_; }
  const Speaker& node(std::size_t index) const { return nodes_[index]; }
  std::size_t node_count() const { return nodes_.size(); }

 private:
  struct Due {
    base::Duration at;
    std::uint64_t order;  // so that equal times are no matter of chance
    std::size_t node;
    std::size_t kind;
    std::size_t answer = 0;  // 1 and more: into `answers_`
  };
  struct Later {
    bool operator()(const Due& a, const Due& b) const {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };
  struct Answer {
    proto::Data data;
    std::uint32_t to;
    std::size_t channel;
  };

  void make_nodes();
  void make_speaker(std::size_t index);
  void make_gateways();
  void meet_neighbors();
  void schedule_all();
  void schedule(base::Duration at, std::size_t node, std::size_t kind, std::size_t answer = 0);
  void schedule_again(const Due& due);
  std::uint32_t time_at(base::Duration at) const;
  std::optional<std::size_t> gateway_of(std::size_t node) const { return gateway_of_[node]; }
  std::size_t choose_channel(std::size_t node);
  Transmission say(const Due& due);
  Transmission answer(const Due& due);
  Transmission map_report(const Due& due);
  void seal_for(const Due& due, std::size_t channel, proto::Data data, AirPacket& packet);
  void send(Transmission& sent, std::optional<std::size_t> addressee);
  void send_once(Transmission& sent, base::Duration at, std::uint32_t repeat);
  void publish(Transmission& sent, std::size_t gateway, const Copy& copy, base::Duration at);
  void let_answer(const Due& due, const Transmission& sent, std::size_t channel, std::size_t addressee);

  const WorldConfig config_;
  Random random_;
  std::vector<Speaker> nodes_;
  std::vector<std::vector<std::size_t>> channels_of_;  // of each node, its primary one first
  std::vector<DeviceConfig> gateways_;
  std::vector<std::optional<std::size_t>> gateway_of_;  // by node
  std::optional<Radio> radio_;
  std::vector<std::uint64_t> heard_in_;  // by node: the last transmission it heard
  std::uint64_t transmissions_ = 0;
  std::priority_queue<Due, std::vector<Due>, Later> due_;
  std::uint64_t orders_ = 0;
  std::vector<Answer> answers_;
};

/// Four channels with keys, LongFast first; the well-known names and keys of these tests and examples.
std::vector<DeviceChannel> example_channels(std::size_t count);

}  // namespace mesh::world
