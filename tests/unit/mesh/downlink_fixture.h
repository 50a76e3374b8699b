// SPDX-License-Identifier: Apache-2.0
// For tests of what the broker itself sends into a mesh.
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "broker/mqtt/topic.h"
#include "mesh/downlink.h"
#include "mesh/envelope.h"
#include "tests/support/fake_gateway.h"
#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {

using support::FakeGateway;
using world::Ruling;

constexpr std::uint32_t gateway_a = 0xaabbccdd;
constexpr std::uint32_t gateway_b = 0x11223344;
constexpr std::uint32_t own_number = 0x0b0b0b0b;

inline base::TimePoint at(std::int64_t seconds) { return base::TimePoint{std::chrono::seconds{seconds}}; }

inline DownConfig down_config() {
  DownConfig config;
  config.node_number = own_number;
  config.seed = 1;
  return config;
}

inline MeshConfig mesh_config() {
  MeshConfig config;
  config.channels = {{"LongFast", "AQ==", 0}, {"Family", "simple3", 1}};
  return config;
}

/// A broker with gateways: what it publishes reaches those that listen and that the queue lets have it.
class Stage {
 public:
  explicit Stage(DownConfig down = down_config(), const MeshConfig& config = mesh_config())
      : keyring_(*Keyring::open(config)),
        workspace_(keyring_),
        log_(base::Level::info, base::LogFormat::text,
             [this](base::Level, std::string_view line) { log_lines.emplace_back(line); }),
        downlink(Downlink::Parts{down, keyring_, log_, "mesh", listeners(),
                                 [this](std::uint32_t number) -> std::optional<PublicKey> {
                                   const auto found = keys.find(number);
                                   if (found == keys.end()) return std::nullopt;
                                   return found->second;
                                 }}) {}

  FakeGateway& add(std::uint32_t number, const std::vector<std::string>& channels = {"LongFast"}) {
    world::DeviceConfig device{.number = number};
    for (const std::string& name : channels)
      device.channels.push_back({.name = name, .key = keyring_.named(name).front().key});
    gateways.push_back(std::make_unique<FakeGateway>(device));
    return *gateways.back();
  }

  /// The last answer to this request.
  std::string ask(std::string payload, std::string topic = "msh/2/json/mqtt/", bool retain = false) {
    plugin::Draft draft{topic, base::as_bytes(payload), mqtt::Qos::at_most_once, retain};
    const plugin::Client client{.id = "node-red", .user_name = {}};
    const Roots roots({"msh"});
    const auto parsed = roots.parse(topic);
    REQUIRE(parsed);
    REQUIRE(Downlink::is_request_topic(*parsed));
    verdict = downlink.on_request({*parsed, client, draft}, workspace_, host, now);
    return deliver();
  }
  void tick(std::int64_t seconds) {
    for (std::int64_t i = 0; i < seconds; ++i) {
      now += std::chrono::seconds{1};
      downlink.on_tick(host, now);
      deliver();
    }
  }
  bool may_reach_gateway(std::string_view topic, std::string_view payload) {
    return downlink.may_reach_gateway(*Roots({"msh"}).parse(topic), base::as_bytes(payload), workspace_);
  }
  /// A packet to the broker's node, as a gateway has heard it.
  void hear(const proto::Data& data, std::uint32_t from, std::uint32_t to = own_number) {
    Sending sending;
    sending.psk = "AQ==";
    sending.gateway = node_id(gateway_a);
    sending.packet.set_from(from);
    sending.packet.set_to(to);
    sending.packet.set_id(++heard_);
    const std::string envelope = make_envelope(data, sending);
    const auto read = workspace_.envelopes.read(base::as_bytes(envelope));
    REQUIRE(read);
    const auto reception = workspace_.receptions.read(*read);
    REQUIRE(reception);
    downlink.on_reception({TopicKind::envelope, "msh", "LongFast", sending.gateway}, *reception, host, now);
    deliver();
  }

  /// What became of each packet at each gateway, by its number.
  std::map<std::uint32_t, std::vector<world::Handled>> handled;
  std::vector<std::string> answers;
  std::vector<std::string> log_lines;
  std::vector<Published> published;  // everything
  std::vector<std::unique_ptr<FakeGateway>> gateways;
  std::set<std::uint32_t> self_served;
  std::map<std::uint32_t, PublicKey> keys;
  plugin::Verdict verdict = plugin::Verdict::pass;
  base::TimePoint now = at(0);
  FakeHost host;

 private:
  bool listens(const FakeGateway& gateway, std::string_view topic) const {
    for (const std::string& filter : gateway.filters()) {
      if (mqtt::matches(filter, topic)) return true;
    }
    return false;
  }
  Listeners listeners() {
    const auto on = [this](std::string_view topic) {
      std::vector<Listener> found;
      for (const auto& each : gateways) {
        const std::uint32_t number = each->device().config().number;
        if (listens(*each, topic)) found.push_back({each->client_id(), number, self_served.contains(number)});
      }
      return found;
    };
    const auto places = [this] {
      std::vector<Place> found;
      if (!gateways.empty()) found.push_back({"msh", "LongFast"});
      return found;
    };
    return {on, places};
  }
  std::string deliver() {
    std::string answer;
    for (Published& each : std::exchange(host.published, {})) {
      if (each.topic == "mesh/send/result") {
        CHECK(is_json(each.payload));
        answers.push_back(each.payload);
        answer = each.payload;
      } else {
        give(each);
      }
      published.push_back(std::move(each));
    }
    return answer;
  }
  void give(const Published& message) {
    proto::ServiceEnvelope envelope;
    REQUIRE(envelope.ParseFromString(message.payload));
    for (const auto& each : gateways) {
      if (!listens(*each, message.topic)) continue;
      if (!downlink.is_released(envelope.packet().id(), each->client_id())) continue;
      handled[each->device().config().number].push_back(
          each->receive(message.topic, base::as_bytes(message.payload), message.qos));
    }
  }

  Keyring keyring_;
  Workspace workspace_;
  base::Log log_;
  std::uint32_t heard_ = 0;

 public:
  Downlink downlink;
};

inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

inline std::string text_request(std::string_view more = {}) {
  return R"({"type":"sendtext","payload":"hello")" + std::string(more) + "}";
}

}  // namespace mesh::test
