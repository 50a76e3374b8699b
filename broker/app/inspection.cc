// SPDX-License-Identifier: Apache-2.0
#include "broker/app/inspection.h"

#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "broker/app/access_control.h"
#include "broker/app/mesh_parts.h"
#include "broker/app/node_key_files.h"
#include "broker/app/tls_contexts.h"

namespace app {
namespace {

/// Who may write there is not asked: who checks is seldom who serves.
std::vector<Problem> log_problems(const Config& config, const ConfigPlaces& places) {
  const std::filesystem::path file(config.broker.log_file);
  std::error_code error;
  if (file.empty()) return {};
  if (!std::filesystem::is_directory(std::filesystem::absolute(file, error).parent_path(), error)) {
    return {{place_of(places, "broker.log_file"),
             fmt::format("broker.log_file: the folder of {} is not there: make it", file.string())}};
  }
  if (!std::filesystem::is_directory(file, error)) return {};
  return {{place_of(places, "broker.log_file"),
           fmt::format("broker.log_file: {} is a folder: name a file in it", file.string())}};
}

/// A psk was looked at when it was read; of share URLs each by itself, so that all are told.
std::vector<Problem> share_url_problems(const Config& config, const ConfigPlaces& places) {
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < config.mesh.share_urls.size(); ++i) {
    mesh::MeshConfig one;
    one.share_urls = {config.mesh.share_urls[i]};
    auto keyring = mesh::Keyring::open(one);
    if (keyring) continue;
    keyring.error().channel = i;
    problems.push_back({place_of(places, "mesh.share_urls"),
                        keyring_problem_text(mesh_config_of(config.mesh), keyring.error())});
  }
  return problems;
}

}  // namespace

std::vector<Problem> inspect(const LoadedConfig& loaded) {
  const Config config = with_paths_resolved(loaded);
  std::vector<Problem> problems = log_problems(config, loaded.places);
  const auto add = [&problems](std::vector<Problem> more) {
    problems.insert(problems.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
  };
  add(tls_problems(config, loaded.places));
  if (auto access = load_access(config.auth, loaded.places); !access) add(std::move(access).error());
  add(share_url_problems(config, loaded.places));
  if (auto keys = read_node_keys(loaded); !keys) add(std::move(keys).error());
  return problems;
}

}  // namespace app
