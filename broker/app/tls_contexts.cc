// SPDX-License-Identifier: Apache-2.0
#include "broker/app/tls_contexts.h"

#include <functional>
#include <utility>

#include "broker/app/config/environment.h"

namespace app {
namespace {

net::TlsUser user_of(TlsUser user) {
  switch (user) {
    case TlsUser::none:
      return net::TlsUser::none;
    case TlsUser::cn:
      return net::TlsUser::cn;
    case TlsUser::subject:
      return net::TlsUser::subject;
    case TlsUser::psk:
      return net::TlsUser::psk;
  }
  return net::TlsUser::none;
}

net::TlsOptions options_of(const TlsSettings& tls) {
  return {.cert = tls.cert,
          .key = tls.key,
          .further_certs = tls.further_certs,
          .client_ca = tls.client_ca,
          .require_client_certificate = tls.require_client_certificate,
          .crl = tls.crl,
          .psk_file = tls.psk_file,
          .user = user_of(tls.user),
          .min_version = tls.min_version == TlsVersion::v1_3 ? net::TlsVersion::v1_3 : net::TlsVersion::v1_2,
          .ciphers = tls.ciphers};
}

}  // namespace

base::Expected<TlsContexts, std::vector<BadTlsFile>> open_tls_contexts(
    const std::vector<Listener>& listeners) {
  TlsContexts contexts;
  std::vector<BadTlsFile> problems;
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    if (!listeners[i].tls.is_on()) continue;
    auto context = net::TlsContext::open(options_of(listeners[i].tls));
    if (context) {
      contexts[i] = *std::move(context);
    } else {
      problems.push_back(
          {"listener." + std::to_string(i) + ".tls." + context.error().option, context.error().what});
    }
  }
  if (!problems.empty()) return base::make_unexpected(std::move(problems));
  return contexts;
}

FileHashes tls_file_hashes(const std::vector<Listener>& listeners) {
  FileHashes hashes;
  for (const Listener& listener : listeners) {
    const TlsSettings& tls = listener.tls;
    std::vector<std::string> paths = tls.further_certs;
    paths.insert(paths.end(), {tls.cert, tls.key, tls.client_ca, tls.crl, tls.psk_file});
    for (const std::string& path : paths) {
      if (path.empty()) continue;
      if (const auto text = read_file(path)) hashes[path] = std::hash<std::string>()(*text);
    }
  }
  return hashes;
}

std::vector<Problem> tls_problems(const Config& config, const ConfigPlaces& places) {
  std::vector<Problem> problems;
  const auto contexts = open_tls_contexts(config.listeners);
  if (contexts) return problems;
  for (const BadTlsFile& bad : contexts.error()) {
    problems.push_back(
        {place_of(places, bad.key), bad.key.substr(bad.key.find(".tls.") + 1) + ": " + bad.what});
  }
  return problems;
}

}  // namespace app
