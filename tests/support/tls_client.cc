// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tls_client.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <openssl/err.h>

#include "broker/base/check.h"

namespace support {

TlsClient::TlsClient(Options options)
    : options_(std::move(options)), context_(SSL_CTX_new(TLS_client_method())) {
  if (options_.version != 0) {
    SSL_CTX_set_min_proto_version(context_.get(), options_.version);
    SSL_CTX_set_max_proto_version(context_.get(), options_.version);
  }
  if (!options_.certificate.empty()) {
    CHECK(SSL_CTX_use_certificate_chain_file(context_.get(), options_.certificate.c_str()) == 1);
    CHECK(SSL_CTX_use_PrivateKey_file(context_.get(), options_.key.c_str(), SSL_FILETYPE_PEM) == 1);
  }
  if (!options_.psk.empty()) SSL_CTX_set_psk_client_callback(context_.get(), on_psk);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_app_data(ssl_.get(), this);
  if (!options_.name.empty())
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, options_.name.data());
  SSL_set_connect_state(ssl_.get());
}

// NOLINTNEXTLINE(readability-function-size): OpenSSL's parameters.
unsigned TlsClient::on_psk(SSL* ssl, const char*, char* identity, unsigned max_identity, unsigned char* key,
                           unsigned max_key) {
  const Options& options = static_cast<TlsClient*>(SSL_get_app_data(ssl))->options_;
  CHECK(options.identity.size() < max_identity && options.psk.size() <= max_key);
  std::memcpy(identity, options.identity.c_str(), options.identity.size() + 1);
  std::copy(options.psk.begin(), options.psk.end(), key);
  return static_cast<unsigned>(options.psk.size());
}

std::vector<std::uint8_t> TlsClient::take() {
  char* bytes = nullptr;
  BIO* out = SSL_get_wbio(ssl_.get());
  const long size = BIO_get_mem_data(out, &bytes);
  std::vector<std::uint8_t> taken(bytes, bytes + size);
  CHECK(BIO_reset(out) == 1);
  return taken;
}

void TlsClient::hear(base::Bytes bytes) {
  if (!bytes.empty()) BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
}

bool TlsClient::shake_hands() {
  ERR_clear_error();
  const int status = SSL_do_handshake(ssl_.get());
  if (status == 1) return true;
  if (SSL_get_error(ssl_.get(), status) == SSL_ERROR_WANT_READ) return false;
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  error_ = reason != nullptr ? reason : "unknown";
  return false;
}

void TlsClient::write(base::Bytes bytes) {
  CHECK(SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
        static_cast<int>(bytes.size()));
}

std::string TlsClient::read() {
  std::string all;
  std::array<char, 4096> some{};
  ERR_clear_error();
  int count = 0;
  while ((count = SSL_read(ssl_.get(), some.data(), some.size())) > 0)
    all.append(some.data(), static_cast<std::size_t>(count));
  if (SSL_get_error(ssl_.get(), count) == SSL_ERROR_SSL) {
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    error_ = reason != nullptr ? reason : "unknown";
  }
  return all;
}

std::string TlsClient::peer_name() const {
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return {};
  std::array<char, 256> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
  return name.data();
}

}  // namespace support
