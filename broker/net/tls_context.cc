// SPDX-License-Identifier: Apache-2.0
#include "broker/net/tls_context.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace net {
namespace {

using Done = base::Expected<void, TlsProblem>;

/// Of a client's certificates together, as bytes on the wire.
constexpr long max_client_chain = 32 * 1024;
constexpr int max_chain_depth = 8;
constexpr unsigned char session_context[] = "meshbroker";
/// Of one pre-shared key: RFC 4279 asks for 64, OpenSSL takes so many.
constexpr std::size_t max_psk_bytes = PSK_MAX_PSK_LEN;

tl::unexpected<TlsProblem> wrong(std::string option, std::string what) {
  return base::make_unexpected(TlsProblem{std::move(option), std::move(what)});
}

/// A key with a password would make the broker ask for it on the terminal.
int no_password(char*, int, int, void*) { return 0; }

/// A resumed session is not verified again, and nothing then tells whose key it began with: where clients
/// prove who they are, every connection does.
void give_no_tickets(SSL_CTX* context) {
  SSL_CTX_set_num_tickets(context, 0);
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
}

bool is_tls13_suite(std::string_view name) { return name.starts_with("TLS_"); }

/// OpenSSL keeps the names of TLS 1.3 apart from the others.
std::pair<std::string, std::string> split_ciphers(std::string_view all) {
  std::pair<std::string, std::string> older_and_newer;
  while (!all.empty()) {
    const std::size_t end = std::min(all.find(':'), all.size());
    const std::string_view name = all.substr(0, end);
    std::string& list = is_tls13_suite(name) ? older_and_newer.second : older_and_newer.first;
    list += (list.empty() ? "" : ":") + std::string(name);
    all.remove_prefix(std::min(end + 1, all.size()));
  }
  return older_and_newer;
}

std::optional<std::vector<std::uint8_t>> bytes_of_hex(std::string_view digits) {
  if (digits.empty() || digits.size() % 2 != 0 || digits.size() / 2 > max_psk_bytes) return std::nullopt;
  std::vector<std::uint8_t> bytes(digits.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char* at = digits.data() + 2 * i;
    if (std::from_chars(at, at + 2, bytes[i], 16).ptr != at + 2) return std::nullopt;
  }
  return bytes;
}

/// Empty: it was taken.
std::string add_psk(std::string_view line, PreSharedKeys& keys) {
  const std::size_t colon = line.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return "must be identity:hex";
  if (colon > PSK_MAX_IDENTITY_LEN) return "has too long an identity";
  auto bytes = bytes_of_hex(line.substr(colon + 1));
  if (!bytes) return "must end with a key of 1 to 256 bytes in hex";
  const bool is_new = keys.emplace(line.substr(0, colon), *std::move(bytes)).second;
  return is_new ? "" : "has an identity that was there before";
}

constexpr const char* keys_first_older =
    "kECDHEPSK:kPSK:ALL:!COMPLEMENTOFDEFAULT:!eNULL";  // the rest is DEFAULT
/// A key that has no hash of its own goes with SHA-256 only (RFC 8446, 4.2.11).
constexpr const char* keys_first_newer =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";

}  // namespace

std::string take_ssl_error() {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : "no reason given";
}

base::Expected<std::shared_ptr<const TlsContext>, TlsProblem> TlsContext::open(const TlsOptions& options) {
  auto context = std::make_shared<OpenTlsContext>(options);
  if (auto loaded = context->load(); !loaded) return base::make_unexpected(std::move(loaded.error()));
  return context;
}

Done OpenTlsContext::load() {
  if (Done psk = load_psk(); !psk) return psk;
  if (Done made = make(main_, options_.cert, options_.key); !made) return made;
  return load_further();
}

