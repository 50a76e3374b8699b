// SPDX-License-Identifier: Apache-2.0
// Arguments, configuration, plugins, run. Plugins are listed here and nowhere else.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

#include "broker/app/command_line.h"
#include "broker/app/config/file.h"
#include "broker/app/config/keys.h"
#include "broker/app/health.h"
#include "broker/app/inspection.h"
#include "broker/app/mesh_parts.h"
#include "broker/app/mosquitto/import.h"
#include "broker/app/node_key_files.h"
#include "broker/app/passwd.h"
#include "broker/app/reload.h"
#include "broker/app/server.h"
#include "broker/app/simulate/simulate.h"
#include "broker/base/log_file.h"
#include "broker/net/notify_socket.h"
#include "broker/net/signals.h"
#include "mesh/mesh_plugin.h"

namespace {

constexpr int exit_ok = 0;
constexpr int exit_failed = 1;
constexpr int exit_wrong_usage = 2;

/// Systemd recommends two. With four a worker that was busy for a whole look costs no more than one of them.
constexpr int looks_per_watchdog_time = 4;

/// Empty: it is not set.
std::string_view environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

std::vector<std::string> environment_lines() {
  std::vector<std::string> lines;
  for (char** line = environ; *line != nullptr; ++line) lines.emplace_back(*line);
  return lines;
}

/// Every connection is a descriptor: as many as the system lets us have.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// What an operator may have set in the belief that it does something.
void say_what_has_no_effect(const app::LoadedConfig& loaded, const base::Log& log) {
  for (const std::string& key : app::keys_without_effect(loaded.config)) {
    log.warn("setting_without_effect",
             {{"key", key}, {"hint", "accepted, but this version does not act upon it yet"}});
  }
  if (!loaded.config.broker.data_dir.empty()) return;
  log.info("nothing_is_kept",
           {{"hint", "broker.data_dir is empty: sessions and retained messages end with the process"}});
}

base::Expected<app::LoadedConfig, std::vector<app::Problem>> load(const app::Arguments& arguments) {
  return app::load_config({arguments.config_file, environment_lines(), arguments.settings});
}

using OwnedLogFile = std::unique_ptr<base::LogFile>;

/// Null: the log goes to standard error.
base::Expected<OwnedLogFile, std::string> open_log_file(const app::BrokerSettings& settings) {
  if (settings.log_file.empty()) return OwnedLogFile();
  return base::LogFile::open(settings.log_file);
}

base::Log open_log(base::LogFile* file, const app::BrokerSettings& settings) {
  if (file == nullptr) return base::Log::to_stderr(settings.log_level, settings.log_format);
  return base::log_to(*file, settings.log_level, settings.log_format);
}

/// For logrotate, which renames the file and sends SIGHUP.
void reopen(base::LogFile* file, const base::Log& log) {
  if (file == nullptr) return;
  if (const auto reopened = file->reopen(); !reopened)
    log.error("log_file_not_reopened",
              {{"why", reopened.error()}, {"hint", "lines go where they went before"}});
}

void tell(const std::optional<net::NotifySocket>& systemd, std::string_view lines) {
  if (systemd) systemd->say(lines);
}

int serve(const app::Arguments& arguments, const app::LoadedConfig& loaded) {
  net::hold_signal(SIGHUP);
  const app::Config config = app::with_paths_resolved(loaded);
  const auto log_file = open_log_file(config.broker);
  if (!log_file) {
    std::cerr << log_file.error() << '\n';
    return exit_failed;
  }
  base::Log log = open_log(log_file->get(), config.broker);
  log.info("starting",
           {{"version", MESHBROKER_VERSION}, {"config", loaded.file.empty() ? "defaults" : loaded.file}});
  say_what_has_no_effect(loaded, log);
  std::signal(SIGPIPE, SIG_IGN);  // a write to a closed socket is an error code, not the end
  raise_descriptor_limit();

  const std::vector<app::Problem> problems = app::inspect(loaded);
  for (const app::Problem& problem : problems) log.error("start_failed", {{"why", app::to_text(problem)}});
  if (!problems.empty()) return exit_wrong_usage;
  const auto node_keys = app::read_node_keys(loaded);
  if (!node_keys) {
    log.error("start_failed", {{"why", app::to_text(node_keys.error())}});
    return exit_wrong_usage;
  }
  if (const auto exposure = app::exposure_of(loaded)) log.warn("private_key_exposed", {{"hint", *exposure}});
  mesh::MeshConfig mesh_config = app::mesh_config_of(config.mesh);
  mesh_config.node_keys = *node_keys;
  mesh_config.down.is_kept = !config.broker.data_dir.empty();
  const auto mesh_plugin = mesh::MeshPlugin::open(mesh_config, log);
  if (!mesh_plugin) {
    log.error("start_failed", {{"why", app::keyring_problem_text(mesh_config, mesh_plugin.error())}});
    return exit_wrong_usage;
  }
  const auto server = app::Server::open(config, log, {mesh_plugin->get()});
  if (!server) {
    log.error("start_failed", {{"why", server.error()}});
    return exit_failed;
  }
  app::Reload reload({[&arguments] { return load(arguments); }, **server, **mesh_plugin, log}, config);
  const auto systemd = net::NotifySocket::open(environment("NOTIFY_SOCKET"));
  const auto watchdog =
      net::watchdog_time(environment("WATCHDOG_USEC"), environment("WATCHDOG_PID"), getpid());
  if (systemd && watchdog) {
    (*server)->watch(std::max(*watchdog / looks_per_watchdog_time, base::Duration(1)),
                     [&] { tell(systemd, "WATCHDOG=1"); });
  }
  (*server)->on_hangup([&] {
    tell(systemd, "RELOADING=1");
    reopen(log_file->get(), log);
    app::ReloadReport report = reload.run();
    tell(systemd, "READY=1");
    return report;
  });
  (*server)->on_milestones({[&] { tell(systemd, "READY=1\nSTATUS=serving"); },
                            [&] { tell(systemd, "STOPPING=1\nSTATUS=stopping"); }});
  (*server)->run();
  log.info("stopped");
  return exit_ok;
}

int check(const app::LoadedConfig& loaded) {
  std::vector<app::Problem> problems = app::log_problems(loaded);
  for (app::Problem& problem : app::inspect(loaded)) problems.push_back(std::move(problem));
  for (const app::Problem& problem : problems) std::cerr << app::to_text(problem) << '\n';
  if (!problems.empty()) return exit_wrong_usage;
  if (const auto exposure = app::exposure_of(loaded)) std::cout << "warning: " << *exposure << '\n';
  std::cout << (loaded.file.empty() ? "no configuration file: the defaults" : loaded.file)
            << ": no problems\n";
  for (const std::string& key : app::keys_without_effect(loaded.config)) {
    std::cout << key << ": accepted, but without effect in this version\n";
  }
  return exit_ok;
}

int health(const app::Config& config) {
  const auto healthy = app::check_health(config);
  if (healthy) return exit_ok;
  std::cerr << "health: " << healthy.error() << '\n';
  return exit_failed;
}

int run(const app::Arguments& arguments, const app::LoadedConfig& loaded) {
  switch (arguments.command) {
    case app::Command::serve:
      return serve(arguments, loaded);
    case app::Command::check:
      return check(loaded);
    case app::Command::decode:
      return app::decode_envelope(arguments, loaded.config);
    case app::Command::channel:
      return app::describe_channel(arguments);
    case app::Command::health:
      return health(loaded.config);
    case app::Command::passwd:
    case app::Command::simulate:
    case app::Command::import_mosquitto:
      break;  // have no configuration
  }
  return exit_wrong_usage;
}

}  // namespace

int main(int argc, char** argv) {
  const auto arguments = app::parse_command_line(argc, argv, MESHBROKER_VERSION);
  if (!arguments) {
    std::cout << arguments.error().out;
    std::cerr << arguments.error().err;
    return arguments.error().code;
  }
  if (arguments->command == app::Command::passwd) return app::change_password(arguments->password_change);
  if (arguments->command == app::Command::simulate) return app::simulate::run(arguments->simulate);
  if (arguments->command == app::Command::import_mosquitto) {
    return app::mosquitto::import_file(arguments->input);
  }
  const auto loaded = load(*arguments);
  if (!loaded) {
    for (const app::Problem& problem : loaded.error()) std::cerr << app::to_text(problem) << '\n';
    return exit_wrong_usage;
  }
  return run(*arguments, *loaded);
}
