// SPDX-License-Identifier: Apache-2.0
// What is remembered of packets comes and goes in one order, and is looked for all the time among hundreds of
// thousands, mostly in vain: each look should touch one line of memory. So the values lie in a ring, which is
// written and emptied in a row, and an open table of sixteen bytes a packet says where.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "mesh/packet_identity.h"

namespace mesh {

/// Values by packet, each packet once, that leave in the order they came. A value; one thread. Where a packet
/// lies in the table depends on a number that nobody outside knows: strangers choose their packets' ids.
template <class Value>
class PacketsByAge {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  /// A look at this packet follows soon: whatever memory it will touch first starts on its way.
  void expect(const PacketIdentity& identity) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[home_of(tag_of(identity))]);
  }
  /// Null: not there. Good until the next packet comes or this one leaves.
  Value* find(const PacketIdentity& identity) {
    if (ring_.empty()) return nullptr;
    const std::uint32_t tag = tag_of(identity);
    for (std::size_t at = home_of(tag); slots_[at].tag != 0; at = after(at)) {
      if (slots_[at].tag != tag) continue;
      Entry& entry = entry_of(slots_[at].number);
      if (entry.identity == identity) return &entry.value;
    }
    return nullptr;
  }
  /// Behind all others. The packet is not there yet.
  Value& add(const PacketIdentity& identity, Value value) {
    if (size_ == ring_.size()) grow();
    const std::uint32_t number = first_ + static_cast<std::uint32_t>(size_++);
    Entry& entry = entry_of(number);
    entry = {identity, std::move(value)};
    place({tag_of(identity), number});
    return entry.value;
  }
  /// The oldest; not of an empty one.
  const Value& first() const { return ring_[first_ & (ring_.size() - 1)].value; }
  Value take_first() {
    Entry& entry = entry_of(first_);
    std::size_t at = home_of(tag_of(entry.identity));
    while (slots_[at].number != first_ || slots_[at].tag == 0) at = after(at);
    close_gap(at);
    ++first_;
    --size_;
    return std::exchange(entry.value, {});
  }

 private:
  struct Entry {
    PacketIdentity identity;
    Value value;
  };
  struct Slot {
    std::uint32_t tag = 0;     // 0: empty
    std::uint32_t number = 0;  // of the entry, counted on and round since the beginning
  };
  static constexpr std::size_t least_entries = 32;

  Entry& entry_of(std::uint32_t number) { return ring_[number & (ring_.size() - 1)]; }
  std::size_t home_of(std::uint32_t tag) const { return tag & (slots_.size() - 1); }
  std::size_t after(std::size_t slot) const { return (slot + 1) & (slots_.size() - 1); }
  /// How far behind its home.
  std::size_t distance(std::size_t home, std::size_t slot) const {
    return (slot - home) & (slots_.size() - 1);
  }
  std::uint32_t tag_of(const PacketIdentity& identity) const {
    constexpr std::uint32_t never_zero = 0x8000'0000;
    return static_cast<std::uint32_t>(hash_of(identity, seed_) >> 32U) | never_zero;
  }
  void place(const Slot& slot) {
    std::size_t at = home_of(slot.tag);
    while (slots_[at].tag != 0) at = after(at);
    slots_[at] = slot;
  }
  void grow() {
    std::vector<Entry> larger(std::max(least_entries, 2 * ring_.size()));
    slots_.assign(2 * larger.size(), {});
    for (std::size_t i = 0; i < size_; ++i) {
      const std::uint32_t number = first_ + static_cast<std::uint32_t>(i);
      Entry& entry = entry_of(number);
      place({tag_of(entry.identity), number});
      larger[number & (larger.size() - 1)] = std::move(entry);
    }
    ring_ = std::move(larger);
  }
  /// What was pushed behind the slot by it moves up, so that no search ends too early.
  void close_gap(std::size_t gap) {
    for (std::size_t at = after(gap); slots_[at].tag != 0; at = after(at)) {
      if (distance(home_of(slots_[at].tag), at) < distance(gap, at)) continue;
      slots_[gap] = slots_[at];
      gap = at;
    }
    slots_[gap] = {};
  }

  std::vector<Entry> ring_;  // a power of two; the entry of a number is where its last bits say
  std::vector<Slot> slots_;  // twice as many
  std::size_t size_ = 0;
  std::uint32_t first_ = 0;  // the number of the oldest
  const std::uint64_t seed_ = std::uint64_t{std::random_device{}()} << 32U | std::random_device{}();
};

}  // namespace mesh
