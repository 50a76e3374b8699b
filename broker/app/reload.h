// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "broker/app/config/file.h"
#include "broker/app/reload_report.h"
#include "broker/app/server.h"
#include "broker/app/tls_contexts.h"
#include "broker/base/log.h"
#include "mesh/mesh_plugin.h"

namespace app {

/// What SIGHUP does: everything is read again and checked, and then all of it holds that can without a
/// restart, or nothing does. Owned by main; on the server's thread for it.
class Reload {
 public:
  /// All outlive it.
  struct Parts {
    std::function<base::Expected<LoadedConfig, std::vector<Problem>>()> load;
    Server& server;
    mesh::MeshPlugin& mesh;
    base::Log& log;
  };
  Reload(Parts parts, Config running) : parts_(std::move(parts)), running_(std::move(running)) {
    tls_files_ = tls_file_hashes(running_.listeners);
  }

  ReloadReport run();

 private:
  base::Expected<void, std::string> apply(const LoadedConfig& loaded);
  base::Expected<TlsContexts, std::string> open_tls(const Config& next) const;
  std::uint64_t log_changed_files(const Config& after);
  void refuse(std::string_view why);
  void note_change(std::string_view what, std::string_view name);
  void log_changes(const Config& next, const AccessControl& before);

  Parts parts_;
  Config running_;
  FileHashes tls_files_;  // as they were last read
  ReloadReport report_;   // of the run under way
};

}  // namespace app
