// SPDX-License-Identifier: Apache-2.0
#include "broker/store/changes.h"

namespace store {
namespace {

/// From one worker to another.
std::uint64_t route(std::uint32_t from, std::uint32_t to) { return std::uint64_t{from} << 32U | to; }

}  // namespace

void Changes::add(const Batch& batch) {
  const std::size_t first_body = bodies_.size();
  batch.each([this, &batch, first_body](const Record& record) {
    if (record.head.what == What::body) {
      bodies_.push_back({record.text, record.payload});
      return;
    }
    if (cancels(record, batch.worker)) {
      ++cancelled_;
      return;
    }
    changes_.push_back({.record = record, .worker = batch.worker, .body = first_body + record.head.other});
    note(changes_.back());
  });
}

/// True: nothing is left to be written of it.
bool Changes::cancels(const Record& record, std::uint32_t worker) {
  const Head& head = record.head;
  switch (head.what) {
    case What::send:
    case What::release:
      return merges(record);
    case What::finish:
      return undoes(entries_, {head.key, head.number});
    case What::complete:
      return undoes(received_, {head.key, head.packet_id});
    case What::clear_will:
      undoes(wills_, {head.key, 0});
      return false;  // an older one may have been written before
    case What::take:
      take(record, worker);
      return false;
    default:
      return false;
  }
}

/// Into the entry, if it is of this set too.
bool Changes::merges(const Record& record) {
  const auto at = entries_.find({record.head.key, record.head.number});
  if (at == entries_.end()) return false;
  Change& entry = changes_[at->second];
  if (record.head.what == What::send) entry.record.head.packet_id = record.head.packet_id;
  if (record.head.what == What::release) entry.is_released = true;
  return true;
}

bool Changes::undoes(Index& index, const Place& place) {
  const auto at = index.find(place);
  if (at == index.end()) return false;
  drop(at->second);
  index.erase(at);
  return true;
}

void Changes::drop(std::size_t at) {
  Change& change = changes_[at];
  change.is_void = true;
  if (change.record.head.what == What::queue) --bodies_[change.body].entries;
  ++cancelled_;
}

/// What may be undone or outdone later in this set.
void Changes::note(const Change& change) {
  const Head& head = change.record.head;
  const std::size_t at = changes_.size() - 1;
  switch (head.what) {
    case What::queue:
      ++bodies_[change.body].entries;
      entries_[{head.key, head.number}] = at;
      break;
    case What::receive:
      received_[{head.key, head.packet_id}] = at;
      break;
    case What::set_will:
      if (const auto [will, is_first] = wills_.try_emplace({head.key, 0}, at); !is_first) {
        drop(will->second);
        will->second = at;
      }
      break;
    case What::forward:
      forwards_[route(change.worker, head.other)].push_back(at);
      break;
    case What::retain: {
      const auto older = retained_.find(change.record.text);
      replace(retained_, change.record.text,
              older == retained_.end() || changes_[older->second].record.head.key <= head.key);
      break;
    }
    case What::keep:
      replace(kept_, change.record.text, true);
      break;
    default:
      break;
  }
}

/// The last change is of the same name as an earlier one: one of the two is void.
void Changes::replace(NameIndex& index, std::string_view name, bool is_newer) {
  const auto [at, is_first] = index.try_emplace(name, changes_.size() - 1);
  if (is_first) return;
  if (is_newer) {
    drop(at->second);
    at->second = changes_.size() - 1;
  } else {
    drop(changes_.size() - 1);
  }
}

void Changes::take(const Record& record, std::uint32_t worker) {
  const auto waiting = forwards_.find(route(record.head.other, worker));
  if (waiting == forwards_.end()) return;
  std::deque<std::size_t>& places = waiting->second;
  while (!places.empty() && changes_[places.front()].record.head.number <= record.head.number) {
    drop(places.front());
    places.pop_front();
  }
}

}  // namespace store
