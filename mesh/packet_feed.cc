// SPDX-License-Identifier: Apache-2.0
#include "mesh/packet_feed.h"

#include <utility>

namespace mesh {
namespace {

constexpr base::Counters<PacketMetric, base::Writers::several>::Names metric_names = {
    "mesh_packets_published",          "mesh_packets_updated",
    "mesh_packets_displaced",          "mesh_packet_receptions_dropped",
    "mesh_packet_receptions_repeated", "mesh_packet_names_too_long",
};

// Devices make at most 15, 11 and 32 bytes. What is kept per packet must not depend on strangers.
constexpr std::size_t max_gateway_bytes = 15;
constexpr std::size_t max_channel_bytes = 32;
constexpr std::size_t max_root_bytes = 128;

bool has_short_names(const PacketCopy& copy) {
  return copy.envelope.gateway_id.size() <= max_gateway_bytes &&
         copy.envelope.channel_id.size() <= max_channel_bytes && copy.topic.root.size() <= max_root_bytes;
}

bool is_reserved(char c) {
  return c == '/' || c == '+' || c == '#' || c == '%' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

/// A channel's name as one topic level.
void append_level(std::string_view name, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : name) {
    if (!is_reserved(c)) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.append({'%', digits[byte >> 4], digits[byte & 0xf]});
  }
}

Readability readability_of(const base::Expected<Reception, Outcome>& reception) {
  if (!reception || reception->data == nullptr) return Readability::closed;
  return reception->is_complete() ? Readability::readable : Readability::undecodable;
}

OpenPacketsLimits limits_of(const MeshConfig& config) {
  return {
      .window = config.packet_window, .memory = config.dedup_window, .memory_packets = config.dedup_capacity};
}

}  // namespace

PacketFeed::PacketFeed(const MeshConfig& config, const Keyring& keyring, const NodeTable& nodes,
                       NodeKeys& keys)
    : prefix_(config.topic + "/packet/"),
      first_level_(config.topic.substr(0, config.topic.find('/'))),
      keyring_(keyring),
      nodes_(nodes),
      keys_(keys),
      packets_(limits_of(config)),
      kept_(packets_, config.dedup_window),
      counters_(metric_names) {}

/// Nothing of a channel with json = false is told. Of several channels of one name only those that were
/// opened with a key that allows it.
bool PacketFeed::may_be_told(const PacketCopy& copy) const {
  if (keyring_.json_allowed(copy.envelope.channel_id, copy.envelope.root)) return true;
  const auto& reception = copy.reception.get();
  return reception && reception->channel != nullptr && reception->channel->json;
}

PacketHead PacketFeed::head_of(const PacketCopy& copy, const OpenPackets::Answer& wished,
                               PacketJson& json) const {
  const PacketSource source{copy.topic, copy.envelope};
  if (wished.wish == OpenPackets::Wish::name) return json.name(source);
  const auto& reception = copy.reception.get();
  if (readability_of(reception) <= wished.shown) return json.name(source);
  return json.describe(source, reception, nodes_);
}

void PacketFeed::hear(const PacketCopy& copy, PacketJson& json, plugin::Host& host, base::TimePoint now) {
  if (!has_short_names(copy)) return counters_.add(PacketMetric::names_too_long);
  if (!may_be_told(copy)) return;
  const bool has_id = copy.identity.id != 0;
  HeardBy heard = heard_by(copy.envelope, host.wall_time());
  OpenPackets::Answer answer{.wish = OpenPackets::Wish::content};
  if (has_id) answer = packets_.add_copy(copy.identity, heard, now);
  if (answer.wish == OpenPackets::Wish::nothing) return count(answer.fate);

  OpenPacket packet;
  packet.identity = copy.identity;
  packet.channel = copy.envelope.channel_id;
  packet.head = head_of(copy, answer, json);
  packet.heard.push_back(std::move(heard));
  if (!has_id) return publish(packet, host);
  const bool is_signed = packet.head.signature == SignatureVerdict::unverified;
  const OpenPackets::Added added = packets_.add(std::move(packet), now);
  if (is_signed) judge(copy);
  count(added.fate);
  if (!added.displaced) return;
  counters_.add(PacketMetric::displaced);
  publish(*added.displaced, host);
}

/// Once for a packet: its content is described once.
void PacketFeed::judge(const PacketCopy& copy) {
  const auto& reception = copy.reception.get();
  const SignatureVerdict verdict = keys_.judge(copy.identity, *copy.envelope.packet, *reception->data);
  if (verdict != SignatureVerdict::unverified) packets_.judged(copy.identity, verdict);
}

void PacketFeed::count(OpenPackets::Fate fate) {
  if (fate == OpenPackets::Fate::repeated) counters_.add(PacketMetric::repeated);
  if (fate == OpenPackets::Fate::dropped) counters_.add(PacketMetric::receptions_dropped);
}

void PacketFeed::publish(const OpenPacket& packet, plugin::Host& host) {
  std::string topic = prefix_;
  append_level(packet.channel, topic);
  topic.append("/").append(node_id(packet.identity.from));
  const std::string message =
      packet_message(packet.head, {packet.identity.from, packet.is_update, packet.dropped, packet.heard,
                                   keys_.pins().has_changed(packet.identity.from)});
  host.publish({.topic = topic, .payload = base::as_bytes(message)});
  counters_.add(packet.is_update ? PacketMetric::updated : PacketMetric::published);
}

void PacketFeed::on_tick(plugin::Host& host, base::TimePoint now) {
  for (const Judged& judged : keys_.take_judged()) packets_.judged(judged.packet, judged.verdict);
  for (const OpenPacket& packet : packets_.take_due(now)) publish(packet, host);
  kept_.on_tick(host, now);
}

}  // namespace mesh
