// SPDX-License-Identifier: Apache-2.0
#include "broker/net/tls.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "broker/base/check.h"
#include "broker/net/tls_context.h"

namespace net {
namespace {

/// What a TLS record holds at most.
constexpr std::size_t record_bytes = SSL3_RT_MAX_PLAIN_LENGTH;

/// Where OpenSSL reads and writes during one call: no memory of its own between two of them.
struct Pipe {
  base::Bytes in;
  std::vector<std::uint8_t>* out = nullptr;
};

int read_pipe(BIO* bio, char* into, int size) {
  auto* pipe = static_cast<Pipe*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (pipe->in.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const std::size_t count = std::min(pipe->in.size(), static_cast<std::size_t>(size));
  std::copy_n(pipe->in.begin(), count, reinterpret_cast<std::uint8_t*>(into));
  pipe->in = pipe->in.subspan(count);
  return static_cast<int>(count);
}

int write_pipe(BIO* bio, const char* from, int size) {
  auto* pipe = static_cast<Pipe*>(BIO_get_data(bio));
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(from);
  if (pipe->out != nullptr) pipe->out->insert(pipe->out->end(), bytes, bytes + size);
  return size;
}

long control_pipe(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* make_pipe_method() {
  BIO_METHOD* method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "pipe");
  BIO_meth_set_read(method, read_pipe);
  BIO_meth_set_write(method, write_pipe);
  BIO_meth_set_ctrl(method, control_pipe);
  return method;
}

const BIO_METHOD* pipe_method() {
  static const BIO_METHOD* const method = make_pipe_method();
  return method;
}

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

/// Who began with something else.
std::string_view what_begins_with(std::uint8_t first) {
  constexpr std::uint8_t mqtt_connect = 0x10;
  if (first == mqtt_connect) return "it speaks MQTT without TLS, this listener only with";
  if (first >= 'A' && first <= 'Z') return "it speaks HTTP without TLS, this listener only with";
  return "what it sent first is no TLS";
}

/// Text that nobody can make ambiguous: without U+0000 and controls.
std::optional<std::string> clean(std::string text) {
  const bool is_clean = !text.empty() && std::ranges::all_of(text, [](char c) { return c < 0 || c >= ' '; });
  return is_clean ? std::optional(std::move(text)) : std::nullopt;
}

/// Of several common names none is the right one.
std::optional<std::string> common_name(const X509_NAME* subject) {
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0) return std::nullopt;
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) return std::nullopt;
  std::string name(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return clean(std::move(name));
}

/// As RFC 2253 writes it: "CN=gate,O=mesh".
std::optional<std::string> whole_subject(const X509_NAME* subject) {
  BIO* memory = BIO_new(BIO_s_mem());
  X509_NAME_print_ex(memory, subject, 0, XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB));
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  std::string whole(text, static_cast<std::size_t>(size));
  BIO_free(memory);
  return clean(std::move(whole));
}

class TlsLayer final : public ByteLayer {
 public:
  explicit TlsLayer(std::shared_ptr<const OpenTlsContext> context);
  LayerKind kind() const override { return LayerKind::tls; }
  Heard hear(std::span<std::uint8_t> bytes, Room room) override;
  bool say(base::Bytes bytes, std::vector<std::uint8_t>& down) override;
  void end(std::vector<std::uint8_t>& down) override;
  LayerFacts facts() const override { return {.is_proxied = false, .peer = {}, .user = user_}; }
  bool is_costly() const override { return !is_open_; }

  /// The client says it has the key of this identity.
  const std::vector<std::uint8_t>* psk_of(std::string_view identity);

 private:
  Heard shake_hands();
  Heard open();
  Heard decrypt(std::span<std::uint8_t> bytes, base::Arena& turn);
  Heard fail(std::string why);
  std::string handshake_failure(int status) const;
  std::optional<std::string> proven_user() const;

