// SPDX-License-Identifier: Apache-2.0
#include "broker/core/inflight.h"

#include <utility>

namespace core {
namespace {

/// Done entries that are no reason to clean up.
constexpr std::size_t slack = 32;

}  // namespace

std::optional<mqtt::PacketId> Inflight::claim(mqtt::PacketId preferred) const {
  if (size() == 0) return preferred;
  if (size() >= 0xffff) return std::nullopt;
  mqtt::PacketId id = preferred;
  while (find(id) != nullptr) id = id == 0xffff ? mqtt::PacketId{1} : static_cast<mqtt::PacketId>(id + 1);
  return id;
}

void Inflight::add(mqtt::PacketId id, mqtt::Qos qos, MessageRef message, bool retain) {
  if (!ring_) ring_ = std::make_unique<Ring>();
  ring_->entries.push_back({.id = id, .qos = qos, .retain = retain, .message = std::move(message)});
  ++ring_->live;
}

bool Inflight::acknowledge(mqtt::PacketId id) {
  Entry* entry = find(id);
  if (entry == nullptr || entry->qos != mqtt::Qos::at_least_once) return false;
  finish(*entry);
  return true;
}

bool Inflight::release(mqtt::PacketId id) {
  Entry* entry = find(id);
  if (entry == nullptr || entry->qos != mqtt::Qos::exactly_once) return false;
  entry->state = State::released;
  entry->message = {};
  return true;
}

bool Inflight::complete(mqtt::PacketId id) {
  Entry* entry = find(id);
  if (entry == nullptr || entry->state != State::released) return false;
  finish(*entry);
  return true;
}

/// Acknowledgements come in the order of sending: the first entry is nearly always the one.
Inflight::Entry* Inflight::find(mqtt::PacketId id) const {
  if (!ring_) return nullptr;
  for (Entry& entry : ring_->entries) {
    if (entry.id == id && !entry.is_done) return &entry;
  }
  return nullptr;
}

void Inflight::finish(Entry& entry) {
  entry.is_done = true;
  entry.message = {};
  if (--ring_->live == 0) {
    ring_.reset();
    return;
  }
  while (ring_->entries.front().is_done) ring_->entries.pop_front();
  // A client that never acknowledges its oldest message must not make the others' entries pile up behind it.
  if (ring_->entries.size() > 2 * ring_->live + slack) {
    std::erase_if(ring_->entries, [](const Entry& each) { return each.is_done; });
  }
}

}  // namespace core
