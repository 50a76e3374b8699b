// SPDX-License-Identifier: Apache-2.0
#include "broker/store/opening.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>

#include <unistd.h>

#include "broker/store/salvage.h"
#include "broker/store/wal.h"

namespace store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_name = "meshbroker.db";
/// Above this, reading every row is check enough: going through every page would take seconds.
constexpr std::uintmax_t most_checked_bytes = 256 * 1024 * 1024;
/// In the table of plugins' values, whose form stays the same for ever.
constexpr std::string_view program_name = "store/program", schema_name = "store/schema",
                           workers_name = "store/workers";

/// What keeps a file from being used that is no damage of it.
bool is_outside(const Trouble& trouble) {
  const int primary = trouble.code & 0xff;
  for (const int code : {SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_FULL, SQLITE_IOERR, SQLITE_PERM,
                         SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_AUTH}) {
    if (primary == code) return true;
  }
  return false;
}

/// A header that forbids writing, in a file that could be written, was not written by SQLite.
bool is_false_alarm(const Trouble& trouble, const std::string& path) {
  return (trouble.code & 0xff) == SQLITE_READONLY && access(path.c_str(), W_OK) == 0;
}

base::Expected<void, std::string> make_directory(const std::string& directory) {
  std::error_code error;
  if (fs::is_directory(directory, error)) return {};
  fs::create_directories(directory, error);  // what it returns is not sure for "a/"
  if (!error) fs::permissions(directory, fs::perms::owner_all, error);
  if (!error) return {};
  return base::make_unexpected("broker.data_dir: " + directory + " cannot be made: " + error.message());
}

base::Expected<void, Trouble> configure(Database& database, Durability durability) {
  const std::string synchronous = durability == Durability::power ? "FULL" : "OFF";
  return database.run(
      "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=" + synchronous +
      "; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=2000; PRAGMA foreign_keys=OFF;"
      "BEGIN IMMEDIATE; COMMIT;");
}

base::Expected<void, Trouble> create(Database& database) {
  return database.run("BEGIN;" + creation() + "PRAGMA application_id=" + std::to_string(application_id) +
                      ";PRAGMA user_version=" + std::to_string(schema_version) + ";COMMIT;");
}

/// Who wrote it, where both places agree that it was a newer version; empty: nobody did.
std::string newer_program(Database& database) {
  const auto schema = database.number("PRAGMA user_version");
  if (!schema || *schema <= schema_version) return {};
  std::string program, noted;
  scan(database, TableId::kept, [&](std::span<const Value> row) {
    const auto text = [&row](std::size_t i) {
      const auto* found = std::get_if<base::Bytes>(&row[i]);
      return found == nullptr ? std::string_view{} : base::as_text(*found);
    };
    if (text(0) == program_name) program = text(1);
    if (text(0) == schema_name) noted = text(1);
  });
  return noted == std::to_string(*schema) ? program : std::string();
}

base::Expected<void, Trouble> check(Database& database, const std::string& path) {
  const auto schema = database.number("PRAGMA user_version");
  const auto tables_there = database.number("SELECT count(*) FROM sqlite_master");
  if (!schema) return base::make_unexpected(schema.error());
  if (!tables_there) return base::make_unexpected(tables_there.error());
  if (*schema == 0 && *tables_there == 0) return create(database);
  const auto owner = database.number("PRAGMA application_id");
  if (!owner || *owner != application_id || *schema != schema_version)
    return base::make_unexpected(Trouble{SQLITE_NOTADB, "it is not meshbroker's"});
  std::error_code error;
  if (fs::file_size(path, error) > most_checked_bytes) return {};
  const auto verdict = database.text("PRAGMA quick_check(1)");
  if (!verdict) return base::make_unexpected(verdict.error());
  if (*verdict != "ok") return base::make_unexpected(Trouble{SQLITE_CORRUPT, *verdict});
  return {};
}

base::Expected<void, Trouble> sign(Database& database, Rows& rows, const OpenParts& parts) {
  if (auto begun = database.run("BEGIN"); !begun) return begun;
  const std::array<std::pair<std::string_view, std::string>, 3> lines = {
      {{program_name, parts.program},
       {schema_name, std::to_string(schema_version)},
       {workers_name, std::to_string(parts.load.workers)}}};
  for (const auto& [name, value] : lines) {
    if (rows.put(TableId::kept, {base::as_bytes(name), base::as_bytes(value)}) != SQLITE_DONE)
      return base::make_unexpected(database.trouble());
  }
  return database.run("COMMIT");
}

/// Its own notes are not the plugins'; they say how many workers forwarded to one another.
void take_out_notes(core::Restored& restored) {
  std::erase_if(restored.kept, [&restored](const auto& each) {
    if (each.first == workers_name)
      restored.workers =
          std::max(1U, static_cast<std::uint32_t>(std::strtoul(each.second.c_str(), nullptr, 10)));
    return std::string_view(each.first).starts_with("store/");
  });
}

