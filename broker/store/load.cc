// SPDX-License-Identifier: Apache-2.0
#include "broker/store/load.h"

#include <algorithm>
#include <unordered_set>

#include "broker/base/owner.h"
#include "broker/core/kept_client.h"

namespace store {
namespace {

using Row = std::span<const Value>;

std::int64_t number(const Value& value) {
  const auto* found = std::get_if<std::int64_t>(&value);
  return found == nullptr ? 0 : *found;
}

base::Bytes bytes(const Value& value) {
  const auto* found = std::get_if<base::Bytes>(&value);
  return found == nullptr ? base::Bytes{} : *found;
}

std::string text(const Value& value) { return std::string(base::as_text(bytes(value))); }
mqtt::Qos qos(const Value& value) { return static_cast<mqtt::Qos>(number(value)); }
std::uint64_t key(const Value& value) { return static_cast<std::uint64_t>(number(value)); }
mqtt::PacketId packet_id(const Value& value) { return static_cast<mqtt::PacketId>(number(value)); }

core::MessageRef message(const Value& topic, const Value& payload, mqtt::Qos at, bool retain = false) {
  return core::MessageRef::make(
      {.topic = base::as_text(bytes(topic)), .payload = bytes(payload), .qos = at, .retain = retain});
}

/// Builds what is restored, table by table, each after those it refers to.
class Loading {
 public:
  Loading(Rows& rows, const LoadParts& parts) : rows_(rows), parts_(parts) {}

  void take(TableId id, Row row) {
    switch (id) {
      case TableId::session:
        return take_session(row);
      case TableId::away:
        return with_session(row[0], [&](auto& session) { take_away(session, number(row[1])); });
      case TableId::subscription:
        return with_session(row[0], [&](auto& session) {
          session.subscriptions.push_back({text(row[1]), qos(row[2])});
        });
      case TableId::entry:
        return with_session(row[0], [&](auto& session) { take_entry(session, row); });
      case TableId::flight:
        return with_session(row[0], [&](auto& session) { take_flight(session, row); });
      case TableId::body:
        bodies_[number(row[0])] = {text(row[1]), text(row[2])};
        return;
      case TableId::received:
        return with_session(row[0], [&](auto& session) { session.received.push_back(packet_id(row[1])); });
      case TableId::will:
        return take_will(row);
      case TableId::retained:
        restored_.retained.push_back({message(row[0], row[1], qos(row[2]), true), key(row[3])});
        restored_.last_stamp = std::max(restored_.last_stamp, key(row[3]));
        return;
      case TableId::forward:
        restored_.forwards.push_back({static_cast<std::uint32_t>(number(row[0])),
                                      static_cast<std::uint32_t>(number(row[1])), key(row[2]),
                                      message(row[3], row[4], qos(row[5]))});
        return;
      case TableId::kept:
        restored_.kept.emplace_back(text(row[0]), text(row[1]));
        return;
      case TableId::end_:
        return;
    }
  }

  core::Restored finish() { return std::move(restored_); }
  bool has_orphans() const { return orphans_ > 0 || used_bodies_.size() < bodies_.size(); }
  /// Sessions whose clients are away from now on, as far as the tables tell.
  std::vector<core::SessionKey> undated() const {
    std::vector<core::SessionKey> keys;
    for (const core::RestoredSession& session : restored_.sessions) {
      if (!dated_.contains(session.key)) keys.push_back(session.key);
    }
    return keys;
  }

 private:
  void take_session(Row row) {
    places_[key(row[0])] = restored_.sessions.size();
    core::RestoredSession& made = restored_.sessions.emplace_back();
    made.key = key(row[0]);
    const std::string kept = text(row[1]);
    const core::ClientName name = core::client_name(kept);
    made.client_id = name.id;
    made.user = name.user;
    made.proof = name.proof;
    note_key(made.key);
  }

  void take_will(Row row) {
    const std::string kept = text(row[1]);
    const core::ClientName name = core::client_name(kept);
    restored_.wills.push_back({key(row[0]), std::string(name.id), std::string(name.user), name.proof,
                               message(row[2], row[3], qos(row[4]), number(row[5]) != 0)});
    note_key(key(row[0]));
  }

  template <class Use>
  void with_session(const Value& session_key, Use&& use) {
    const auto at = places_.find(key(session_key));
    if (at == places_.end()) {
      ++orphans_;
    } else {
      use(restored_.sessions[at->second]);
    }
  }

  void take_entry(core::RestoredSession& session, Row row) {
    const core::Entry entry{.number = key(row[1]),
                            .qos = qos(row[2]),
                            .retain = number(row[3]) != 0,
                            .packet_id = packet_id(row[4])};
    const std::int64_t body = number(row[5]);
    core::MessageRef made = body == 0 ? message(row[6], row[7], entry.qos) : shared(body, session, entry.qos);
    if (!made) {
      ++orphans_;
      return;
    }
    if (body != 0) {
      rows_.count_body(body);
      used_bodies_.insert(body);
    }
    session.messages.push_back({entry, std::move(made), false});
  }

