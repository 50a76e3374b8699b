// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

#include "broker/base/bytes.h"

namespace support {

/// What a client does and has.
struct TlsClientOptions {
  int version = 0;               // TLS1_2_VERSION, TLS1_3_VERSION; 0: any
  std::string name = {};         // whom it asks for
  std::string certificate = {};  // its own, a PEM file
  std::string key = {};
  std::string identity = {};  // of its pre-shared key
  std::string psk = {};       // the key itself
};

/// The client's side of TLS, between bytes and bytes.
class TlsClient {
 public:
  using Options = TlsClientOptions;

  explicit TlsClient(Options options = {});

  /// What it has to say; nothing twice.
  std::vector<std::uint8_t> take();
  void hear(base::Bytes bytes);
  /// One step on. True: the handshake is over.
  bool shake_hands();
  void write(base::Bytes bytes);
  /// All it can read by now.
  std::string read();
  /// close_notify.
  void close() { SSL_shutdown(ssl_.get()); }
  bool has_heard_close() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }
  /// The common name of whom it has reached.
  std::string peer_name() const;
  /// Why it has failed; empty: it has not.
  const std::string& error() const { return error_; }
  SSL* ssl() const { return ssl_.get(); }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  static unsigned on_psk(SSL* ssl, const char* hint, char* identity, unsigned max_identity,
                         unsigned char* key, unsigned max_key);

  Options options_;
  std::unique_ptr<SSL_CTX, Free> context_;
  std::unique_ptr<SSL, Free> ssl_;
  std::string error_;
};

}  // namespace support
