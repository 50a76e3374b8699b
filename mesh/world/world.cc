// SPDX-License-Identifier: Apache-2.0
#include "mesh/world/world.h"

#include <algorithm>
#include <cmath>

#include "mesh/envelope.h"

namespace mesh::world {
namespace {

constexpr std::uint32_t everyone = 0xffffffff;
constexpr std::uint32_t hops = 3;
constexpr std::size_t pki_overhead = 12;
constexpr std::uint32_t most_attempts = 3;
constexpr base::Duration attempt_interval{6000};
constexpr double map_report_interval_s = 3600;
constexpr double nodes_per_square_kilometre = 1.2;
constexpr double channel_shared = 0.6;
constexpr double center_latitude = 50.94;
constexpr double center_longitude = 6.96;
/// One gateway in that many has no clock.
constexpr std::size_t clockless = 10;

/// Beside the rows of `kinds`.
enum Special : std::size_t { answering = 1000, map_reporting };

base::Duration seconds(double count) { return base::Duration(std::llround(count * 1000)); }

std::string two_letters(std::uint32_t number) {
  std::string out{"A0"};
  out[0] = static_cast<char>('A' + number % 26);
  out[1] = static_cast<char>('0' + number / 26 % 10);
  return out;
}

}  // namespace

std::vector<DeviceChannel> example_channels(std::size_t count) {
  std::vector<DeviceChannel> channels{{.name = "LongFast", .key = expand_psk(Psk{1})}};
  for (std::size_t i = 1; i < count; ++i) {
    channels.push_back({.name = "Mesh-" + std::to_string(i),
                        .key = expand_psk(Psk(i % 2 == 0 ? 16 : 32, static_cast<std::uint8_t>(0x10 + i)))});
  }
  return channels;
}

World::World(const WorldConfig& config) : config_(config), random_(config.seed) {
  make_nodes();
  make_gateways();
  meet_neighbors();
  schedule_all();
}

void World::make_nodes() {
  const double side = std::sqrt(static_cast<double>(config_.nodes) / nodes_per_square_kilometre);
  std::vector<Place> places(config_.nodes);
  for (Place& place : places) place = {random_.between(0, side), random_.between(0, side)};
  radio_.emplace(std::move(places), random_);
  nodes_.resize(config_.nodes);
  heard_in_.resize(config_.nodes);
  channels_of_.resize(config_.nodes);
  for (std::size_t i = 0; i < nodes_.size(); ++i) make_speaker(i);
}

void World::make_speaker(std::size_t index) {
  constexpr double latitude_per_kilometre = 1 / 111.2;
  constexpr double longitude_per_kilometre = 1 / 70.0;
  const Place& place = radio_->place_of(index);
  Speaker& node = nodes_[index];
  node.number = random_.number() | 0x1000U;  // neither 0 nor one of the reserved few
  node.short_name = two_letters(random_.number());
  node.long_name = "Node " + node.short_name + " " + std::to_string(index);
  node.hw_model = random_.count(1, 60);
  node.role = random_.chance(0.1) ? 2 : 0;
  node.public_key = random_.bytes(32);
  node.latitude_i = static_cast<std::int32_t>((center_latitude + place.y * latitude_per_kilometre) * 1e7);
  node.longitude_i = static_cast<std::int32_t>((center_longitude + place.x * longitude_per_kilometre) * 1e7);
  node.is_ok_to_mqtt = random_.chance(0.85);
  channels_of_[index].push_back(0);
  for (std::size_t i = 1; i < config_.channels.size(); ++i) {
    if (random_.chance(channel_shared)) channels_of_[index].push_back(i);
  }
}

/// Spread over the nodes; they know all others.
void World::make_gateways() {
  gateway_of_.resize(nodes_.size());
  for (std::size_t i = 0; i < std::min(config_.gateways, nodes_.size()); ++i) {
    const std::size_t node = i * nodes_.size() / config_.gateways;
    gateway_of_[node] = i;
    DeviceConfig gateway{.number = nodes_[node].number, .root = config_.roots[i % config_.roots.size()]};
    for (const std::size_t channel : channels_of_[node])
      gateway.channels.push_back(config_.channels[channel]);
    gateway.encrypts = random_.chance(config_.encrypting);
    gateway.is_newer = random_.chance(config_.newer);
    gateway.reports_neighbors = random_.chance(0.5);
    for (const Speaker& each : nodes_) gateway.known.insert(each.number);
    gateways_.push_back(std::move(gateway));
  }
}

void World::meet_neighbors() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (const Radio::Link& link : radio_->links_of(i))
      nodes_[i].neighbors.emplace_back(nodes_[link.to].number, link.snr);
  }
}

