// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/app/simulate_options.h"
#include "broker/base/expected.h"

namespace app {

enum class Command : std::uint8_t {
  serve,
  check,
  passwd,
  decode,
  channel,
  health,
  simulate,
  import_mosquitto
};

/// --psk NAME=PSK of decode; the form of `psk` is checked (see psk_bytes in config/values.h).
struct NamedPsk {
  std::string name;
  std::string psk;
};

/// What passwd is asked to do.
struct PasswordChange {
  std::string file;
  std::string user;
  bool is_removal = false;
};

/// A valid command line. A value, made once by main.
struct Arguments {
  Command command = Command::serve;
  std::optional<std::string> config_file;
  std::vector<std::string> settings;  // "KEY=VALUE" of each --set, as written
  std::vector<NamedPsk> psks;         // decode only
  PasswordChange password_change;     // passwd only
  std::string input = "-";            // of decode: hex, or "-" for standard input; of channel: see its help;
                                      // of import_mosquitto: the file
  bool shows_keys = false;            // channel only
  SimulateOptions simulate;           // simulate only
};

/// Nothing to run: what to print and the exit code. Help and version are 0 and go to standard output, wrong
/// usage is 2 and goes to standard error.
struct EarlyExit {
  int code = 0;
  std::string out;
  std::string err;
};

/// `argv` as main gets it; `version` is what --version prints after the name.
[[nodiscard]] base::Expected<Arguments, EarlyExit> parse_command_line(int argc, const char* const* argv,
                                                                      const char* version);

}  // namespace app