Done OpenTlsContext::make(SslContextPtr& made, const std::string& cert, const std::string& key) const {
  ERR_clear_error();
  made.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = made.get();
  SSL_CTX_set_min_proto_version(context,
                                options_.min_version == TlsVersion::v1_3 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  // An idle connection holds no buffers.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1);
  SSL_CTX_set_default_passwd_cb(context, no_password);
  if (Done done = set_ciphers(context); !done) return done;
  if (!cert.empty()) {
    if (SSL_CTX_use_certificate_chain_file(context, cert.c_str()) != 1)
      return wrong("cert", cert + ": no certificate can be read: " + take_ssl_error());
    if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
      return wrong("key", key + ": no private key of this certificate can be read: " + take_ssl_error());
    if (SSL_CTX_check_private_key(context) != 1)
      return wrong("key", key + ": the key does not belong to the certificate in " + cert);
  }
  if (!keys_.empty()) {
    SSL_CTX_set_psk_server_callback(context, find_psk);
    give_no_tickets(context);
  }
  return set_clients(context);
}

Done OpenTlsContext::set_ciphers(SSL_CTX* context) const {
  auto [older, newer] = split_ciphers(options_.ciphers);
  // Who offers a key means it: with OpenSSL's own order the certificate would win, and the key not be looked
  // at.
  const bool has_both = !keys_.empty() && !options_.cert.empty();
  if (has_both && older.empty()) older = keys_first_older;
  if (has_both && newer.empty()) newer = keys_first_newer;
  const bool is_older_wrong = !older.empty() && SSL_CTX_set_cipher_list(context, older.c_str()) != 1;
  const bool is_newer_wrong = !newer.empty() && SSL_CTX_set_ciphersuites(context, newer.c_str()) != 1;
  if (is_older_wrong || is_newer_wrong)
    return wrong("ciphers", "no cipher has any of these names: " + (is_older_wrong ? older : newer));
  return {};
}

Done OpenTlsContext::set_clients(SSL_CTX* context) const {
  if (options_.client_ca.empty()) return {};
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(options_.client_ca.c_str());
  if (names == nullptr || SSL_CTX_load_verify_locations(context, options_.client_ca.c_str(), nullptr) != 1)
    return wrong("client_ca", options_.client_ca + ": no certificate can be read: " + take_ssl_error());
  SSL_CTX_set_client_CA_list(context, names);
  SSL_CTX_set_verify(
      context, SSL_VERIFY_PEER | (options_.require_client_certificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
      nullptr);
  SSL_CTX_set_verify_depth(context, max_chain_depth);
  SSL_CTX_set_max_cert_list(context, max_client_chain);
  give_no_tickets(context);
  if (options_.crl.empty()) return {};
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (X509_load_crl_file(lookup, options_.crl.c_str(), X509_FILETYPE_PEM) < 1)
    return wrong("crl", options_.crl + ": no revocation list can be read: " + take_ssl_error());
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
  return {};
}

Done OpenTlsContext::load_further() {
  for (const std::string& file : options_.further_certs) {
    if (Done made = make(further_.emplace_back(), file, file); !made)
      return wrong("further_certs", made.error().what);
  }
  if (further_.empty()) return {};
  SSL_CTX_callback_ctrl(main_.get(), SSL_CTRL_SET_TLSEXT_SERVERNAME_CB,
                        reinterpret_cast<void (*)()>(on_name));
  SSL_CTX_set_tlsext_servername_arg(main_.get(), this);
  return {};
}

SSL_CTX* OpenTlsContext::context_for(const char* name) const {
  const auto has_name = [name](const SslContextPtr& context) {
    return X509_check_host(SSL_CTX_get0_certificate(context.get()), name, 0, 0, nullptr) == 1;
  };
  const auto found = std::ranges::find_if(further_, has_name);
  return found == further_.end() ? main_.get() : found->get();
}

/// Who asks for a name that nobody has is shown the main certificate, and judges that himself.
int OpenTlsContext::on_name(SSL* ssl, int*, void* self) {
  const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
  if (name == nullptr) return SSL_TLSEXT_ERR_NOACK;
  SSL_set_SSL_CTX(ssl, static_cast<const OpenTlsContext*>(self)->context_for(name));
  return SSL_TLSEXT_ERR_OK;
}

Done OpenTlsContext::load_psk() {
  if (options_.psk_file.empty()) return {};
  std::ifstream file(options_.psk_file);
  if (!file) return wrong("psk_file", options_.psk_file + ": " + std::generic_category().message(errno));
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty() || line.starts_with('#')) continue;
    if (const std::string what = add_psk(line, keys_); !what.empty())
      return wrong("psk_file", options_.psk_file + ":" + std::to_string(number) + ": the line " + what);
  }
  if (keys_.empty()) return wrong("psk_file", options_.psk_file + ": has no identity:hex line");
  return {};
}

const std::vector<std::uint8_t>* OpenTlsContext::psk_of(std::string_view identity) const {
  const auto found = keys_.find(identity);
  return found == keys_.end() ? nullptr : &found->second;
}

}  // namespace net