void World::schedule_all() {
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    for (std::size_t kind = 0; kind < kinds().size(); ++kind) {
      if (!random_.chance(kinds()[kind].share)) continue;
      schedule(seconds(random_.unit() * kinds()[kind].interval_s / config_.traffic), node, kind);
    }
    if (gateway_of(node)) schedule(seconds(random_.between(1, 30)), node, map_reporting);
  }
}

void World::schedule(base::Duration at, std::size_t node, std::size_t kind, std::size_t answer) {
  due_.push({at, ++orders_, node, kind, answer});
}

void World::schedule_again(const Due& due) {
  if (due.kind == answering) return;
  const double interval =
      due.kind == map_reporting ? map_report_interval_s : kinds()[due.kind].interval_s / config_.traffic;
  schedule(due.at + seconds(interval * random_.between(0.9, 1.1)), due.node, due.kind);
}

std::uint32_t World::time_at(base::Duration at) const {
  const double passed = static_cast<double>(at.count()) / 1000 / config_.speed;
  return config_.epoch_s + static_cast<std::uint32_t>(passed);
}

std::size_t World::choose_channel(std::size_t node) {
  const std::vector<std::size_t>& own = channels_of_[node];
  return random_.chance(0.5) ? own.front() : own[random_.below(own.size())];
}

Transmission World::next() {
  const Due due = due_.top();
  due_.pop();
  schedule_again(due);
  if (due.kind == answering) return answer(due);
  if (due.kind == map_reporting) return map_report(due);
  return say(due);
}

Transmission World::say(const Due& due) {
  const Kind& kind = kinds()[due.kind];
  Transmission sent{.at = due.at, .sender = due.node, .kind = kind.name};
  std::optional<std::size_t> addressee;
  if (kind.target != Target::everyone) addressee = random_.below(nodes_.size());
  sent.packet = {.from = nodes_[due.node].number,
                 .to = addressee ? nodes_[*addressee].number : everyone,
                 .id = random_.number() | 1U,
                 .hop_start = hops,
                 .want_ack = addressee && kind.wants_ack};
  Moment moment{random_, time_at(due.at), static_cast<std::uint32_t>(due.at.count() / 1000)};
  proto::Data data = kind.make(nodes_[due.node], moment);
  const std::size_t channel = choose_channel(due.node);
  if (addressee && kind.target == Target::somebody) {
    const auto& theirs = channels_of_[*addressee];
    if (std::ranges::find(theirs, channel) == theirs.end()) return say({due.at, 0, due.node, due.kind});
  }
  seal_for(due, channel, std::move(data), sent.packet);
  send(sent, addressee);
  if (addressee && heard_in_[*addressee] == transmissions_) let_answer(due, sent, channel, *addressee);
  return sent;
}

/// A direct message's bytes are as good as random to everyone but its receiver.
void World::seal_for(const Due& due, std::size_t channel, proto::Data data, AirPacket& packet) {
  const bool is_pki = due.kind < kinds().size() && kinds()[due.kind].target == Target::somebody_by_pki;
  if (!is_pki) return seal(config_.channels[channel], std::move(data), packet);
  packet.channel = pki_channel_id;
  packet.encrypted = random_.bytes(data.ByteSizeLong() + pki_overhead);
  packet.data = std::move(data);
}

