// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/app/config/config.h"
#include "broker/app/config/text.h"
#include "broker/base/expected.h"
#include "broker/net/tls.h"

namespace app {

/// The TLS of every listener that has any, by its place in the configuration. Whoever has taken a context
/// keeps it when there is another.
using TlsContexts = std::map<std::size_t, std::shared_ptr<const net::TlsContext>>;

/// A file of a listener that is of no use.
struct BadTlsFile {
  std::string key;  // "listener.0.tls.cert"
  std::string what;
};

/// Reads the files of all listeners. All problems at once.
[[nodiscard]] base::Expected<TlsContexts, std::vector<BadTlsFile>> open_tls_contexts(
    const std::vector<Listener>& listeners);

/// By path: enough to tell whether a file has changed. Never logged: some are of keys.
using FileHashes = std::map<std::string, std::size_t>;
/// Of all files of all listeners' TLS.
[[nodiscard]] FileHashes tls_file_hashes(const std::vector<Listener>& listeners);

/// What is wrong with the files that `config` names, whose paths are resolved, and where it names them.
[[nodiscard]] std::vector<Problem> tls_problems(const Config& config, const ConfigPlaces& places);

}  // namespace app
