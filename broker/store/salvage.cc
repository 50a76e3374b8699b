// SPDX-License-Identifier: Apache-2.0
#include "broker/store/salvage.h"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "broker/store/load.h"

namespace store {
namespace {

namespace fs = std::filesystem;

/// "20260131-235959", by the civil calendar in UTC.
std::string date_of(std::int64_t milliseconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(milliseconds / 1000)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

/// A name nobody has yet.
std::string free_name(const std::string& path, std::int64_t wall_clock) {
  std::string name = path + ".damaged-" + date_of(wall_clock);
  std::error_code error;
  if (!fs::exists(name, error)) return name;
  for (int i = 2;; ++i) {
    std::string further = fmt::format("{}-{}", name, i);
    if (!fs::exists(further, error)) return further;
  }
}

struct Copied {
  std::uint64_t rows = 0;
  std::uint64_t damaged = 0;
  bool is_cut = false;      // SQLite could not read all of it
  bool has_failed = false;  // what was read could not be written
};

/// From both ends, where SQLite cannot go through the middle.
Copied copy_table(Database& from, Rows& to, TableId id) {
  Copied copied;
  const auto copy = [&](std::span<const Value> row) {
    const bool is_written = to.put(id, row) == SQLITE_DONE;
    copied.has_failed |= !is_written;
    if (is_written) ++copied.rows;
  };
  const Scan forwards = scan(from, id, copy);
  copied.damaged = forwards.damaged;
  if (!forwards.trouble) return copied;
  copied.is_cut = true;
  copied.damaged += scan(from, id, copy, true).damaged;
  return copied;
}

base::Expected<Copied, std::string> copy_all(Database& from, const std::string& path) {
  auto to = Database::open(path);
  if (!to) return base::make_unexpected(path + ": " + to.error().text);
  if (const auto made = to->run("PRAGMA synchronous=OFF; PRAGMA journal_mode=MEMORY; BEGIN;" + creation() +
                                "PRAGMA application_id=" + std::to_string(application_id) +
                                ";PRAGMA user_version=" + std::to_string(schema_version) + ";");
      !made) {
    return base::make_unexpected(path + ": " + made.error().text);
  }
  auto rows = Rows::prepare(*to);
  if (!rows) return base::make_unexpected(path + ": " + rows.error().text);
  Copied all;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const Copied one = copy_table(from, *rows, static_cast<TableId>(i));
    all.rows += one.rows;
    all.damaged += one.damaged;
    all.is_cut |= one.is_cut;
    if (one.has_failed) return base::make_unexpected(path + ": " + to->trouble().text);
  }
  if (const auto done = to->run("COMMIT"); !done)
    return base::make_unexpected(path + ": " + done.error().text);
  return all;
}

/// Its log goes with it: it may hold the last that was written.
base::Expected<void, std::string> set_aside(const std::string& path, const std::string& name) {
  std::error_code error;
  for (const char* part : {"", "-wal", "-shm", "-journal"}) {
    if (!fs::exists(path + part, error)) continue;
    const bool is_empty_side_file = *part != 0 && fs::file_size(path + part, error) == 0;
    if (is_empty_side_file) {
      fs::remove(path + part, error);
    } else {
      fs::rename(path + part, name + part, error);
    }
    if (error) return base::make_unexpected(path + part + " cannot be renamed: " + error.message());
  }
  return {};
}

/// SQLite removes the log of a database without a page; with one it finds the first in the log.
void give_a_page(const std::string& path) {
  constexpr std::uintmax_t page_bytes = 4096;
  std::error_code error;
  if (fs::exists(path, error) && fs::file_size(path, error) > 0) return;
  std::ofstream(path, std::ios::binary | std::ios::app).flush();
  fs::resize_file(path, page_bytes, error);
}

/// A copy is read, so that not even SQLite's own mending changes what is set aside.
base::Expected<Copied, std::string> read_copy(const std::string& path, const std::string& fresh) {
  const std::string copy = path + ".copy";
  std::error_code error;
  for (const char* part : {"", "-wal"}) {
    fs::remove(copy + part, error);
    if (!fs::exists(path + part, error)) continue;
    fs::copy_file(path + part, copy + part, error);
    if (error) return base::make_unexpected(copy + part + " cannot be written: " + error.message());
  }
  give_a_page(copy);
  auto from = Database::open(copy);
  base::Expected<Copied, std::string> copied = base::make_unexpected(copy + " cannot be opened");
  if (from) {
    static_cast<void>(from->run("PRAGMA locking_mode=EXCLUSIVE"));
    copied = copy_all(*from, fresh);
  }
  from = base::make_unexpected(Trouble{});  // closed, before its files go
  for (const char* part : {"", "-wal", "-shm", "-journal"}) fs::remove(copy + part, error);
  return copied;
}

}  // namespace

/// The new database is whole before the first rename, and takes its place with the last.
base::Expected<void, std::string> finish_salvage(const std::string& path, std::int64_t wall_clock) {
  std::error_code error;
  if (fs::exists(path, error) || !fs::exists(path + ".new", error)) return {};
  if (auto done = set_aside(path, free_name(path, wall_clock)); !done) return done;
  fs::rename(path + ".new", path, error);
  if (error) return base::make_unexpected(path + ".new cannot be renamed: " + error.message());
  return {};
}

base::Expected<void, std::string> salvage(const std::string& path, const SalvageParts& parts) {
  const std::string fresh = path + ".new", aside = free_name(path, parts.wall_clock);
  std::error_code error;
  for (const char* part : {"", "-wal", "-journal"}) fs::remove(fresh + part, error);
  const auto copied = read_copy(path, fresh);
  if (!copied) return base::make_unexpected(copied.error());
  if (auto done = set_aside(path, aside); !done) return done;
  fs::rename(fresh, path, error);
  if (error) return base::make_unexpected(fresh + " cannot be renamed: " + error.message());
  parts.log.error(
      "database_damaged",
      {{"why", parts.why},
       {"set_aside", aside},
       {"rows_read", copied->rows},
       {"rows_damaged", copied->damaged},
       {"complete", copied->is_cut ? "no" : "yes"},
       {"hint", "the broker goes on with what could be read; keep the file if you miss something"}});
  return {};
}

void keep_damaged_wal(const std::string& path, const SalvageParts& parts) {
  const std::string log = path + "-wal", aside = free_name(log, parts.wall_clock);
  std::error_code error;
  fs::copy_file(log, aside, error);
  parts.log.error("database_log_damaged",
                  {{"why", parts.why},
                   {"set_aside", aside},
                   {"copied", error ? error.message() : "yes"},
                   {"hint", "what was written last before the broker ended is missing; the rest is there"}});
}

}  // namespace store