/// What workers had not taken over is written as entries of those who want it, in one step.
base::Expected<void, Trouble> settle(Opened& opened) {
  const bool has_forwards = !opened.restored.forwards.empty();
  const auto settled = core::settle_forwards(opened.restored);
  if (!has_forwards) return {};
  if (auto begun = opened.database.run("BEGIN; DELETE FROM forward"); !begun) return begun;
  for (const core::SettledForward& each : settled) {
    const Value topic = base::as_bytes(each.message->topic()), payload = each.message->payload();
    const int result = opened.rows.put(
        TableId::entry, {static_cast<std::int64_t>(each.key), static_cast<std::int64_t>(each.entry.number),
                         static_cast<std::int64_t>(each.entry.qos), std::int64_t{0}, std::int64_t{0},
                         std::int64_t{0}, topic, payload});
    if (result != SQLITE_DONE) return base::make_unexpected(opened.database.trouble());
  }
  return opened.database.run("COMMIT");
}

/// The log is emptied in any case: what a kill or damage has left behind its end would, behind new frames,
/// look like damage at the next start. The database is locked by now: nobody else is writing it.
base::Expected<void, Trouble> check_wal(Database& database, const std::string& path, const OpenParts& parts) {
  const std::string why = wal_damage(path + "-wal");
  if (!why.empty()) keep_damaged_wal(path, {why, parts.load.wall_clock, parts.log});
  return database.run("PRAGMA wal_checkpoint(TRUNCATE)");
}

struct Failure {
  Trouble trouble;
  std::string newer = {};  // not empty: who wrote it, and it is no damage
};

/// SQLite takes such a database for a new one and removes its log.
bool is_cut_off(const std::string& path) {
  std::error_code error;
  const bool is_empty = !fs::exists(path, error) || fs::file_size(path, error) == 0;
  const std::string log = path + "-wal";
  return is_empty && fs::exists(log, error) && fs::file_size(log, error) > 0;
}

base::Expected<Opened, Failure> try_open(const OpenParts& parts, const std::string& path) {
  if (is_cut_off(path))
    return base::make_unexpected(Failure{{SQLITE_CORRUPT, "it is empty, its write-ahead log is not"}});
  auto database = Database::open(path);
  if (!database) return base::make_unexpected(Failure{database.error()});
  const auto failed = [](const Trouble& trouble) { return base::make_unexpected(Failure{trouble}); };
  if (const auto ready = configure(*database, parts.durability); !ready) return failed(ready.error());
  if (std::string newer = newer_program(*database); !newer.empty())
    return base::make_unexpected(Failure{{}, std::move(newer)});
  if (const auto checked = check(*database, path); !checked) return failed(checked.error());
  if (const auto checked = check_wal(*database, path, parts); !checked) return failed(checked.error());
  auto rows = Rows::prepare(*database);
  if (!rows) return failed(rows.error());
  auto restored = load(*database, *rows, parts.load);
  if (!restored) return failed(restored.error());
  Opened opened{*std::move(database), *std::move(rows), *std::move(restored)};
  take_out_notes(opened.restored);
  if (const auto settled = settle(opened); !settled) return failed(settled.error());
  if (const auto done = sign(opened.database, opened.rows, parts); !done) return failed(done.error());
  return opened;
}

std::string words_for(const std::string& path, const Failure& failure) {
  if (!failure.newer.empty())
    return "broker.data_dir: " + path + " was written by meshbroker " + failure.newer +
           ", whose form this version does not know: use that version or another directory";
  const int primary = failure.trouble.code & 0xff;
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
    return "broker.data_dir: " + path +
           " is in use by another process: each broker needs a directory of its own";
  return "broker.data_dir: " + path + ": " + failure.trouble.text;
}

}  // namespace

base::Expected<Opened, std::string> open_database(const OpenParts& parts) {
  if (const auto made = make_directory(parts.directory); !made) return base::make_unexpected(made.error());
  const std::string path = (fs::path(parts.directory) / file_name).string();
  if (const auto finished = finish_salvage(path, parts.load.wall_clock); !finished)
    return base::make_unexpected("broker.data_dir: " + finished.error());
  auto opened = try_open(parts, path);
  if (opened) return *std::move(opened);
  if (!opened.error().newer.empty() ||
      (is_outside(opened.error().trouble) && !is_false_alarm(opened.error().trouble, path)))
    return base::make_unexpected(words_for(path, opened.error()));
  if (const auto salvaged = salvage(path, {opened.error().trouble.text, parts.load.wall_clock, parts.log});
      !salvaged)
    return base::make_unexpected("broker.data_dir: " + salvaged.error());
  auto again = try_open(parts, path);
  if (again) return *std::move(again);
  return base::make_unexpected(words_for(path, again.error()));
}

}  // namespace store
