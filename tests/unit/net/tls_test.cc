// SPDX-License-Identifier: Apache-2.0
#include "broker/net/tls.h"

#include <string>

#include <catch2/catch.hpp>
#include <openssl/ssl.h>

#include "tests/support/certificates.h"
#include "tests/support/tls_client.h"
#include "tests/support/wire.h"

namespace {

using Bytes = std::vector<std::uint8_t>;
using State = net::ByteLayer::State;
using support::TlsClient;

/// An authority, a server it has signed, a client it has signed.
struct Files {
  support::Folder folder;
  support::Authority authority{"test authority"};
  support::Identity server = authority.issue({.common_name = "server"});
  support::Identity client = authority.issue({.common_name = "gate"});

  net::TlsOptions options() const {
    return {.cert = folder.write("server.crt", server.certificate),
            .key = folder.write("server.key", server.key)};
  }
  net::TlsOptions with_clients() const {
    net::TlsOptions options = this->options();
    options.client_ca = folder.write("ca.crt", authority.certificate());
    options.require_client_certificate = true;
    return options;
  }
  TlsClient::Options known_client(int version = 0) const {
    return {.version = version,
            .certificate = folder.write("client.crt", client.certificate),
            .key = folder.write("client.key", client.key)};
  }
};

/// A client and the server's layer, in one thread, by bytes.
struct Talk {
  explicit Talk(const net::TlsOptions& options, TlsClient::Options client_options = {})
      : client(std::move(client_options)) {
    const auto context = net::TlsContext::open(options);
    REQUIRE(context);
    layer = net::make_tls_layer(*context);
  }
  /// The server hears this, in pieces of `cut`.
  State send(Bytes bytes, std::size_t cut = 1 << 16) {
    for (std::size_t at = 0; at < bytes.size() && state == State::open; at += cut) {
      const auto heard =
          layer->hear(std::span(bytes).subspan(at, std::min(cut, bytes.size() - at)), {turn, down});
      up.append(heard.up.begin(), heard.up.end());
      state = heard.state;
      why = heard.why;
      costly += heard.was_costly ? 1 : 0;
    }
    client.hear(std::exchange(down, {}));
    return state;
  }
  /// Until nobody has anything to say.
  bool shake_hands(std::size_t cut = 1 << 16) {
    bool is_over = false;
    for (int round = 0; round < 8 && state == State::open; ++round) {
      is_over = client.shake_hands() || is_over;
      send(client.take(), cut);
    }
    return is_over && state == State::open && client.error().empty();
  }