  std::shared_ptr<const OpenTlsContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  Pipe pipe_;
  std::string user_;
  std::string psk_identity_;
  std::string why_;
  bool has_begun_ = false;
  bool is_open_ = false;  // the handshake is over
  bool has_failed_ = false;
};

TlsLayer::TlsLayer(std::shared_ptr<const OpenTlsContext> context)
    : context_(std::move(context)), ssl_(SSL_new(context_->ssl())) {
  CHECK(ssl_ != nullptr);
  BIO* bio = BIO_new(pipe_method());
  BIO_set_data(bio, &pipe_);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_accept_state(ssl_.get());
}

ByteLayer::Heard TlsLayer::hear(std::span<std::uint8_t> bytes, Room room) {
  constexpr std::uint8_t handshake_record = 0x16;
  if (!std::exchange(has_begun_, true) && bytes.front() != handshake_record)
    return fail(std::string(what_begins_with(bytes.front())));
  ERR_clear_error();
  pipe_ = {bytes, &room.down};
  Heard heard;
  if (!is_open_) heard = shake_hands();
  const bool was_costly = heard.was_costly;
  const bool has_facts = heard.has_facts;
  if (is_open_ && heard.state == State::open) heard = decrypt(bytes, room.turn);
  heard.was_costly = was_costly;
  heard.has_facts = has_facts;
  pipe_ = {};
  return heard;
}

ByteLayer::Heard TlsLayer::shake_hands() {
  const OSSL_HANDSHAKE_STATE before = SSL_get_state(ssl_.get());
  const int status = SSL_do_handshake(ssl_.get());
  if (status == 1) return open();
  const int error = SSL_get_error(ssl_.get(), status);
  if (error != SSL_ERROR_WANT_READ) return fail("the TLS handshake failed: " + handshake_failure(error));
  return {.up = {}, .was_costly = SSL_get_state(ssl_.get()) != before};
}

/// OpenSSL's reason, or of a certificate that does not hold the verdict, which says more.
std::string TlsLayer::handshake_failure(int) const {
  const long verdict = SSL_get_verify_result(ssl_.get());
  std::string reason = take_ssl_error();
  if (verdict != X509_V_OK) reason += std::string(": ") + X509_verify_cert_error_string(verdict);
  return reason;
}

ByteLayer::Heard TlsLayer::open() {
  is_open_ = true;
  const auto user = proven_user();
  if (!user) return fail("its certificate has no name that a user could have: see listener.tls.user");
  user_ = *user;
  return {.up = {}, .has_facts = !user_.empty(), .was_costly = true};
}

/// Empty: it has shown nothing that makes it a user. None: what it has shown is of no use.
std::optional<std::string> TlsLayer::proven_user() const {
  if (context_->user() == TlsUser::none) return std::string();
  const bool has_used_psk =
      SSL_session_reused(ssl_.get()) == 1 || SSL_get_psk_identity(ssl_.get()) != nullptr;
  if (context_->user() == TlsUser::psk) return has_used_psk ? psk_identity_ : std::string();
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return std::string();
  const X509_NAME* subject = X509_get_subject_name(certificate);
  return context_->user() == TlsUser::cn ? common_name(subject) : whole_subject(subject);
}

/// Plain text stands where the records stood, for it is shorter. Only the rest of a record whose beginning
/// OpenSSL has already may give more than there is room for.
ByteLayer::Heard TlsLayer::decrypt(std::span<std::uint8_t> bytes, base::Arena& turn) {
  const bool is_in_record = std::string_view(SSL_rstate_string(ssl_.get())) != "RH";
  const bool fits = !is_in_record && SSL_has_pending(ssl_.get()) == 0 && pipe_.in.size() == bytes.size();
  const std::span<std::uint8_t> room = fits ? bytes : turn.take(bytes.size() + record_bytes);
  std::size_t used = 0;
  while (used < room.size()) {
    std::size_t count = 0;
    if (SSL_read_ex(ssl_.get(), room.data() + used, room.size() - used, &count) == 1) {
      used += count;
      continue;
    }
    const int error = SSL_get_error(ssl_.get(), 0);
    if (error == SSL_ERROR_WANT_READ) break;
    if (error == SSL_ERROR_ZERO_RETURN) return {.up = room.first(used), .state = State::closed};
    Heard failed = fail("TLS failed: " + take_ssl_error());
    failed.up = room.first(used);
    return failed;
  }
  return {.up = room.first(used)};
}

ByteLayer::Heard TlsLayer::fail(std::string why) {
  why_ = std::move(why);
  has_failed_ = true;
  pipe_ = {};
  return {.up = {}, .state = State::failed, .why = why_};
}

/// Fails in the middle of a handshake message only, which a client sends in pieces to nobody's good.
bool TlsLayer::say(base::Bytes bytes, std::vector<std::uint8_t>& down) {
  if (!is_open_ || has_failed_ || bytes.empty()) return true;
  ERR_clear_error();
  pipe_ = {{}, &down};
  std::size_t count = 0;
  has_failed_ = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count) != 1;
  pipe_ = {};
  return !has_failed_;
}

void TlsLayer::end(std::vector<std::uint8_t>& down) {
  if (!is_open_ || has_failed_) return;
  ERR_clear_error();
  pipe_ = {{}, &down};
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
  pipe_ = {};
}

const std::vector<std::uint8_t>* TlsLayer::psk_of(std::string_view identity) {
  const auto* key = context_->psk_of(identity);
  if (key != nullptr) psk_identity_ = identity;
  return key;
}

}  // namespace

unsigned find_psk(SSL* ssl, const char* identity, unsigned char* key, unsigned max_bytes) {
  if (identity == nullptr) return 0;
  const auto* found = static_cast<TlsLayer*>(SSL_get_app_data(ssl))->psk_of(identity);
  if (found == nullptr || found->size() > max_bytes) return 0;
  std::ranges::copy(*found, key);
  return static_cast<unsigned>(found->size());
}

std::unique_ptr<ByteLayer> make_tls_layer(std::shared_ptr<const TlsContext> context) {
  return std::make_unique<TlsLayer>(std::static_pointer_cast<const OpenTlsContext>(std::move(context)));
}

}  // namespace net
