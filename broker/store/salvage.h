// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "broker/base/expected.h"
#include "broker/base/log.h"

namespace store {

struct SalvageParts {
  std::string why;          // what was found wrong
  std::int64_t wall_clock;  // milliseconds since 1970, for the names
  const base::Log& log;
};

/// Goes on where a salvage was cut short by the end of the process, between two of its renames.
[[nodiscard]] base::Expected<void, std::string> finish_salvage(const std::string& path,
                                                               std::int64_t wall_clock);

/// Reads what can be read of a damaged database, sets its files aside as PATH.damaged-YYYYMMDD-HHMMSS and
/// leaves a sound one in its place. It removes nothing. The error says what could not be done.
[[nodiscard]] base::Expected<void, std::string> salvage(const std::string& path, const SalvageParts& parts);

/// The write-ahead log is damaged, the database is sound without what is lost: copies the log as
/// PATH-wal.damaged-YYYYMMDD-HHMMSS, before SQLite writes over it.
void keep_damaged_wal(const std::string& path, const SalvageParts& parts);

}  // namespace store
