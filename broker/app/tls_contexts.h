// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/app/config.h"
#include "broker/app/config_text.h"
#include "broker/base/expected.h"
#include "broker/base/guarded.h"
#include "broker/net/tls.h"

namespace app {

/// The TLS of every listener that has any, as it was last read. One for all workers, owned by the server; any
/// thread. Whoever has taken a context keeps it when it is replaced.
class TlsContexts {
 public:
  /// By the listener's place in the configuration.
  using Contexts = std::map<std::size_t, std::shared_ptr<const net::TlsContext>>;
  /// A file of a listener that is of no use.
  struct BadFile {
    std::string key;  // "listener.0.tls.cert"
    std::string what;
  };

  /// Reads the files of all listeners. All problems at once.
  [[nodiscard]] static base::Expected<Contexts, std::vector<BadFile>> open(
      const std::vector<Listener>& listeners);

  /// Listeners that are not among them keep theirs.
  void replace(Contexts contexts);
  /// Null: it has none.
  std::shared_ptr<const net::TlsContext> of(std::size_t listener);

 private:
  base::Guarded<Contexts> contexts_;
};

/// By path: enough to tell whether a file has changed. Never logged: some are of keys.
using FileHashes = std::map<std::string, std::size_t>;
/// Of all files of all listeners' TLS.
[[nodiscard]] FileHashes tls_file_hashes(const std::vector<Listener>& listeners);

/// What is wrong with the files that `config` names, whose paths are resolved, and where it names them.
[[nodiscard]] std::vector<Problem> tls_problems(const Config& config, const ConfigPlaces& places);

}  // namespace app
