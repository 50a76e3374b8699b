// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "broker/core/journal.h"
#include "broker/core/message.h"

namespace core {

/// The outgoing QoS 1 and 2 window of one session: which packet ids are under way, in order of sending. A
/// value of the session; costs one pointer while nothing is under way.
///
/// Ids are given out rising, round and round, so a window is nearly always sorted, counted from its oldest
/// id: then an id is found by halving, and one behind the newest is free without a look. A client that leaves
/// its oldest message unanswered for 65,535 others brings that to an end, until its window has been empty
/// once.
class Inflight {
 public:
  enum class State : std::uint8_t { sent, released };  // released: PUBREL is out, the message is gone

  struct Entry {
    EntryNumber number = 0;  // in the journal; 0: not there
    MessageRef
        message{};  // null in a session that ends with its connection: 3.1.1 re-sends only on a new one
    mqtt::PacketId id = 0;
    mqtt::Qos qos = mqtt::Qos::at_least_once;
    State state = State::sent;
    bool retain = false;  // as it was sent: a replay's message stays one when it is sent again
    bool is_done = false;
  };

  /// An id that is not under way, `preferred` if it is free (one id for a whole fan-out lets all receivers
  /// share one form) [MQTT-2.3.1-4]. 0 when all 65,535 are taken.
  [[nodiscard]] mqtt::PacketId claim(mqtt::PacketId preferred) const;
  /// `what` with the id claimed for it.
  void add(Entry what);

  /// PUBACK; the entry's number. None: nothing at QoS 1 waits under that id.
  std::optional<EntryNumber> acknowledge(mqtt::PacketId id);
  /// PUBREC; again is fine. None: nothing at QoS 2 waits under that id.
  std::optional<EntryNumber> release(mqtt::PacketId id);
  /// PUBCOMP. None: no PUBREL waits under that id.
  std::optional<EntryNumber> complete(mqtt::PacketId id);

  std::size_t size() const { return ring_ ? ring_->live : 0; }
  /// With done ones that have not been cleaned up yet.
  std::size_t entry_count() const { return ring_ ? ring_->entries.size() - ring_->first : 0; }

  /// Every entry still under way, in the order of sending [MQTT-4.6.0-1].
  template <class Visit>
  void each(Visit&& visit) const {
    if (!ring_) return;
    for (std::size_t i = ring_->first; i < ring_->entries.size(); ++i) {
      if (!ring_->entries[i].is_done) visit(ring_->entries[i]);
    }
  }

 private:
  struct Ring {
    std::vector<Entry> entries;  // from `first` on; done ones stay in the middle until the front is done
    std::size_t first = 0;
    std::size_t live = 0;
    std::size_t next = 0;   // behind the entry that was last found anywhere but in front
    bool is_sorted = true;  // by the distance from the first one's id

    bool is_next(mqtt::PacketId id) const {
      return next >= first && next < entries.size() && entries[next].id == id && !entries[next].is_done;
    }
    Entry& front() { return entries[first]; }
    /// How far an id lies behind the oldest, going round.
    std::uint16_t distance(mqtt::PacketId id) const {
      return static_cast<std::uint16_t>(id - entries[first].id);
    }
    bool is_behind_all(mqtt::PacketId id) const { return distance(id) > distance(entries.back().id); }
  };
  Entry* find(mqtt::PacketId id) const;
  Entry* search(mqtt::PacketId id) const;
  mqtt::PacketId search_free(mqtt::PacketId preferred) const;
  EntryNumber finish(Entry& entry);
  void tidy();

  std::unique_ptr<Ring> ring_;
};

}  // namespace core
