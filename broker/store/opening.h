// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "broker/base/log.h"
#include "broker/store/load.h"

namespace store {

/// What an acknowledgement means. process: it survives the end of the process, however sudden. power: that
/// of the machine. off: as process, but nobody waits for it.
enum class Durability : std::uint8_t { process, power, off };

struct OpenParts {
  std::string directory;
  Durability durability;
  std::string program;  // its version, for whoever finds a newer schema
  LoadParts load;
  const base::Log& log;
};

/// A database that is ready to be written, with all that was in it.
struct Opened {
  Database database;
  Rows rows;
  core::Restored restored;
};

/// Makes what is missing. Damage never ends in an error: the damaged file is set aside under a name with the
/// date, what can be read of it goes on in a new one, and the log says so. The error says what is wrong with
/// which path: it cannot be made or written, somebody else has it, or a newer version wrote it.
base::Expected<Opened, std::string> open_database(const OpenParts& parts);

}  // namespace store
