// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/store/failing_vfs.h"

#include <chrono>
#include <string_view>
#include <utility>

namespace store_test {
namespace {

/// What SQLite holds of an open file: its own file follows it in memory.
struct File {
  sqlite3_file head;
  FailingVfs* vfs;
  int kind;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File& file_of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return file_of(file).real(); }
const sqlite3_io_methods& methods(sqlite3_file* file) { return *real(file)->pMethods; }

int close(sqlite3_file* file) { return methods(file).xClose(real(file)); }
int read(sqlite3_file* file, void* data, int size, sqlite3_int64 at) {
  return methods(file).xRead(real(file), data, size, at);
}
int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
  bool is_tearing = false;
  const int verdict = file_of(file).vfs->verdict(file_of(file).kind, false, is_tearing);
  if (verdict == SQLITE_OK) return methods(file).xWrite(real(file), data, size, at);
  if (is_tearing) static_cast<void>(methods(file).xWrite(real(file), data, size / 2, at));
  return verdict;
}
int truncate(sqlite3_file* file, sqlite3_int64 size) { return methods(file).xTruncate(real(file), size); }
int sync(sqlite3_file* file, int flags) {
  bool is_tearing = false;
  const int verdict = file_of(file).vfs->verdict(file_of(file).kind, true, is_tearing);
  return verdict == SQLITE_OK ? methods(file).xSync(real(file), flags) : verdict;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) { return methods(file).xFileSize(real(file), size); }
int lock(sqlite3_file* file, int level) { return methods(file).xLock(real(file), level); }
int unlock(sqlite3_file* file, int level) { return methods(file).xUnlock(real(file), level); }
int check_lock(sqlite3_file* file, int* out) { return methods(file).xCheckReservedLock(real(file), out); }
int control(sqlite3_file* file, int op, void* arg) { return methods(file).xFileControl(real(file), op, arg); }
int sector_size(sqlite3_file* file) { return methods(file).xSectorSize(real(file)); }
int characteristics(sqlite3_file* file) { return methods(file).xDeviceCharacteristics(real(file)); }

/// Version 1: no shared memory, which an exclusive lock needs none of.
constexpr sqlite3_io_methods io_methods = {
    1,       close,      read,    write,       truncate,        sync,    file_size, lock,
    unlock,  check_lock, control, sector_size, characteristics, nullptr, nullptr,   nullptr,
    nullptr, nullptr,    nullptr};

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
  File& made = file_of(file);
  made.vfs = static_cast<FailingVfs*>(vfs->pAppData);
  const bool is_within = name != nullptr && std::string_view(name).starts_with(made.vfs->directory());
  made.kind = is_within ? flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL) : 0;
  made.head.pMethods = nullptr;
  sqlite3_vfs& base = made.vfs->base();
  const int result = base.xOpen(&base, name, made.real(), flags, out);
  if (made.real()->pMethods != nullptr) made.head.pMethods = &io_methods;
  return result;
}

}  // namespace

FailingVfs::FailingVfs(std::string directory)
    : directory_(std::move(directory)), base_(*sqlite3_vfs_find(nullptr)), vfs_(base_) {
  vfs_.pNext = nullptr;
  vfs_.zName = "failing";
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + base_.szOsFile;
  // Its other functions read what SQLite's own has here.
  vfs_.xOpen = open;
  vfs_.xDelete = [](sqlite3_vfs* vfs, const char* name, int is_synced) {
    sqlite3_vfs& base = static_cast<FailingVfs*>(vfs->pAppData)->base();
    return base.xDelete(&base, name, is_synced);
  };
  vfs_.xAccess = [](sqlite3_vfs* vfs, const char* name, int flags, int* out) {
    sqlite3_vfs& base = static_cast<FailingVfs*>(vfs->pAppData)->base();
    return base.xAccess(&base, name, flags, out);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* vfs, const char* name, int size, char* out) {
    sqlite3_vfs& base = static_cast<FailingVfs*>(vfs->pAppData)->base();
    return base.xFullPathname(&base, name, size, out);
  };
  vfs_.pAppData = this;
  sqlite3_vfs_register(&vfs_, 1);
}

FailingVfs::~FailingVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(&base_, 1);
}

void FailingVfs::begin(const Fault& fault) {
  const std::scoped_lock lock(mutex_);
  fault_ = fault;
  failures_ = 0;
}

bool FailingVfs::wait_for_failures(std::uint64_t count) {
  std::unique_lock lock(mutex_);
  return failed_.wait_for(lock, std::chrono::seconds(10), [&] { return failures_ >= count; });
}

int FailingVfs::verdict(int kind, bool is_sync, bool& is_tearing) {
  const std::scoped_lock lock(mutex_);
  const int code = is_sync ? fault_.sync : fault_.write;
  if (code == SQLITE_OK || (kind & fault_.files) == 0) return SQLITE_OK;
  if (fault_.after > 0) {
    --fault_.after;
    return SQLITE_OK;
  }
  ++failures_;
  failed_.notify_all();
  is_tearing = fault_.is_tearing;
  return code;
}

}  // namespace store_test
