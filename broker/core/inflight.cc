// SPDX-License-Identifier: Apache-2.0
#include "broker/core/inflight.h"

#include <algorithm>
#include <bitset>

namespace core {
namespace {

/// Done entries that are no reason to clean up.
constexpr std::size_t slack = 32;

constexpr mqtt::PacketId id_after(mqtt::PacketId id) {
  return id == 0xffff ? mqtt::PacketId{1} : static_cast<mqtt::PacketId>(id + 1);
}

}  // namespace

mqtt::PacketId Inflight::claim(mqtt::PacketId preferred) const {
  if (!ring_ || (ring_->is_sorted && ring_->is_behind_all(preferred))) return preferred;
  return search_free(preferred);
}

/// The first free id from `preferred` on, whatever order they are in.
mqtt::PacketId Inflight::search_free(mqtt::PacketId preferred) const {
  if (size() >= 0xffff) return 0;
  std::bitset<0x10000> taken;
  each([&taken](const Entry& entry) { taken.set(entry.id); });
  while (taken.test(preferred)) preferred = id_after(preferred);
  return preferred;
}

void Inflight::add(Entry what) {
  if (!ring_) {
    ring_ = std::make_unique<Ring>();
  } else if (!ring_->is_behind_all(what.id)) {
    ring_->is_sorted = false;
  }
  ring_->entries.push_back(std::move(what));
  ++ring_->live;
}

std::optional<EntryNumber> Inflight::acknowledge(mqtt::PacketId id) {
  Entry* entry = find(id);
  if (entry == nullptr || entry->qos != mqtt::Qos::at_least_once) return std::nullopt;
  return finish(*entry);
}

std::optional<EntryNumber> Inflight::release(mqtt::PacketId id) {
  Entry* entry = find(id);
  if (entry == nullptr || entry->qos != mqtt::Qos::exactly_once) return std::nullopt;
  entry->state = State::released;
  entry->message = {};
  return entry->number;
}

std::optional<EntryNumber> Inflight::complete(mqtt::PacketId id) {
  Entry* entry = find(id);
  if (entry == nullptr || entry->state != State::released) return std::nullopt;
  return finish(*entry);
}

/// Acknowledgements come in the order of sending: it is nearly always the first entry, or, while older ones
/// wait for their second acknowledgement, the one behind the last that was asked for.
Inflight::Entry* Inflight::find(mqtt::PacketId id) const {
  if (!ring_) return nullptr;
  if (ring_->front().id == id) return &ring_->front();  // never a done one
  Entry* entry = ring_->is_next(id) ? &ring_->entries[ring_->next] : search(id);
  if (entry != nullptr) ring_->next = static_cast<std::size_t>(entry - ring_->entries.data()) + 1;
  return entry;
}

Inflight::Entry* Inflight::search(mqtt::PacketId id) const {
  const auto begin = ring_->entries.begin() + static_cast<std::ptrdiff_t>(ring_->first);
  const auto end = ring_->entries.end();
  const auto found =
      ring_->is_sorted
          ? std::ranges::lower_bound(begin, end, ring_->distance(id), {},
                                     [this](const Entry& entry) { return ring_->distance(entry.id); })
          : std::find_if(begin, end, [id](const Entry& entry) { return entry.id == id && !entry.is_done; });
  return found == end || found->id != id || found->is_done ? nullptr : &*found;
}

EntryNumber Inflight::finish(Entry& entry) {
  const EntryNumber number = entry.number;
  entry.is_done = true;
  entry.message = {};
  if (--ring_->live == 0) {
    ring_.reset();
    return number;
  }
  while (ring_->front().is_done) ++ring_->first;
  tidy();
  return number;
}

/// What is done goes when it is more than what is not: each entry is moved once or twice in its life. Also
/// where a client never acknowledges its oldest message, behind which the others' entries would pile up.
void Inflight::tidy() {
  if (ring_->entries.size() <= 2 * ring_->live + slack) return;
  std::erase_if(ring_->entries, [](const Entry& each) { return each.is_done; });
  ring_->first = 0;
  ring_->next = 0;
}

}  // namespace core
