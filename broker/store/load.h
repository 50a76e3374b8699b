// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <span>

#include "broker/core/restored.h"
#include "broker/store/rows.h"

namespace store {

/// What reading one table came to.
struct Scan {
  std::uint64_t rows = 0;          // whose checksum is right
  std::uint64_t damaged = 0;       // whose checksum is not
  std::optional<Trouble> trouble;  // where SQLite could not go on
  bool is_clean() const { return damaged == 0 && !trouble; }
};

/// Gives `visit` every row whose checksum is right, without it; views are valid during the call.
Scan scan(Database& database, TableId id, const std::function<void(std::span<const Value>)>& visit,
          bool is_backwards = false);

/// Where the tables stand when they are read.
struct LoadParts {
  std::int64_t wall_clock;  // milliseconds since 1970
  std::uint32_t workers;    // from now on: messages of two of them share nothing
};

/// All that the tables hold; none: they are damaged. Rows that belong to nothing any more are left out, and
/// removed.
base::Expected<core::Restored, Trouble> load(Database& database, Rows& rows, const LoadParts& parts);

}  // namespace store
