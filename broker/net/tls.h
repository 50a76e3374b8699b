// SPDX-License-Identifier: Apache-2.0
// TLS by OpenSSL, between bytes and bytes: no socket, no clock of ours.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/expected.h"
#include "broker/net/byte_layer.h"

namespace net {

enum class TlsVersion : std::uint8_t { v1_2, v1_3 };
/// What a client has shown that makes it a user: the common name or the subject of its certificate, or the
/// identity of its pre-shared key.
enum class TlsUser : std::uint8_t { none, cn, subject, psk };

/// Paths of PEM files; empty: none.
struct TlsOptions {
  std::string cert = {};
  std::string key = {};
  std::vector<std::string> further_certs = {};  // chain and key in one, chosen by the name a client asks for
  std::string client_ca = {};
  bool require_client_certificate = false;
  std::string crl = {};
  std::string psk_file = {};  // lines of identity:hex
  TlsUser user = TlsUser::none;
  TlsVersion min_version = TlsVersion::v1_2;
  std::string ciphers = {};
};

/// What is wrong with which of the options.
struct TlsProblem {
  std::string option;  // "cert", "key", …
  std::string what;    // begins with the path, if it is about a file; never a key
};

/// Certificates and keys of a listener as they were when they were read. Immutable, so any thread; handshakes
/// under way keep theirs when others take its place.
class TlsContext {
 public:
  virtual ~TlsContext() = default;
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// Reads the files. Main's thread, or the one that reloads.
  [[nodiscard]] static base::Expected<std::shared_ptr<const TlsContext>, TlsProblem> open(
      const TlsOptions& options);

 protected:
  TlsContext() = default;
};

/// The server's side of a connection.
[[nodiscard]] std::unique_ptr<ByteLayer> make_tls_layer(std::shared_ptr<const TlsContext> context);

}  // namespace net
