// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <utility>

namespace auth {

/// A table of bounded size: what was touched longest ago makes room. Not for several threads.
template <class Key, class Value>
class RecentTable {
 public:
  explicit RecentTable(std::size_t capacity) : capacity_(capacity) {}

  /// The value of `key`, made if it is new, and touched. Valid until the next call.
  Value& touch(const Key& key) {
    const auto found = index_.find(key);
    if (found != index_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
    } else {
      make_room();
      entries_.emplace_front(key, Value{});
      index_.emplace(key, entries_.begin());
    }
    return entries_.front().second;
  }
  /// Null: there is none. Not a touch.
  template <class Wanted>
  const Value* find(const Wanted& key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &found->second->second;
  }
  template <class Wanted>
  bool erase(const Wanted& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return false;
    entries_.erase(found->second);
    index_.erase(found);
    return true;
  }
  void clear() {
    entries_.clear();
    index_.clear();
  }

  /// The last touched first.
  const std::list<std::pair<Key, Value>>& entries() const { return entries_; }
  std::size_t size() const { return index_.size(); }
  /// How many had to make room.
  std::uint64_t displaced() const { return displaced_; }

 private:
  void make_room() {
    if (index_.size() < capacity_) return;
    index_.erase(entries_.back().first);
    entries_.pop_back();
    ++displaced_;
  }

  std::size_t capacity_;
  std::list<std::pair<Key, Value>> entries_;
  std::map<Key, typename std::list<std::pair<Key, Value>>::iterator, std::less<>> index_;
  std::uint64_t displaced_ = 0;
};

}  // namespace auth
