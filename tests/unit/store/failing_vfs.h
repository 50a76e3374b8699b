// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include <sqlite3.h>

namespace store_test {

/// What a file system does when it fails.
struct Fault {
  int write = SQLITE_OK;        // what a write ends with
  int sync = SQLITE_OK;         // what fsync ends with
  int files = SQLITE_OPEN_WAL;  // which kinds of files: SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_WAL
  std::uint64_t after = 0;      // so many calls still succeed
  bool is_tearing = false;      // half of what is to be written is
};

/// The file system under SQLite, which fails for one directory when told to; SQLite's default as long as it
/// lives. Told by the
/// test, asked by the thread that writes.
class FailingVfs {
 public:
  explicit FailingVfs(std::string directory);
  ~FailingVfs();
  FailingVfs(const FailingVfs&) = delete;
  FailingVfs& operator=(const FailingVfs&) = delete;

  void begin(const Fault& fault);
  void end() { begin({}); }
  /// Until so many calls have failed since `begin`; false: it takes longer than ten seconds.
  bool wait_for_failures(std::uint64_t count);

  /// What this call is to end with; of SQLite's calls.
  int verdict(int kind, bool is_sync, bool& is_tearing);
  sqlite3_vfs& base() { return base_; }
  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
  sqlite3_vfs& base_;  // SQLite's own
  sqlite3_vfs vfs_;
  std::mutex mutex_;
  std::condition_variable failed_;
  Fault fault_;                 // under the mutex
  std::uint64_t failures_ = 0;  // under the mutex
};

}  // namespace store_test
