// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <initializer_list>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "broker/core/cleared_topics.h"
#include "broker/store/changes.h"
#include "broker/store/schema.h"

namespace store {

/// Writes changes as rows. What it knows beside the tables, how many entries use a body, follows them: after
/// a failure `undo` takes it back too. Owned by the store; its thread.
class Rows {
 public:
  [[nodiscard]] static base::Expected<Rows, Trouble> prepare(Database& database);

  /// Within a transaction.
  [[nodiscard]] base::Expected<void, Trouble> write(const Changes& changes, const Database& database);
  /// One row of one's own making.
  [[nodiscard]] int put(TableId id, std::initializer_list<Value> values) {
    return put(id, std::span(values));
  }
  [[nodiscard]] int put(TableId id, std::span<const Value> values);
  /// The transaction was rolled back, or has been committed.
  void undo();
  void settle();
  /// As it was found at start: an entry that refers to this body.
  void count_body(std::int64_t body) {
    ++uses_[body];
    last_body_ = std::max(last_body_, body);
  }

 private:
  Rows() = default;
  int write(const Changes::Change& change, const Changes& changes);
  int remove(TableId id, std::initializer_list<Value> keys);
  int end_session(std::int64_t key);
  int queue(const Changes::Change& change, const Changes::Body& body);
  std::int64_t shared_body(const Changes::Body& body, std::size_t place);
  int change_flight(const Head& head);
  int finish(std::int64_t key, std::int64_t number);
  int drop_bodies(Statement& deletion);
  int let_go(std::int64_t body);
  int retain(const Record& record);
  int keep(const Record& record);
  void set_uses(std::int64_t body, std::uint32_t uses);

  std::vector<Statement> insertions_;                               // by table
  std::map<std::pair<TableId, std::size_t>, Statement> deletions_;  // by table and number of keys
  Statement finish_, end_entries_, flight_of_, retain_, clear_, take_;
  std::unordered_map<std::int64_t, std::uint32_t> uses_;          // of bodies by entries
  std::vector<std::pair<std::int64_t, std::uint32_t>> undo_;      // what they were before, in order
  std::unordered_map<std::size_t, std::int64_t> written_bodies_;  // of the changes at hand, by their place
  std::int64_t last_body_ = 0;
  core::ClearedTopics cleared_;
};

}  // namespace store