  TlsClient client;
  std::unique_ptr<net::ByteLayer> layer;
  base::Arena turn;
  Bytes down;
  std::string up;
  State state = State::open;
  std::string why;
  int costly = 0;
};

constexpr int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

TEST_CASE("a client is heard and answered, in either version, also byte by byte") {
  const Files files;
  for (const int version : versions) {
    for (const std::size_t cut : {std::size_t{1}, std::size_t{1} << 16}) {
      Talk talk(files.options(), {.version = version});
      REQUIRE(talk.shake_hands(cut));
      talk.client.write(support::wire("'hello'"));
      CHECK(talk.send(talk.client.take(), cut) == State::open);
      CHECK(talk.up == "hello");
      CHECK(talk.layer->say(support::wire("'welcome'"), talk.down));
      talk.client.hear(talk.down);
      CHECK(talk.client.read() == "welcome");
      CHECK_FALSE(talk.layer->is_costly());
    }
  }
}

TEST_CASE("much comes through whole, however the records are cut") {
  const Files files;
  std::string text(200'000, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 >> 3);
  for (const std::size_t cut : {std::size_t{1000}, std::size_t{16'406}, std::size_t{65'536}}) {
    Talk talk(files.options());
    REQUIRE(talk.shake_hands());
    talk.client.write(base::as_bytes(text));
    CHECK(talk.send(talk.client.take(), cut) == State::open);
    CHECK(talk.up == text);
    CHECK(talk.layer->say(base::as_bytes(text), talk.down));
    talk.client.hear(talk.down);
    CHECK(talk.client.read() == text);
  }
}

TEST_CASE("a closed client is told from a lost one, and is told of the end itself") {
  const Files files;
  Talk talk(files.options());
  REQUIRE(talk.shake_hands());
  talk.client.write(support::wire("'last'"));
  talk.client.close();
  CHECK(talk.send(talk.client.take()) == State::closed);
  CHECK(talk.up == "last");
  Talk other(files.options());
  REQUIRE(other.shake_hands());
  other.layer->end(other.down);
  other.client.hear(other.down);
  CHECK(other.client.read().empty());
  CHECK(other.client.has_heard_close());
}

TEST_CASE("F31: who speaks without TLS is told from the first byte on") {
  const Files files;
  Talk mqtt(files.options());
  CHECK(mqtt.send(support::wire("10 0D 00 04 'MQTT'")) == State::failed);
  CHECK(mqtt.why == "it speaks MQTT without TLS, this listener only with");
  Talk http(files.options());
  CHECK(http.send(support::wire("'GET / HTTP/1.1'")) == State::failed);
  CHECK(http.why == "it speaks HTTP without TLS, this listener only with");
}

TEST_CASE("a record that was changed on its way ends it with an alert") {
  const Files files;
  for (const int version : versions) {
    Talk talk(files.options(), {.version = version});
    REQUIRE(talk.shake_hands());
    talk.client.write(support::wire("'hello'"));
    Bytes record = talk.client.take();
    record.back() ^= 1U;
    CHECK(talk.send(record) == State::failed);
    CHECK(talk.up.empty());
    CHECK_THAT(talk.why, Catch::StartsWith("TLS failed: "));
    talk.client.read();
    CHECK_FALSE(talk.client.error().empty());
  }
}

TEST_CASE("the oldest version is what it is set to") {
  const Files files;
  net::TlsOptions options = files.options();
  options.min_version = net::TlsVersion::v1_3;
  CHECK(Talk(options, {.version = TLS1_3_VERSION}).shake_hands());
  Talk old(options, {.version = TLS1_2_VERSION});
  CHECK_FALSE(old.shake_hands());
  CHECK(old.why == "the TLS handshake failed: unsupported protocol");
}

TEST_CASE("only the ciphers of the list are spoken") {
  const Files files;
  net::TlsOptions options = files.options();
  options.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384:TLS_AES_256_GCM_SHA384";
  for (const int version : versions) {
    Talk talk(options, {.version = version});
    REQUIRE(talk.shake_hands());
    CHECK_THAT(SSL_get_cipher_name(talk.client.ssl()), Catch::Contains("AES") && Catch::EndsWith("SHA384"));
  }
  options.ciphers = "NONSENSE";
  CHECK(net::TlsContext::open(options).error().option == "ciphers");
}

TEST_CASE("F31: a client may not renegotiate") {
  const Files files;
  Talk talk(files.options(), {.version = TLS1_2_VERSION});
  REQUIRE(talk.shake_hands());
  SSL_renegotiate(talk.client.ssl());
  talk.client.shake_hands();
  CHECK(talk.send(talk.client.take()) == State::open);
  CHECK_FALSE(talk.client.shake_hands());
  CHECK_FALSE(talk.client.error().empty());
  CHECK(talk.costly <= 2);
}

TEST_CASE("a required certificate is asked for, checked, and may be the user") {
  const Files files;
  net::TlsOptions options = files.with_clients();
  options.user = net::TlsUser::cn;
  for (const int version : versions) {
    Talk talk(options, files.known_client(version));
    REQUIRE(talk.shake_hands());
    CHECK(talk.layer->facts().user == "gate");
    Talk without(options, {.version = version});
    CHECK_FALSE(without.shake_hands());
    CHECK(without.why == "the TLS handshake failed: peer did not return a certificate");
  }
  options.user = net::TlsUser::subject;
  Talk whole(options, files.known_client());
  REQUIRE(whole.shake_hands());
  CHECK(whole.layer->facts().user == "CN=gate");
}

TEST_CASE("a certificate of another authority is refused with the reason") {
  const Files files;
  support::Authority stranger("stranger");
  const support::Identity identity = stranger.issue({.common_name = "gate"});
  Talk talk(files.with_clients(), {.certificate = files.folder.write("s.crt", identity.certificate),
                                   .key = files.folder.write("s.key", identity.key)});
  CHECK_FALSE(talk.shake_hands());
  CHECK_THAT(talk.why, Catch::StartsWith("the TLS handshake failed: certificate verify failed: "));
}

TEST_CASE("a certificate with no common name or two makes nobody a user") {
  Files files;
  net::TlsOptions options = files.with_clients();
  options.user = net::TlsUser::cn;
  for (const support::Authority::Subject& subject :
       {support::Authority::Subject{.common_name = ""},
        support::Authority::Subject{.common_name = "gate", .second_name = "admin"},
        support::Authority::Subject{.common_name = std::string("gate\n")}}) {
    files.client = files.authority.issue(subject);
    Talk talk(options, files.known_client());
    CHECK_FALSE(talk.shake_hands());
    CHECK_THAT(talk.why, Catch::StartsWith("its certificate has no name that a user could have"));
  }
}

TEST_CASE("a certificate that need not be there makes no user when it is not") {
  const Files files;
  net::TlsOptions options = files.with_clients();
  options.require_client_certificate = false;
  options.user = net::TlsUser::cn;
  Talk without(options);
  REQUIRE(without.shake_hands());
  CHECK(without.layer->facts().user.empty());
  Talk with(options, files.known_client());
  REQUIRE(with.shake_hands());
  CHECK(with.layer->facts().user == "gate");
}

TEST_CASE("a revoked certificate is refused, the others are not") {
  const Files files;
  net::TlsOptions options = files.with_clients();
  options.crl = files.folder.write("none.crl", files.authority.revocations({}));
  CHECK(Talk(options, files.known_client()).shake_hands());
  options.crl = files.folder.write("one.crl", files.authority.revocations({files.client.serial}));
  Talk revoked(options, files.known_client());
  CHECK_FALSE(revoked.shake_hands());
  CHECK(revoked.why == "the TLS handshake failed: certificate verify failed: certificate revoked");
}

TEST_CASE("who asks for a name is shown the certificate of that name, or else the first") {
  Files files;
  const support::Identity other = files.authority.issue({.common_name = "other", .host = "other.example"});
  net::TlsOptions options = files.options();
  options.further_certs = {files.folder.write("other.pem", other.certificate + other.key)};
  for (const auto& [name, shown] :
       {std::pair{"other.example", "other"}, std::pair{"else.example", "server"}, std::pair{"", "server"}}) {
    Talk talk(options, {.name = name});
    REQUIRE(talk.shake_hands());
    CHECK(talk.client.peer_name() == shown);
  }
}

TEST_CASE("F31: a name nobody can have and protocols nobody speaks are passed over") {
  const Files files;
  Talk talk(files.options(), {.name = std::string(255, '\x1b')});
  const Bytes protocols = support::wire("05 FF FE 0D 0A 2A 01 'x'");
  REQUIRE(SSL_set_alpn_protos(talk.client.ssl(), protocols.data(), static_cast<unsigned>(protocols.size())) ==
          0);
  REQUIRE(talk.shake_hands());
  CHECK(talk.client.peer_name() == "server");
}

/// The identity is the user; a wrong key is refused.
void check_keys(net::TlsOptions options, int version) {
  options.user = net::TlsUser::psk;
  Talk talk(options, {.version = version, .identity = "gate", .psk = "\1\2\3\4\5\6\7\10"});
  REQUIRE(talk.shake_hands());
  CHECK(talk.layer->facts().user == "gate");
  CHECK_FALSE(Talk(options, {.version = version, .identity = "gate", .psk = "\1"}).shake_hands());
}

TEST_CASE("a pre-shared key is enough, and its identity may be the user") {
  const Files files;
  net::TlsOptions options;
  options.psk_file = files.folder.write("psk", "# keys\ngate:0102030405060708\n\nother:ff\r\n");
  for (const int version : versions) {
    check_keys(options, version);
    CHECK_FALSE(Talk(options, {.version = version, .identity = "nobody", .psk = "\1"}).shake_hands());
  }
}

TEST_CASE("beside a certificate a client that has a key is known by it, and one that has none is served") {
  const Files files;
  net::TlsOptions options = files.options();
  options.psk_file = files.folder.write("psk", "gate:0102030405060708\n");
  for (const int version : versions) {
    check_keys(options, version);
    Talk without(options, {.version = version});
    REQUIRE(without.shake_hands());
    CHECK(without.layer->facts().user.empty());
  }
}

TEST_CASE("where clients prove who they are nobody resumes a session") {
  const Files files;
  for (const net::TlsOptions& options : {files.options(), files.with_clients()}) {
    Talk talk(options, files.known_client(TLS1_3_VERSION));
    REQUIRE(talk.shake_hands());
    talk.client.read();
    const bool has_ticket = SSL_SESSION_has_ticket(SSL_get0_session(talk.client.ssl())) == 1;
    CHECK(has_ticket == options.client_ca.empty());
  }
}

/// Which option is at fault, and why.
std::string problem(const net::TlsOptions& options) {
  const auto context = net::TlsContext::open(options);
  return context ? "none" : context.error().option + ": " + context.error().what;
}

TEST_CASE("a file that is of no use is named, with what is wrong") {
  const Files files;
  const std::string nonsense = files.folder.write("nonsense", "x");
  net::TlsOptions options = files.options();
  options.cert = files.folder.path("missing");
  CHECK_THAT(problem(options), Catch::StartsWith("cert: " + options.cert + ": no certificate can be read: "));
  options = files.options();
  options.key = nonsense;
  CHECK_THAT(problem(options), Catch::StartsWith("key: " + nonsense + ": no private key"));
  options.key = files.folder.write("other.key", files.client.key);
  CHECK_THAT(problem(options), Catch::StartsWith("key: " + options.key));
  options = files.with_clients();
  options.client_ca = nonsense;
  CHECK_THAT(problem(options), Catch::StartsWith("client_ca: " + nonsense));
  options = files.with_clients();
  options.crl = nonsense;
  CHECK_THAT(problem(options), Catch::StartsWith("crl: " + nonsense));
  options = files.options();
  options.further_certs = {nonsense};
  CHECK_THAT(problem(options), Catch::StartsWith("further_certs: " + nonsense));
}

TEST_CASE("a bad line of the key file is named by its number, and its key never") {
  const Files files;
  for (const std::string line : {"gate", ":0102", "gate:", "gate:0x01", "gate:123", "gate:01\ngate:01"}) {
    net::TlsOptions options;
    options.psk_file = files.folder.write("psk", "a:00\n" + line + "\n");
    CHECK_THAT(problem(options), Catch::StartsWith("psk_file: " + options.psk_file + ":"));
    CHECK(problem(options).find("0102") == std::string::npos);
  }
  net::TlsOptions empty;
  empty.psk_file = files.folder.write("psk", "# nobody\n");
  CHECK_THAT(problem(empty), Catch::EndsWith("has no identity:hex line"));
}

TEST_CASE("F31: a certificate chain without an end is refused while it comes") {
  const Files files;
  Talk talk(files.with_clients(), {.version = TLS1_2_VERSION});
  talk.client.shake_hands();
  Bytes hello = talk.client.take();
  CHECK(talk.send(hello) == State::open);
  Bytes certificates = support::wire("16 03 03 40 00 0B FF FF FF");
  certificates.resize(5 + 0x4000);
  CHECK(talk.send(certificates) == State::failed);
}

TEST_CASE("a handshake costs once, and bytes that say nothing new cost nothing") {
  const Files files;
  Talk talk(files.options(), {.version = TLS1_2_VERSION});
  CHECK(talk.layer->is_costly());
  REQUIRE(talk.shake_hands(1));
  CHECK(talk.costly >= 1);
  CHECK(talk.costly <= 4);
}

}  // namespace
