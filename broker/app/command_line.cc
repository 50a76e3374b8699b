// SPDX-License-Identifier: Apache-2.0
#include "broker/app/command_line.h"

#include <sstream>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "broker/app/config/values.h"

namespace app {
namespace {

constexpr const char* description =
    "meshbroker: an MQTT broker that knows Meshtastic.\n"
    "Without a command it serves. A setting comes from the file, then the environment, then --set.";

constexpr const char* footer =
    "Every setting can also come from the environment: MESHBROKER_MESH__ROOTS='[\"msh\"]', or from a file:\n"
    "MESHBROKER_HTTP__TOKEN__FILE=PATH.\n"
    "Exit: 0 done, 1 failed while running, 2 wrong usage or configuration.";

struct CommandRow {
  Command command;
  const char* name;
  const char* help;
};

constexpr CommandRow commands[] = {
    {Command::serve, "serve", "Run the broker (the default)"},
    {Command::check, "check",
     "Say every problem of the configuration as FILE:LINE: text; exit 2 if there are any"},
    {Command::passwd, "passwd", "Add a user to a password file, or replace or remove one"},
    {Command::decode, "decode",
     "Decode one ServiceEnvelope: the JSON mirror on standard output, the reasoning on standard error"},
    {Command::channel, "channel",
     "Say what a share URL, or a name and its key, mean: names, key lengths, hashes"},
    {Command::health, "health", "Exit 0 when the broker of that configuration serves"},
    {Command::simulate, "simulate",
     "Play a mesh of nodes whose gateways publish what they hear to any broker: what is sent as JSON lines "
     "on "
     "standard output, a summary on standard error"},
    {Command::import_mosquitto, "import-mosquitto",
     "Turn a mosquitto.conf into TOML on standard output; what has no counterpart is on standard error"},
};

/// The text forms before they are checked.
struct Options {
  std::optional<std::string> config_file;
  std::vector<std::string> settings;
  std::vector<std::string> psks;
  std::string input = "-";
  PasswordChange password_change;
  bool shows_keys = false;
  SimulateOptions simulate;
};

void add_config_options(CLI::App& app, Options& options) {
  app.add_option("-c,--config", options.config_file,
                 "Configuration file (default: /etc/meshbroker/meshbroker.toml if it exists)")
      ->type_name("FILE");
  app.add_option("--set", options.settings,
                 "Override one setting, such as --set broker.workers=2; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

void add_decode_options(CLI::App& app, Options& options) {
  app.add_option("--psk", options.psks, "A channel and its key, such as --psk LongFast=AQ==; may be repeated")
      ->type_name("NAME=BASE64")
      ->allow_extra_args(false);
  app.add_option("input", options.input, "The envelope in hex, or - to read it from standard input")
      ->type_name("HEX | -");
}

constexpr const char* passwd_footer =
    "The password is asked for, without echo, or read as one line from standard input: as an argument every\n"
    "process of the machine could read it. The file is made if there is none, readable for its owner only.\n"
    "Exit: 0 done, 1 failed, 2 wrong usage.";

void add_passwd_options(CLI::App& app, PasswordChange& change) {
  app.add_option("file", change.file, "The users file: auth.password_file of the configuration")
      ->type_name("FILE")
      ->required();
  app.add_option("user", change.user, "The user's name")->type_name("USER")->required();
  app.add_flag("-D,--delete", change.is_removal, "Remove the user");
  app.footer(passwd_footer);
}

void add_channel_options(CLI::App& app, Options& options) {
  app.add_flag("--show-keys", options.shows_keys, "Print the keys, too: they are secrets");
  app.add_option("input", options.input, "In quotes, because the shell would take the # for a comment")
      ->type_name("URL | NAME=PSK")
      ->required();
}

void add_import_options(CLI::App& app, Options& options) {
  app.add_option("file", options.input, "The mosquitto.conf")->type_name("FILE")->required();
}

constexpr const char* simulate_footer = "Exit: 0 done or stopped by Ctrl-C, 1 no connection, 2 wrong usage.";

constexpr const char* import_footer =
    "Exit: 0 done, 1 a file cannot be read, 2 something in it is wrong, and the TOML is without it.";

EarlyExit wrong_usage(std::string_view what) {
  return {2, "", fmt::format("{}\nRun meshbroker --help for what can be written.\n", what)};
}

base::Expected<NamedPsk, EarlyExit> parse_psk(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return base::make_unexpected(wrong_usage("--psk must be NAME=BASE64, such as LongFast=AQ=="));
  }
  const std::string_view name = text.substr(0, equals);
  const std::string_view psk = text.substr(equals + 1);
  if (const auto bytes = psk_bytes(psk); !bytes) {
    return base::make_unexpected(wrong_usage(fmt::format("--psk of {}: {}", quoted(name), bytes.error())));
  }
  return NamedPsk{std::string(name), std::string(psk)};
}

/// `general` was written before the command, `own` after it; the later wins.
base::Expected<Arguments, EarlyExit> checked(Command command, const Options& general, const Options& own) {
  Arguments arguments;
  arguments.command = command;
  arguments.config_file = own.config_file ? own.config_file : general.config_file;
  arguments.settings = general.settings;
  arguments.settings.insert(arguments.settings.end(), own.settings.begin(), own.settings.end());
  arguments.input = own.input;
  arguments.password_change = own.password_change;
  arguments.shows_keys = own.shows_keys;
  arguments.simulate = own.simulate;
  for (const std::string& text : own.psks) {
    auto psk = parse_psk(text);
    if (!psk) return base::make_unexpected(std::move(psk).error());
    arguments.psks.push_back(*std::move(psk));
  }
  return arguments;
}

}  // namespace

base::Expected<Arguments, EarlyExit> parse_command_line(int argc, const char* const* argv,
                                                        const char* version) {
  Options general;
  Options own;
  Command command = Command::serve;
  CLI::App app(description, "meshbroker");
  app.set_help_flag("-h,--help", "Say what can be written here");
  app.set_version_flag("--version", fmt::format("meshbroker {}", version), "Say the version");
  app.footer(footer);
  app.require_subcommand(0, 1);
  add_config_options(app, general);
  for (const CommandRow& row : commands) {
    CLI::App* const subcommand = app.add_subcommand(row.name, row.help);
    subcommand->callback([&command, &row] { command = row.command; });
    if (row.command == Command::passwd) {
      add_passwd_options(*subcommand, own.password_change);
      continue;
    }
    if (row.command == Command::simulate) {
      add_simulate_options(*subcommand, own.simulate);
      subcommand->footer(simulate_footer);
      continue;
    }
    if (row.command == Command::import_mosquitto) {
      add_import_options(*subcommand, own);
      subcommand->footer(import_footer);
      continue;
    }
    add_config_options(*subcommand, own);
    if (row.command == Command::decode) add_decode_options(*subcommand, own);
    if (row.command == Command::channel) add_channel_options(*subcommand, own);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version come as errors of code 0.
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err) == 0 ? 0 : 2;
    return base::make_unexpected(EarlyExit{code, out.str(), err.str()});
  }
  return checked(command, general, own);
}

}  // namespace app
