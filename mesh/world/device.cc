// SPDX-License-Identifier: Apache-2.0
#include "mesh/world/device.h"

#include <algorithm>

#include "mesh/envelope.h"

namespace mesh::world {
namespace {

constexpr std::uint32_t everyone = 0xffffffff;

/// Only what the firmware copies; a hop start, a key or a transport that the broker claims does not count.
proto::MeshPacket copied(const proto::MeshPacket& packet) {
  proto::MeshPacket out;
  out.set_from(packet.from());
  out.set_to(packet.to());
  out.set_id(packet.id());
  out.set_channel(packet.channel());
  out.set_hop_limit(packet.hop_limit());
  out.set_hop_start(packet.hop_start());
  out.set_want_ack(packet.want_ack());
  if (packet.has_decoded()) *out.mutable_decoded() = packet.decoded();
  if (packet.payload_variant_case() == proto::MeshPacket::kEncrypted) out.set_encrypted(packet.encrypted());
  out.set_via_mqtt(true);
  out.set_transport_mechanism(5);
  return out;
}

}  // namespace

bool DeviceConfig::has_downlink() const {
  return std::ranges::any_of(channels, [](const DeviceChannel& channel) { return channel.downlink; });
}

std::optional<std::size_t> DeviceConfig::channel_named(std::string_view name) const {
  const auto found = std::ranges::find(channels, name, &DeviceChannel::name);
  if (found == channels.end()) return std::nullopt;
  return static_cast<std::size_t>(found - channels.begin());
}

std::vector<std::string> filters_of(const DeviceConfig& config) {
  std::vector<std::string> filters;
  for (const DeviceChannel& channel : config.channels) {
    if (channel.downlink) filters.push_back(config.root + "/2/e/" + channel.name + "/+");
  }
  if (!filters.empty()) filters.push_back(config.root + "/2/e/PKI/+");
  return filters;
}

std::string_view word_for(Ruling ruling) {
  static constexpr std::string_view words[] = {
      "accepted",
      "acknowledged",
      "oversize",
      "empty",
      "not_an_envelope",
      "no_packet",
      "no_channel_id",
      "no_gateway_id",
      "pki_without_downlink",
      "unknown_channel",
      "downlink_off",
      "own_gateway_id",
      "own_packet",
      "hop_limit_too_high",
      "hop_start_too_high",
      "sender_ignored",
      "sender_is_everyone",
      "mqtt_ignored",
      "decoded_refused",
      "decoded_admin",
      "strangers_direct_message",
      "unknown_hash",
      "unreadable",
      "bad_signature",
      "unknown_sender",
      "legacy_direct_message",
      "crowded_out",
      "duplicate",
      "hops_before_start",
      "no_bitfield",
  };
  static_assert(std::size(words) == static_cast<std::size_t>(Ruling::end_));
  return words[static_cast<std::size_t>(ruling)];
}

std::optional<Handled> Device::receive(std::string_view topic, base::Bytes payload, mqtt::Qos qos) {
  Downlink message{.topic = topic, .payload = payload, .qos = qos};
  for (const DownlinkRule& rule : arrival_rules()) {
    if (rule.applies(config_, message)) return Handled{rule.ruling, message.envelope.packet()};
  }
  proto::MeshPacket packet = copied(message.envelope.packet());
  if (packet.has_decoded()) {
    packet.set_channel(
        static_cast<std::uint32_t>(config_.channel_named(message.envelope.channel_id()).value_or(0)));
  }
  if (router_.size() == router_slots) {
    crowded_out_.push_back({Ruling::crowded_out, router_.front().packet, router_.front().data});
    router_.pop_front();
  }
  router_.push_back({std::move(packet), std::move(message.data), message.is_read});
  return std::nullopt;
}

std::vector<Handled> Device::route() {
  std::vector<Handled> handled = std::exchange(crowded_out_, {});
  for (const Waiting& waiting : std::exchange(router_, {})) handled.push_back(handle(waiting));
  return handled;
}

/// Packets without an id are never duplicates, nor are those that a 2.8 device relays unread.
Ruling Device::judge_hops(const Waiting& waiting) {
  const proto::MeshPacket& packet = waiting.packet;
  const bool is_opaque = !waiting.is_read;
  if (packet.id() != 0 && !(is_opaque && config_.is_newer)) {
    if (history_.contains({packet.from(), packet.id()})) return Ruling::duplicate;
    remember(packet.from(), packet.id());
  }
  if (!config_.is_newer) return Ruling::accepted;
  if (packet.hop_start() < packet.hop_limit()) return Ruling::hops_before_start;
  if (waiting.is_read && packet.hop_start() == 0 && !waiting.data.has_bitfield()) return Ruling::no_bitfield;
  return Ruling::accepted;
}

Handled Device::handle(const Waiting& waiting) {
  Handled handled{judge_hops(waiting), waiting.packet, waiting.data};
  if (handled.ruling != Ruling::accepted) return handled;
  const std::uint32_t to = waiting.packet.to();
  const bool is_for_us = to == everyone || to == config_.number;
  if (waiting.is_read && is_for_us && waiting.data.portnum() == proto::TEXT_MESSAGE_APP)
    handled.text = waiting.data.payload();
  handled.is_relayed = waiting.packet.hop_limit() > 0 && to != config_.number;
  return handled;
}

void Device::remember(std::uint32_t from, std::uint32_t id) {
  if (id == 0 || !history_.insert({from, id}).second) return;
  history_order_.emplace_back(from, id);
  if (history_order_.size() <= history_size) return;
  history_.erase(history_order_.front());
  history_order_.pop_front();
}

}  // namespace mesh::world
