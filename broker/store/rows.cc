// SPDX-License-Identifier: Apache-2.0
#include "broker/store/rows.h"

namespace store {
namespace {

/// What SQLite calls success.
constexpr int done = SQLITE_DONE;

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

/// Of two calls the first that failed.
int both(int first, int second) { return first == done ? second : first; }

/// How many leading key columns somebody deletes by.
struct Deletion {
  TableId id;
  int keys;
};
constexpr Deletion deletions[] = {
    {TableId::session, 1}, {TableId::away, 1},   {TableId::subscription, 1}, {TableId::subscription, 2},
    {TableId::flight, 1},  {TableId::flight, 2}, {TableId::received, 1},     {TableId::received, 2},
    {TableId::body, 1},    {TableId::will, 1},   {TableId::kept, 1},
};

}  // namespace

base::Expected<Rows, Trouble> Rows::prepare(Database& database) {
  Rows rows;
  std::optional<Trouble> trouble;
  const auto prepare = [&](const std::string& sql) {
    auto statement = database.prepare(sql);
    if (!statement) trouble = statement.error();
    return statement ? *std::move(statement) : Statement();
  };
  for (const Table& each : tables) rows.insertions_.push_back(prepare(insertion(each)));
  for (const Deletion& each : deletions)
    rows.deletions_[{each.id, static_cast<std::size_t>(each.keys)}] =
        prepare(deletion(table(each.id), each.keys));
  rows.finish_ = prepare(deletion(table(TableId::entry), 2) + " RETURNING body");
  rows.end_entries_ = prepare(deletion(table(TableId::entry), 1) + " RETURNING body");
  rows.flight_of_ = prepare(
      "SELECT packet_id FROM flight WHERE session=? AND number=? UNION ALL "
      "SELECT packet_id FROM entry WHERE session=? AND number=?");
  rows.retain_ = prepare(
      "INSERT INTO retained VALUES(?,?,?,?,?) ON CONFLICT(topic) DO UPDATE SET "
      "payload=excluded.payload, qos=excluded.qos, stamp=excluded.stamp, "
      "checksum=excluded.checksum WHERE excluded.stamp >= retained.stamp");
  rows.clear_ = prepare("DELETE FROM retained WHERE topic=? AND stamp<=?");
  rows.take_ = prepare("DELETE FROM forward WHERE sender=? AND receiver=? AND number<=?");
  if (trouble) return base::make_unexpected(*trouble);
  return rows;
}

base::Expected<void, Trouble> Rows::write(const Changes& changes, const Database& database) {
  written_bodies_.clear();
  for (const Changes::Change& change : changes.all()) {
    if (change.is_void || write(change, changes) == done) continue;
    return base::make_unexpected(database.trouble());
  }
  return {};
}

int Rows::write(const Changes::Change& change, const Changes& changes) {
  const Record& record = change.record;
  const Head& head = record.head;
  const std::int64_t key = number(head.key);
  const base::Bytes text = base::as_bytes(record.text);
  switch (head.what) {
    case What::start_session:
      return put(TableId::session, {key, text});
    case What::end_session:
      return end_session(key);
    case What::set_away:
      return put(TableId::away, {key, number(head.number)});
    case What::set_here:
      return remove(TableId::away, {key});
    case What::subscribe:
      return put(TableId::subscription, {key, text, std::int64_t{head.qos}});
    case What::unsubscribe:
      return remove(TableId::subscription, {key, text});
    case What::body:
      return done;  // written with the first entry that needs it
    case What::queue:
      return queue(change, changes.bodies()[change.body]);
    case What::send:
    case What::release:
      return change_flight(head);
    case What::finish:
      return finish(key, number(head.number));
    case What::receive:
      return put(TableId::received, {key, std::int64_t{head.packet_id}});
    case What::complete:
      return remove(TableId::received, {key, std::int64_t{head.packet_id}});
    case What::set_will:
      return put(TableId::will, {key, base::as_bytes(record.extra), text, record.payload,
                                 std::int64_t{head.qos}, std::int64_t{head.retain}});
    case What::clear_will:
      return remove(TableId::will, {key});
    case What::retain:
      return retain(record);
    case What::forward:
      return put(TableId::forward, {std::int64_t{change.worker}, std::int64_t{head.other},
                                    number(head.number), text, record.payload, std::int64_t{head.qos}});
    case What::take:
      return take_.bind(1, std::int64_t{head.other})
          .bind(2, std::int64_t{change.worker})
          .bind(3, number(head.number))
          .run();
    case What::keep:
      return keep(record);
  }
  return SQLITE_INTERNAL;
}

int Rows::put(TableId id, std::span<const Value> values) {
  Statement& statement = insertions_[static_cast<std::size_t>(id)];
  int place = 0;
  for (const Value& value : values) statement.bind(++place, value);
  return statement.bind(++place, checksum(id, values)).run();
}

int Rows::remove(TableId id, std::initializer_list<Value> keys) {
  Statement& statement = deletions_.at({id, keys.size()});
  int place = 0;
  for (const Value& key : keys) statement.bind(++place, key);
  return statement.run();
}

int Rows::end_session(std::int64_t key) {
  end_entries_.bind(1, key);
  int result = drop_bodies(end_entries_);
  for (const TableId id :
       {TableId::flight, TableId::received, TableId::subscription, TableId::away, TableId::session})
    result = both(result, remove(id, {key}));
  return result;
}

/// A message for one entry stands in its row; one for several is written once beside them.
int Rows::queue(const Changes::Change& change, const Changes::Body& body) {
  const Head& head = change.record.head;
  const bool is_alone = body.entries == 1;
  std::int64_t shared = 0;
  if (!is_alone) {
    shared = shared_body(body, change.body);
    if (shared == 0) return SQLITE_ERROR;
    set_uses(shared, uses_[shared] + 1);
  }
  const base::Bytes none;
  const int result =
      put(TableId::entry, {number(head.key), number(head.number), std::int64_t{head.qos},
                           std::int64_t{head.retain}, std::int64_t{head.packet_id}, shared,
                           is_alone ? base::as_bytes(body.topic) : none, is_alone ? body.payload : none});
  if (result != done || !change.is_released) return result;
  return put(TableId::flight,
             {number(head.key), number(head.number), std::int64_t{head.packet_id}, std::int64_t{1}});
}

/// Its id; 0: it could not be written.
std::int64_t Rows::shared_body(const Changes::Body& body, std::size_t place) {
  const auto [at, is_first] = written_bodies_.try_emplace(place, last_body_ + 1);
  if (!is_first) return at->second;
  if (put(TableId::body, {at->second, base::as_bytes(body.topic), body.payload}) != done) return 0;
  return last_body_ = at->second;
}

/// `send` brings the id, `release` finds it where it was written last.
int Rows::change_flight(const Head& head) {
  const std::int64_t key = number(head.key), entry = number(head.number);
  if (head.what == What::send)
    return put(TableId::flight, {key, entry, std::int64_t{head.packet_id}, std::int64_t{0}});
  flight_of_.bind(1, key).bind(2, entry).bind(3, key).bind(4, entry);
  const int found = flight_of_.step();
  const std::int64_t id = found == SQLITE_ROW ? flight_of_.number(0) : 0;
  flight_of_.reset();
  if (found != SQLITE_ROW) return found;
  return put(TableId::flight, {key, entry, id, std::int64_t{1}});
}

int Rows::finish(std::int64_t key, std::int64_t entry) {
  finish_.bind(1, key).bind(2, entry);
  return both(drop_bodies(finish_), remove(TableId::flight, {key, entry}));
}

int Rows::drop_bodies(Statement& deletion) {
  std::vector<std::int64_t> bodies;
  int result = SQLITE_ROW;
  while ((result = deletion.step()) == SQLITE_ROW) {
    if (deletion.number(0) != 0) bodies.push_back(deletion.number(0));
  }
  deletion.reset();
  for (const std::int64_t body : bodies) result = both(result, let_go(body));
  return result;
}

int Rows::let_go(std::int64_t body) {
  const std::uint32_t uses = uses_[body];
  set_uses(body, uses - 1);
  return uses > 1 ? done : remove(TableId::body, {body});
}

void Rows::set_uses(std::int64_t body, std::uint32_t uses) {
  std::uint32_t& now = uses_[body];
  undo_.emplace_back(body, now);
  now = uses;
}

void Rows::undo() {
  for (auto each = undo_.rbegin(); each != undo_.rend(); ++each) uses_[each->first] = each->second;
  settle();
}

/// Bodies that nobody uses are not counted any longer.
void Rows::settle() {
  for (const auto& [body, was] : undo_) {
    const auto at = uses_.find(body);
    if (at != uses_.end() && at->second == 0) uses_.erase(at);
  }
  undo_.clear();
}

/// Two workers' records come in any order: what has been cleared since does not come back.
int Rows::retain(const Record& record) {
  const std::int64_t stamp = number(record.head.key);
  const base::Bytes topic = base::as_bytes(record.text);
  if (record.payload.empty()) {
    cleared_.add(record.text, record.head.key);
    return clear_.bind(1, topic).bind(2, stamp).run();
  }
  if (cleared_.is_after(record.text, record.head.key)) return done;
  const Value values[] = {topic, record.payload, std::int64_t{record.head.qos}, stamp};
  int place = 0;
  for (const Value& value : values) retain_.bind(++place, value);
  return retain_.bind(++place, checksum(TableId::retained, values)).run();
}

int Rows::keep(const Record& record) {
  const base::Bytes name = base::as_bytes(record.text);
  if (record.payload.empty()) return remove(TableId::kept, {name});
  return put(TableId::kept, {name, record.payload});
}

}  // namespace store
