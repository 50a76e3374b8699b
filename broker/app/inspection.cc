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

std::vector<Problem> log_problems(const LoadedConfig& loaded) {
  namespace fs = std::filesystem;
  const fs::path file(with_paths_resolved(loaded).broker.log_file);
  if (file.empty()) return {};
  const auto problem = [&](std::string what) {
    return std::vector<Problem>{{place_of(loaded.places, "broker.log_file"), "broker.log_file: " + what}};
  };
  std::error_code error;
  const fs::file_status folder = fs::status(fs::absolute(file, error).parent_path(), error);
  if (folder.type() == fs::file_type::not_found)
    return problem(fmt::format("the folder of {} is not there: make it", file.string()));
  const fs::file_status log = fs::status(file, error);
  if (fs::exists(log) && log.type() != fs::file_type::unknown && !fs::is_regular_file(log))
    return problem(fmt::format("{} is no regular file", file.string()));
  return {};
}

std::vector<Problem> inspect(const LoadedConfig& loaded) {
  const Config config = with_paths_resolved(loaded);
  std::vector<Problem> problems;
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
