// SPDX-License-Identifier: Apache-2.0
#include "tests/mesh/hour.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "broker/base/check.h"
#include "broker/mqtt/decode.h"
#include "mesh/envelope.h"
#include "mesh/explain.h"
#include "mesh/keyring.h"
#include "mesh/mesh_topic.h"
#include "tests/support/wire.h"

namespace meshtest {
namespace {

constexpr base::TimePoint start{std::chrono::seconds{100'000}};
constexpr base::Duration step{20};
constexpr base::Duration minute{60'000};
constexpr std::size_t largest = 1U << 20U;

std::string hex_psk(const mesh::Key& key) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "0x";
  for (const std::uint8_t byte : key.view()) {
    text.push_back(digits[byte >> 4U]);
    text.push_back(digits[byte & 15U]);
  }
  return text;
}

mesh::MeshConfig mesh_config_of(const mesh::world::WorldConfig& world) {
  mesh::MeshConfig config;
  config.roots = world.roots;
  std::uint32_t index = 0;
  for (const auto& channel : world.channels)
    config.channels.push_back(
        {.name = channel.name, .psk = hex_psk(channel.key), .index = index++, .json = true});
  return config;
}

/// Whole packets at the beginning of `bytes`, in order; they are taken away.
void take_publishes(std::vector<std::uint8_t>& bytes, const std::function<void(const mqtt::Publish&)>& each) {
  std::size_t at = 0;
  while (true) {
    const auto frame = mqtt::next_frame(base::Bytes(bytes).subspan(at), largest);
    CHECK(frame);
    if (!*frame) break;
    if ((*frame)->type == mqtt::PacketType::publish)
      each(mqtt::decode_publish(**frame, mqtt::Version::v311).value());
    at += (*frame)->bytes.size();
  }
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

Plan whole_hour(std::size_t workers) {
  Plan plan;
  plan.world.channels = mesh::world::example_channels(4);
  plan.world.roots = {"msh/EU_868", "msh/US"};
  plan.world.encrypting = 0.8;
  plan.mesh = mesh_config_of(plan.world);
  plan.mesh.down.node_number = 0x0b0b0b0b;  // a node itself: it announces its name
  plan.workers = workers;
  return plan;
}

std::optional<PacketKey> key_of(std::string_view topic, std::string_view payload) {
  const std::size_t kind = topic.find("/2/e/");
  mesh::proto::ServiceEnvelope envelope;
  if (kind == std::string_view::npos || !envelope.ParseFromString(std::string(payload))) return std::nullopt;
  return PacketKey{std::string(topic.substr(0, kind)), envelope.channel_id(), envelope.packet().from(),
                   envelope.packet().id()};
}

Hour::Hour(const Plan& plan)
    : plan_(plan),
      keyring_(mesh::Keyring::open(plan.mesh).value()),
      world_(plan.world),
      stage_(plan.mesh, plan.workers, start),
      everything_{.subscribe = "00 01 00 0e 'msh/+/2/json/#' 00 00 06 'mesh/#' 00"},
      received_(world_.gateways().size()) {
  for (const auto& config : world_.gateways())
    gateways_.push_back({std::make_unique<support::FakeGateway>(config), {}, false});
  first_gateway_.subscribe = "00 01 00 18 'msh/+/2/json/+/" + id_of_gateway(0) + "' 00";
  connect_consumers();
  for (std::size_t i = 0; i < gateways_.size(); ++i) connect(i);
  if (plan_.has_outages) plan_outages();
}

/// Each gateway once for three minutes and, ten later, for one: its queue drains late.
///
void Hour::plan_outages() {
  for (std::size_t i = 0; i < gateways_.size(); ++i) {
    const base::TimePoint first = start + minute * (4 + 3 * static_cast<int>(i));
    for (const base::Duration after : {0 * minute, 3 * minute, 10 * minute, 11 * minute})
      events_.push_back({first + after, i, {}});
  }
  std::ranges::make_heap(events_, std::greater{});
}

void Hour::play() {
  const base::TimePoint end = start + plan_.length;
  bool is_before_restart = true;
  for (base::TimePoint next = start; next < end;) {
    next += minute;
    take_transmissions(next);
    const base::TimePoint restart_at = start + plan_.restart_at;
    if (is_before_restart && next >= restart_at) {
      pass_to(restart_at);
      restart();
      is_before_restart = false;
    }
    pass_to(next);
  }
  pass_to(end + minute);
}

/// Those of the following minute, and what is published of them later.
void Hour::take_transmissions(base::TimePoint until) {
  while (true) {
    mesh::world::Transmission sent = world_.next();
    for (auto& each : sent.publications) {
      events_.push_back({start + each.at, each.gateway, std::move(each.message)});
      std::ranges::push_heap(events_, std::greater{});
    }
    if (start + sent.at >= until) return;
  }
}

void Hour::pass_to(base::TimePoint until) {
  while (!events_.empty() && events_.front().at <= until) {
    std::ranges::pop_heap(events_, std::greater{});
    const Event event = std::move(events_.back());
    events_.pop_back();
    stage_.pass_to(std::max(stage_.now(), event.at));
    act(event);
    settle();
  }
  stage_.pass_to(std::max(stage_.now(), until));
  settle();
}

void Hour::act(const Event& event) {
  Gateway& gateway = gateways_[event.gateway];
  if (event.message.topic.empty()) {
    gateway.is_away = !gateway.is_away;
    if (!gateway.is_away) return connect(event.gateway);
    gateway.fake->drop();
    gateway.line->lose(stage_.now());
    stage_.turn();
    return;
  }
  gateway.fake->publish(event.message, stage_.now());
}

/// Loops of 20 ms until nobody has anything to say or to read.
void Hour::settle() {
  bool is_busy = true;
  while (is_busy) {
    is_busy = false;
    for (std::size_t i = 0; i < gateways_.size(); ++i) {
      exchange(i);
      is_busy = is_busy || (gateways_[i].fake->is_connected() && gateways_[i].fake->link().has_input());
    }
    if (is_busy) stage_.pass_to(stage_.now() + step);
  }
}

void Hour::exchange(std::size_t index) {
  Gateway& gateway = gateways_[index];
  gateway.fake->pass(stage_.now());
  note_handled(index);
  const std::vector<std::uint8_t> bytes = gateway.fake->take_output();
  if (bytes.empty()) return;
  note_output(index, bytes);
  gateway.line->take(bytes, stage_.now());
  stage_.turn();
}

void Hour::connect(std::size_t index) {
  Gateway& gateway = gateways_[index];
  support::FakeGateway& fake = *gateway.fake;
  gateway.line = stage_.connect(index, [&fake](base::Bytes bytes) { fake.on_bytes(bytes); });
  fake.open(stage_.now());
  for (int i = 0; i < 3; ++i) {  // CONNECT and CONNACK, the subscriptions, what waited
    stage_.pass_to(stage_.now() + step);
    exchange(index);
  }
  CHECK(fake.is_connected());
}

void Hour::connect(Consumer& consumer, std::string_view id) {
  consumer.inbox.clear();
  consumer.line = stage_.connect(1, [this, &consumer](base::Bytes bytes) { hear(consumer, bytes); });
  consumer.line->take(support::wire_packet(0x10, "00 04 'MQTT' 04 02 00 00 00 08 '" + std::string(id) + "'"),
                      stage_.now());
  consumer.line->take(support::wire_packet(0x82, consumer.subscribe), stage_.now());
}

void Hour::connect_consumers() {
  connect(everything_, "consumer");
  connect(first_gateway_, "one_door");
  stage_.turn();
}

/// Those who are away stay away.
void Hour::restart() {
  stage_.restart();
  for (Gateway& each : gateways_) each.fake->drop();
  connect_consumers();
  for (std::size_t i = 0; i < gateways_.size(); ++i) {
    if (!gateways_[i].is_away) connect(i);
  }
}

void Hour::note_output(std::size_t index, const std::vector<std::uint8_t>& bytes) {
  std::vector<std::uint8_t> all = bytes;
  take_publishes(all, [this, index](const mqtt::Publish& publish) {
    const auto key = key_of(publish.topic, base::as_text(publish.payload));
    if (!key) return;
    published_[*key].copies.push_back({stage_.now(), index, std::string(base::as_text(publish.payload))});
    ++received_[index].sent[*key];
  });
}

void Hour::note_handled(std::size_t index) {
  const std::string own_id = gateways_[index].fake->client_id();
  for (auto& [topic, payload, qos] : std::exchange(gateways_[index].fake->arrived, {})) {
    const auto key = key_of(topic, payload);
    CHECK(key);
    const bool is_own = topic.ends_with("/" + own_id);
    ++(is_own ? received_[index].own : received_[index].foreign)[*key];
  }
  gateways_[index].fake->handled.clear();
}

void Hour::hear(Consumer& consumer, base::Bytes bytes) const {
  consumer.inbox.insert(consumer.inbox.end(), bytes.begin(), bytes.end());
  take_publishes(consumer.inbox, [this, &consumer](const mqtt::Publish& publish) {
    consumer.heard.push_back(
        {stage_.now(), std::string(publish.topic), std::string(base::as_text(publish.payload))});
  });
}

namespace {

/// One for the first copy, and one more for a copy that comes after the window; `counts` says of which.
std::size_t told_of(const Published& published, base::Duration window,
                    const std::function<bool(const Published::Copy&)>& counts) {
  std::size_t told = 0;
  std::optional<base::TimePoint> since;
  for (const Published::Copy& copy : published.copies) {
    if ((since && copy.at - *since < window) || !counts(copy)) continue;
    ++told;
    since = copy.at;
  }
  return told;
}

}  // namespace

std::size_t Hour::expected_json(const PacketKey& key) const {
  return told_of(published_.at(key), plan_.mesh.dedup_window, [this](const Published::Copy& copy) {
    return mesh::explain(base::as_bytes(copy.payload), keyring_, plan_.mesh).json.has_value();
  });
}

std::size_t Hour::expected_packets(const PacketKey& key) const {
  return told_of(published_.at(key), plan_.mesh.dedup_window, [](const Published::Copy&) { return true; });
}

}  // namespace meshtest