  /// One message for all sessions of a worker.
  core::MessageRef shared(std::int64_t body, const core::RestoredSession& session, mqtt::Qos at) {
    const auto found = bodies_.find(body);
    if (found == bodies_.end()) return {};
    core::MessageRef& made = shared_[{body, base::owner_of(session.client_id, parts_.workers)}];
    if (!made) {
      made = core::MessageRef::make(
          {.topic = found->second.first, .payload = base::as_bytes(found->second.second), .qos = at});
    }
    return made;
  }

  void take_flight(core::RestoredSession& session, Row row) {
    const auto at = std::ranges::lower_bound(session.messages, key(row[1]), {},
                                             [](const auto& each) { return each.entry.number; });
    if (at == session.messages.end() || at->entry.number != key(row[1])) {
      ++orphans_;
      return;
    }
    at->entry.packet_id = packet_id(row[2]);
    at->is_released = number(row[3]) != 0;
    if (at->is_released) at->message = {};
  }

  /// A clock that was put back must not make a session older than it can be, nor immortal.
  void take_away(core::RestoredSession& session, std::int64_t since) {
    if (since > parts_.wall_clock) return;
    session.away_for = base::Duration(parts_.wall_clock - since);
    dated_.insert(session.key);
  }
  void note_key(core::SessionKey given) { restored_.last_key = std::max(restored_.last_key, given); }

  Rows& rows_;
  const LoadParts& parts_;
  core::Restored restored_;
  std::unordered_map<core::SessionKey, std::size_t> places_;
  std::unordered_set<core::SessionKey> dated_;
  std::unordered_map<std::int64_t, std::pair<std::string, std::string>> bodies_;
  std::unordered_set<std::int64_t> used_bodies_;
  std::map<std::pair<std::int64_t, std::uint32_t>, core::MessageRef> shared_;
  std::uint64_t orphans_ = 0;
};

/// Bodies before entries, entries before flights.
constexpr TableId reading_order[] = {TableId::session,  TableId::away,  TableId::subscription,
                                     TableId::body,     TableId::entry, TableId::flight,
                                     TableId::received, TableId::will,  TableId::retained,
                                     TableId::forward,  TableId::kept};

std::string orphan_removal() {
  std::string sql;
  for (const char* name : {"away", "subscription", "entry", "flight", "received"})
    sql += "DELETE FROM " + std::string(name) + " WHERE session NOT IN (SELECT key FROM session);";
  sql += "DELETE FROM entry WHERE body<>0 AND body NOT IN (SELECT id FROM body);";
  sql += "DELETE FROM flight WHERE (session, number) NOT IN (SELECT session, number FROM entry);";
  sql += "DELETE FROM body WHERE id NOT IN (SELECT body FROM entry);";
  return sql;
}

/// Whoever was connected when the broker ended is away since this start: every start would be the first
/// otherwise, and a session whose client never comes back immortal.
base::Expected<void, Trouble> date(Database& database, Rows& rows, const std::vector<core::SessionKey>& keys,
                                   std::int64_t wall_clock) {
  if (keys.empty()) return {};
  if (auto begun = database.run("BEGIN"); !begun) return begun;
  for (const core::SessionKey each : keys) {
    if (rows.put(TableId::away, {static_cast<std::int64_t>(each), wall_clock}) != SQLITE_DONE)
      return base::make_unexpected(database.trouble());
  }
  return database.run("COMMIT");
}

}  // namespace

Scan scan(Database& database, TableId id, const std::function<void(std::span<const Value>)>& visit,
          bool is_backwards) {
  Scan result;
  const Table& read = table(id);
  auto statement = database.prepare(selection(read, is_backwards));
  if (!statement || statement->columns() != read.values + 1) {
    result.trouble = statement ? Trouble{SQLITE_CORRUPT, "a table has other columns"} : statement.error();
    return result;
  }
  std::vector<Value> values(static_cast<std::size_t>(read.values));
  int stepped = SQLITE_ROW;
  while ((stepped = statement->step()) == SQLITE_ROW) {
    for (int i = 0; i < read.values; ++i) {
      values[static_cast<std::size_t>(i)] =
          statement->is_number(i) ? Value(statement->number(i)) : Value(statement->bytes(i));
    }
    const bool is_right = checksum(id, values) == statement->number(read.values);
    ++(is_right ? result.rows : result.damaged);
    if (is_right) visit(values);
  }
  if (stepped != SQLITE_DONE) result.trouble = database.trouble();
  return result;
}

base::Expected<core::Restored, Trouble> load(Database& database, Rows& rows, const LoadParts& parts) {
  Loading loading(rows, parts);
  for (const TableId id : reading_order) {
    const Scan done = scan(database, id, [&](Row row) { loading.take(id, row); });
    if (done.trouble) return base::make_unexpected(*done.trouble);
    if (done.damaged > 0) return base::make_unexpected(Trouble{SQLITE_CORRUPT, "a row's checksum is wrong"});
  }
  if (loading.has_orphans()) {
    if (const auto removed = database.run(orphan_removal()); !removed)
      return base::make_unexpected(removed.error());
  }
  if (const auto dated = date(database, rows, loading.undated(), parts.wall_clock); !dated)
    return base::make_unexpected(dated.error());
  return loading.finish();
}

}  // namespace store
