// SPDX-License-Identifier: Apache-2.0
// What OpenSSL makes of TlsOptions; inside net only.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

#include "broker/net/tls.h"

namespace net {

struct FreeSslContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContextPtr = std::unique_ptr<SSL_CTX, FreeSslContext>;

/// By identity.
using PreSharedKeys = std::map<std::string, std::vector<std::uint8_t>, std::less<>>;

/// The one kind of TlsContext.
class OpenTlsContext final : public TlsContext {
 public:
  explicit OpenTlsContext(const TlsOptions& options) : options_(options) {}

  /// What is wrong; nothing: it can be used.
  [[nodiscard]] base::Expected<void, TlsProblem> load();
  SSL_CTX* ssl() const { return main_.get(); }
  /// Null: nobody has this identity.
  const std::vector<std::uint8_t>* psk_of(std::string_view identity) const;
  TlsUser user() const { return options_.user; }

 private:
  using Done = base::Expected<void, TlsProblem>;
  Done make(SslContextPtr& made, const std::string& cert, const std::string& key) const;
  Done set_ciphers(SSL_CTX* context) const;
  Done set_clients(SSL_CTX* context) const;
  Done load_further();
  Done load_psk();
  SSL_CTX* context_for(const char* name) const;
  static int on_name(SSL* ssl, int* alert, void* self);

  TlsOptions options_;
  SslContextPtr main_;
  std::vector<SslContextPtr> further_;
  PreSharedKeys keys_;
};

/// OpenSSL's latest complaint on this thread in words, and no complaints left.
std::string take_ssl_error();

/// Called by OpenSSL with what a client says it is: see TlsLayer.
unsigned find_psk(SSL* ssl, const char* identity, unsigned char* key, unsigned max_bytes);

}  // namespace net