void World::let_answer(const Due& due, const Transmission& sent, std::size_t channel, std::size_t addressee) {
  if (addressee == due.node) return;
  const bool is_route = sent.packet.data.portnum() == proto::TRACEROUTE_APP;
  proto::Data data = is_route ? make_route_reply(nodes_[addressee], sent.packet.data, sent.packet.id)
                              : make_ack(nodes_[addressee], sent.packet.id);
  answers_.push_back({std::move(data), sent.packet.from, channel});
  schedule(due.at + seconds(random_.between(3, 8)), addressee, answering, answers_.size());
}

Transmission World::answer(const Due& due) {
  Answer& words = answers_[due.answer - 1];
  Transmission sent{.at = due.at, .sender = due.node, .kind = "answer"};
  sent.packet = {
      .from = nodes_[due.node].number, .to = words.to, .id = random_.number() | 1U, .hop_start = hops};
  seal(config_.channels[words.channel], std::move(words.data), sent.packet);
  send(sent, std::nullopt);
  return sent;
}

Transmission World::map_report(const Due& due) {
  const std::size_t gateway = *gateway_of(due.node);
  Transmission sent{.at = due.at, .sender = due.node, .kind = "map report"};
  sent.packet = {.from = nodes_[due.node].number, .channel = gateways_[gateway].channels.front().name};
  const auto online = static_cast<std::uint32_t>(radio_->links_of(due.node).size());
  sent.publications.push_back(
      {.at = due.at,
       .gateway = gateway,
       .message = make_map_report(gateways_[gateway], make_map_report_of(nodes_[due.node], online)),
       .is_own = true});
  return sent;
}

/// A sender that wants to know repeats what its addressee has not heard.
void World::send(Transmission& sent, std::optional<std::size_t> addressee) {
  ++transmissions_;
  const std::uint32_t attempts = sent.packet.want_ack ? most_attempts : 1;
  for (std::uint32_t repeat = 0; repeat < attempts; ++repeat) {
    send_once(sent, sent.at + repeat * attempt_interval, repeat);
    if (addressee && heard_in_[*addressee] == transmissions_ && random_.chance(0.9)) break;
  }
  std::ranges::stable_sort(sent.publications, {}, &Publication::at);
}

void World::send_once(Transmission& sent, base::Duration at, std::uint32_t repeat) {
  if (const auto gateway = gateway_of(sent.sender)) {
    const Copy own{
        .rx_time = time_at(at), .hop_limit = sent.packet.hop_start, .relay_node = sent.packet.from & 0xffU};
    publish(sent, *gateway, own, at);
    if (!sent.publications.empty()) sent.publications.back().repeat = repeat;
  }
  if (repeat > 0 && sent.packet.channel == pki_channel_id)
    sent.packet.encrypted = random_.bytes(sent.packet.encrypted.size());
  heard_in_[sent.sender] = transmissions_;
  for (const Hearing& hearing : radio_->flood({sent.sender, at, sent.packet.hop_start})) {
    if (std::exchange(heard_in_[hearing.node], transmissions_) == transmissions_) continue;
    ++sent.heard;
    const Copy copy{.rx_time = time_at(hearing.at),
                    .snr = hearing.snr,
                    .rssi = hearing.rssi,
                    .hop_limit = hearing.hop_limit,
                    .relay_node = nodes_[hearing.relay].number & 0xffU};
    if (const auto gateway = gateway_of(hearing.node)) publish(sent, *gateway, copy, hearing.at);
  }
}

void World::publish(Transmission& sent, std::size_t gateway, const Copy& copy, base::Duration at) {
  const DeviceConfig& device = gateways_[gateway];
  if (judge_uplink(device, sent.packet) != UplinkRuling::published) return;
  Copy shown = copy;
  if (gateway % clockless == clockless - 1) shown.rx_time = 0;
  sent.publications.push_back({.at = at,
                               .gateway = gateway,
                               .message = make_uplink(device, sent.packet, shown),
                               .copy = shown,
                               .is_own = sent.packet.from == device.number});
}

}  // namespace mesh::world
