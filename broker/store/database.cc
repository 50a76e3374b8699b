// SPDX-License-Identifier: Apache-2.0
#include "broker/store/database.h"

#include <cstring>

namespace store {

Statement& Statement::bind(int place, std::int64_t number) {
  sqlite3_bind_int64(statement_.get(), place, number);
  return *this;
}

/// Not copied: what is bound lives until the statement has run.
Statement& Statement::bind(int place, base::Bytes bytes) {
  if (bytes.empty()) {
    sqlite3_bind_zeroblob(statement_.get(), place, 0);
  } else {
    sqlite3_bind_blob64(statement_.get(), place, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
  return *this;
}

Statement& Statement::bind(int place, const Value& value) {
  std::visit([this, place](const auto& each) { bind(place, each); }, value);
  return *this;
}

int Statement::run() {
  const int result = step();
  reset();
  return result == SQLITE_ROW ? SQLITE_DONE : result;
}

base::Bytes Statement::bytes(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

base::Expected<Database, Trouble> Database::open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int result = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database database;
  database.database_.reset(raw);
  if (result != SQLITE_OK) {
    const int system = raw == nullptr ? 0 : sqlite3_system_errno(raw);
    return base::make_unexpected(
        Trouble{result, system == 0 ? sqlite3_errstr(result) : std::strerror(system)});
  }
  sqlite3_extended_result_codes(raw, 1);
  // Whoever closes a damaged database must not take its log away.
  sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return database;
}

base::Expected<void, Trouble> Database::run(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return base::make_unexpected(trouble());
  return {};
}

base::Expected<Statement, Trouble> Database::prepare(const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v3(database_.get(), sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr) !=
      SQLITE_OK)
    return base::make_unexpected(trouble());
  Statement statement;
  statement.statement_.reset(raw);
  return statement;
}

base::Expected<std::int64_t, Trouble> Database::number(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement) return base::make_unexpected(statement.error());
  const int result = statement->step();
  if (result == SQLITE_DONE) return 0;
  if (result != SQLITE_ROW) return base::make_unexpected(trouble());
  return statement->number(0);
}

base::Expected<std::string, Trouble> Database::text(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement) return base::make_unexpected(statement.error());
  const int result = statement->step();
  if (result == SQLITE_DONE) return std::string();
  if (result != SQLITE_ROW) return base::make_unexpected(trouble());
  return std::string(base::as_text(statement->bytes(0)));
}

Trouble Database::trouble() const {
  return {sqlite3_extended_errcode(database_.get()), sqlite3_errmsg(database_.get())};
}

}  // namespace store
