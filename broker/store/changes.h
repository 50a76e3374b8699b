// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "broker/store/record.h"

namespace store {

/// What a set of batches changes altogether, in its order: a message that came and went within the set leaves
/// nothing to be written, a retained message only its newest value. A value of the store's thread; views into
/// the batches, which outlive it.
class Changes {
 public:
  struct Body {
    std::string_view topic;
    base::Bytes payload;
    std::uint32_t entries = 0;  // that refer to it and are to be written
  };
  struct Change {
    Record record;
    std::uint32_t worker = 0;
    std::size_t body = 0;      // queue: its place among `bodies`
    bool is_released = false;  // queue: its PUBREC has come since
    bool is_void = false;      // nothing of it is left
  };

  void add(const Batch& batch);

  const std::vector<Change>& all() const { return changes_; }
  const std::vector<Body>& bodies() const { return bodies_; }
  /// How many records were not worth writing.
  std::size_t cancelled() const { return cancelled_; }

 private:
  struct Place {
    std::uint64_t a, b;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& place) const {
      return (place.a * 0x9e3779b97f4a7c15U ^ place.b) * 0xff51afd7ed558ccdU >> 16U;
    }
  };
  using Index = std::unordered_map<Place, std::size_t, PlaceHash>;
  using NameIndex = std::unordered_map<std::string_view, std::size_t>;

  bool cancels(const Record& record, std::uint32_t worker);
  bool merges(const Record& record);
  bool undoes(Index& index, const Place& place);
  void replace(NameIndex& index, std::string_view name, bool is_newer);
  void take(const Record& record, std::uint32_t worker);
  void note(const Change& change);
  void drop(std::size_t at);

  std::vector<Change> changes_;
  std::vector<Body> bodies_;
  std::size_t cancelled_ = 0;
  Index entries_, received_, wills_;                                     // what was begun in this set
  std::unordered_map<std::uint64_t, std::deque<std::size_t>> forwards_;  // by the two workers
  NameIndex retained_, kept_;
};

}  // namespace store
