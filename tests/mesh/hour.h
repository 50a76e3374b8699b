// SPDX-License-Identifier: Apache-2.0
// An hour of a simulated mesh against the broker: what its gateways published, what they got back, and what
// consumers heard.
#pragma once
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "mesh/mesh_config.h"
#include "mesh/world/world.h"
#include "tests/mesh/stage.h"
#include "tests/support/fake_gateway.h"

namespace meshtest {

/// What makes copies one packet.
struct PacketKey {
  std::string root;
  std::string channel;
  std::uint32_t from = 0;
  std::uint32_t id = 0;
  friend auto operator<=>(const PacketKey&, const PacketKey&) = default;
};

struct Heard {
  base::TimePoint at;
  std::string topic;
  std::string payload;
};

struct Plan {
  mesh::world::WorldConfig world = {};
  mesh::MeshConfig mesh = {};
  std::size_t workers = 1;
  base::Duration length{3'600'000};
  base::Duration restart_at{1'811'980};  // between two copies of a packet, a second not yet over
  bool has_outages = true;
};

/// 200 nodes, 12 gateways, 4 channels, 2 roots.
Plan whole_hour(std::size_t workers);

/// What the broker has been given: per packet, by whom and when.
struct Published {
  struct Copy {
    base::TimePoint at;
    std::size_t gateway;
    std::string payload;
  };
  std::vector<Copy> copies;  // in the order of time
};

class Hour {
 public:
  explicit Hour(const Plan& plan);

  /// Plays it to the end.
  void play();

  const Plan& plan() const { return plan_; }
  const std::map<PacketKey, Published>& published() const { return published_; }
  /// By who listens to all JSON and to what the broker says itself.
  const std::vector<Heard>& heard() const { return everything_.heard; }
  /// By who has named the first gateway, as Home Assistant does.
  const std::vector<Heard>& heard_of_first_gateway() const { return first_gateway_.heard; }
  std::string id_of_gateway(std::size_t index) const { return gateways_[index].fake->client_id(); }
  /// Of each gateway: how often it got a copy that another one had published, and one of its own.
  struct Received {
    std::map<PacketKey, std::size_t> foreign;
    std::map<PacketKey, std::size_t> own;
    std::map<PacketKey, std::size_t> sent;  // on its connection
  };
  const std::vector<Received>& received() const { return received_; }
  /// How many JSON messages there must be for a packet: one, but one more for a copy that comes after the
  /// window; none of what has no JSON.
  std::size_t expected_json(const PacketKey& key) const;
  /// The same for the message that tells the packet with its receptions, readable or not.
  std::size_t expected_packets(const PacketKey& key) const;

 private:
  struct Consumer {
    std::string subscribe;  // its packet, as text
    std::shared_ptr<Line> line = {};
    std::vector<std::uint8_t> inbox = {};
    std::vector<Heard> heard = {};
  };
  struct Gateway {
    std::unique_ptr<support::FakeGateway> fake;
    std::shared_ptr<Line> line;
    bool is_away = false;
  };
  struct Event {
    base::TimePoint at;
    std::size_t gateway;
    mesh::world::Message message;  // empty: it goes away, or comes back
    friend bool operator>(const Event& a, const Event& b) { return a.at > b.at; }
  };
  void plan_outages();
  void take_transmissions(base::TimePoint until);
  void act(const Event& event);
  void pass_to(base::TimePoint until);
  void exchange(std::size_t index);
  void settle();
  void connect(std::size_t index);
  void connect(Consumer& consumer, std::string_view id);
  void connect_consumers();
  void restart();
  void note_output(std::size_t index, const std::vector<std::uint8_t>& bytes);
  void note_handled(std::size_t index);
  void hear(Consumer& consumer, base::Bytes bytes) const;

  const Plan plan_;
  const mesh::Keyring keyring_;
  mesh::world::World world_;
  Stage stage_;
  std::vector<Gateway> gateways_;
  Consumer everything_;
  Consumer first_gateway_;
  std::vector<Event> events_;  // a heap
  std::map<PacketKey, Published> published_;
  std::vector<Received> received_;
};

/// Topic and envelope of a message on `/2/e/`; nothing else has a packet.
std::optional<PacketKey> key_of(std::string_view topic, std::string_view payload);

}  // namespace meshtest
