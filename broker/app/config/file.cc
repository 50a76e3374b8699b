// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/file.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "broker/app/config/environment.h"

namespace app {
namespace {

/// The file to read; empty: none.
std::string chosen_file(const ConfigSources& sources) {
  if (sources.file) return *sources.file;
  std::error_code error;
  const bool exists = std::filesystem::exists(system_config_file, error);
  // One that may not be looked at is chosen too: then reading it says so, instead of serving with the
  // defaults.
  return exists || error ? std::string(system_config_file) : std::string();
}

void add_settings(const std::vector<std::string>& settings, EnvironmentSettings& found) {
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    const std::string key = setting.substr(0, equals);
    const std::string where = fmt::format("--set {}", key);
    if (equals == std::string::npos) {
      found.problems.push_back({where, "must be KEY=VALUE such as broker.workers=2"});
    } else {
      found.overrides.push_back({where, key, setting.substr(equals + 1)});
    }
  }
}

}  // namespace

base::Expected<LoadedConfig, std::vector<Problem>> load_config(const ConfigSources& sources) {
  LoadedConfig loaded{{}, chosen_file(sources), {}};
  base::Expected<std::string, std::string> text;
  if (sources.file || !loaded.file.empty()) text = read_file(loaded.file);
  if (!text) {
    return base::make_unexpected(std::vector<Problem>{
        {loaded.file, text.error() + "; name a file with -c, or none for the defaults"}});
  }
  EnvironmentSettings found = environment_settings(sources.environment);
  add_settings(sources.settings, found);
  auto config = parse_config(*text, loaded.file, found.overrides, &loaded.places);
  std::vector<Problem> problems = std::move(found.problems);
  if (!config) problems.insert(problems.begin(), config.error().begin(), config.error().end());
  if (!problems.empty()) return base::make_unexpected(std::move(problems));
  loaded.config = *std::move(config);
  return loaded;
}

std::string path_beside(std::string_view file, std::string_view path) {
  if (path.empty()) return {};
  return (std::filesystem::path(file).parent_path() / path).string();
}

Config with_paths_resolved(const LoadedConfig& loaded) {
  Config config = loaded.config;
  const auto resolve = [&](std::string& path) { path = path_beside(loaded.file, path); };
  for (std::string* path :
       {&config.broker.data_dir, &config.broker.log_file, &config.auth.password_file, &config.auth.acl_file})
    resolve(*path);
  for (Listener& listener : config.listeners) {
    TlsSettings& tls = listener.tls;
    for (std::string* path : {&tls.cert, &tls.key, &tls.client_ca, &tls.crl, &tls.psk_file}) resolve(*path);
    for (std::string& path : tls.further_certs) resolve(path);
  }
  return config;
}

}  // namespace app
