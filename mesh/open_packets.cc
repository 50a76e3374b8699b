// SPDX-License-Identifier: Apache-2.0
#include "mesh/open_packets.h"

#include <algorithm>
#include <utility>

namespace mesh {

/// A gateway repeats its own packets until they are acknowledged, and a client that publishes at QoS 1 may
/// repeat anything: what it says first counts.
OpenPackets::Fate OpenPackets::list(OpenPacket& packet, const HeardBy& heard) const {
  if (std::ranges::find(packet.heard, heard.gateway, &HeardBy::gateway) != packet.heard.end())
    return Fate::repeated;
  if (packet.heard.size() >= limits_.receptions) {
    ++packet.dropped;
    return Fate::dropped;
  }
  packet.heard.push_back(heard);
  return Fate::listed;
}

OpenPackets::Answer OpenPackets::add_copy(const PacketIdentity& identity, const HeardBy& heard,
                                          base::TimePoint now) {
  published_.expect(identity);
  return packets_.with([this, &identity, &heard, now](Packets& packets) -> Answer {
    Entry* const found = packets.find(identity);
    if (found == nullptr) {
      const bool is_known = published_.contains(identity, now);
      return {.wish = is_known ? Wish::name : Wish::content};
    }
    OpenPacket& packet = found->packet;
    const bool shows_all = packet.head.readability == Readability::readable;
    const bool needs_none = packet.is_update && packet.head.readability == Readability::unread;
    if (shows_all || needs_none) return {.wish = Wish::nothing, .fate = list(packet, heard)};
    return {.wish = Wish::content, .shown = packet.head.readability};
  });
}

void OpenPackets::open(Packets& packets, OpenPacket packet, base::TimePoint now) const {
  const PacketIdentity identity = packet.identity;
  packets.add(identity, {std::move(packet), now + limits_.window});
}

OpenPackets::Added OpenPackets::add(OpenPacket packet, base::TimePoint now) {
  return packets_.with([this, &packet, now](Packets& packets) -> Added {
    if (Entry* const found = packets.find(packet.identity)) {
      OpenPacket& open_one = found->packet;
      if (packet.head.readability > open_one.head.readability) open_one.head = std::move(packet.head);
      return {list(open_one, packet.heard.front()), std::nullopt};
    }
    Added added{Fate::listed, std::nullopt};
    if (packets.size() >= limits_.packets) added.displaced = take_oldest(packets, now);
    packet.is_update = published_.completeness(packet.identity, now).has_value();
    open(packets, std::move(packet), now);
    return added;
  });
}

void OpenPackets::judged(const PacketIdentity& identity, SignatureVerdict verdict) {
  packets_.with([&identity, verdict](Packets& packets) {
    if (Entry* const found = packets.find(identity)) found->packet.head.signature = verdict;
  });
}

OpenPacket OpenPackets::take_oldest(Packets& packets, base::TimePoint now) {
  OpenPacket packet = packets.take_first().packet;
  const bool is_complete = packet.head.readability == Readability::readable;
  if (is_complete || !packet.is_update)
    static_cast<void>(published_.claim(packet.identity, is_complete, now));
  if (!packets.empty()) published_.expect(packets.first().packet.identity);
  return packet;
}

std::vector<OpenPacket> OpenPackets::take_due(base::TimePoint now) {
  return packets_.with([this, now](Packets& packets) {
    std::vector<OpenPacket> due;
    while (!packets.empty() && packets.first().due <= now) due.push_back(take_oldest(packets, now));
    return due;
  });
}

std::vector<OpenPacket> OpenPackets::take_all() {
  return packets_.with([](Packets& packets) {
    std::vector<OpenPacket> all;
    while (!packets.empty()) all.push_back(packets.take_first().packet);
    return all;
  });
}

void OpenPackets::restore(OpenPacket packet, base::TimePoint now) {
  packets_.with([this, &packet, now](Packets& packets) {
    if (packets.size() >= limits_.packets || packets.find(packet.identity) != nullptr) return;
    open(packets, std::move(packet), now);
  });
}

}  // namespace mesh
