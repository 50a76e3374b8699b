// SPDX-License-Identifier: Apache-2.0
// SQLite, as far as it is needed here: one connection, prepared statements, rows of numbers and bytes.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <sqlite3.h>

#include "broker/base/bytes.h"
#include "broker/base/expected.h"

namespace store {

/// What SQLite said: its extended result code and its words.
struct Trouble {
  int code = SQLITE_OK;
  std::string text;
};

/// A value of a row; text is bytes too.
using Value = std::variant<std::int64_t, base::Bytes>;

/// One prepared statement. Owned by whoever prepared it, and finalized before the database is closed.
class Statement {
 public:
  Statement() = default;

  Statement& bind(int place, std::int64_t number);
  Statement& bind(int place, base::Bytes bytes);
  Statement& bind(int place, const Value& value);
  /// To the next row: SQLITE_ROW, SQLITE_DONE or an error. Views of an earlier row end.
  [[nodiscard]] int step() { return sqlite3_step(statement_.get()); }
  /// Steps once and is ready for new values. None: done, or a row came that is not wanted.
  [[nodiscard]] int run();
  void reset() { sqlite3_reset(statement_.get()); }

  std::int64_t number(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  base::Bytes bytes(int column) const;
  bool is_number(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_INTEGER; }
  int columns() const { return sqlite3_column_count(statement_.get()); }

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// One connection, of one thread at a time. The file is its alone: a second process finds it locked. Closing
/// leaves the write-ahead log as it is.
class Database {
 public:
  [[nodiscard]] static base::Expected<Database, Trouble> open(const std::string& path);

  [[nodiscard]] base::Expected<void, Trouble> run(const std::string& sql);
  [[nodiscard]] base::Expected<Statement, Trouble> prepare(const std::string& sql);
  /// The first column of the first row; 0 when there is none.
  [[nodiscard]] base::Expected<std::int64_t, Trouble> number(const std::string& sql);
  [[nodiscard]] base::Expected<std::string, Trouble> text(const std::string& sql);
  Trouble trouble() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace store
