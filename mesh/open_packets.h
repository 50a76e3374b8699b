// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/base/guarded.h"
#include "broker/base/time.h"
#include "mesh/duplicates.h"
#include "mesh/heard_by.h"
#include "mesh/packet_json.h"

namespace mesh {

/// A packet whose copies are still being collected, or further copies of one that was published. A value.
struct OpenPacket {
  PacketIdentity identity;
  std::string channel;
  PacketHead head;
  std::vector<HeardBy> heard;
  std::uint32_t dropped = 0;  // copies there was no room for
  bool is_update = false;     // the packet itself was published before
};

struct OpenPacketsLimits {
  base::Duration window;       // from a packet's first copy to its publication
  base::Duration memory;       // for so long it is known what was published
  std::size_t memory_packets;  // of at most so many
  std::size_t packets = 20000;
  std::size_t receptions = 64;  // of one packet
};

/// Collects the copies of each packet until its window is over, and knows for longer which packets it has
/// given out, so that the packet itself leaves once and later copies as updates. Any thread; every call is
/// one short lock and constant time on average, `take_due` as long as what it takes.
class OpenPackets {
 public:
  explicit OpenPackets(const OpenPacketsLimits& limits)
      : limits_(limits), published_(limits.memory, limits.memory_packets) {}

  enum class Wish : std::uint8_t {
    nothing,  // it has been added; its content is known
    name,     // the content was published: an update needs the name only
    content,
  };
  enum class Fate : std::uint8_t { listed, repeated, dropped };
  struct Answer {
    Wish wish;
    Fate fate = Fate::listed;                 // when nothing is wished
    Readability shown = Readability::unread;  // content is wished that shows more
  };
  /// Adds a copy of a packet that is open and readable; otherwise says what `add` needs.
  Answer add_copy(const PacketIdentity& identity, const HeardBy& heard, base::TimePoint now);

  struct Added {
    Fate fate;
    std::optional<OpenPacket> displaced;  // the oldest, before its time
  };
  /// Opens the packet with this copy, or adds it to one that was opened meanwhile; the head that shows more
  /// stays.
  Added add(OpenPacket packet, base::TimePoint now);

  /// The verdict on its signature, if the packet is still open.
  void judged(const PacketIdentity& identity, SignatureVerdict verdict);

  /// Those whose window is over: from now on they count as published.
  std::vector<OpenPacket> take_due(base::TimePoint now);
  /// All, to be kept over a restart: they do not count as published.
  std::vector<OpenPacket> take_all();
  /// As it was kept; its window begins anew.
  void restore(OpenPacket packet, base::TimePoint now);

  Duplicates& published() { return published_; }

 private:
  struct Entry {
    OpenPacket packet;
    base::TimePoint due;
  };
  struct Packets {
    std::unordered_map<PacketIdentity, Entry, PacketIdentity::Hash> by_identity;
    std::deque<PacketIdentity> by_age;  // the oldest first
  };

  Fate list(OpenPacket& packet, const HeardBy& heard) const;
  void open(Packets& packets, OpenPacket packet, base::TimePoint now) const;
  OpenPacket take_oldest(Packets& packets, base::TimePoint now);

  const OpenPacketsLimits limits_;
  Duplicates published_;  // its lock is taken while that of `packets_` is held, never the other way round
  base::Guarded<Packets> packets_;
};

}  // namespace mesh
