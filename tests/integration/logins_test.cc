// SPDX-License-Identifier: Apache-2.0
// Users, rules and what a reload makes of them, over TCP with the whole server.
#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "broker/base/owner.h"
#include "tests/integration/people.h"
#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"
#include "tests/support/wire.h"
#include "tests/unit/app/temporary_file.h"

using people::ann_secret;
using people::bob_hidden;
using support::encoded;
using support::RunningServer;
using support::SocketClient;

namespace {

// As mosquitto_passwd wrote it.
constexpr std::string_view ann_other =
    "ann:$7$101$qbTTbbglOZGX98Jf$2+pMrrgq5/047GGjJnPco709primPIZYwM5Atvs/lT"
    "xG24Ua1TFfPfvemozIBxyOE02zqf1eCxsNh/cWi9LaNA==\n";

// No password of hers; it takes a while to find that out.
constexpr std::string_view ann_slow =
    "ann:$7$100000$qbTTbbglOZGX98Jf$2+pMrrgq5/047GGjJnPco709primPIZYwM5Atvs/lT"
    "xG24Ua1TFfPfvemozIBxyOE02zqf1eCxsNh/cWi9LaNA==\n";

constexpr std::string_view let_in = "20 02 00 00";
constexpr std::string_view resumed = "20 02 01 00";
constexpr std::string_view wrong = "20 02 00 04";
constexpr std::string_view refused = "20 02 00 05";

struct Login {
  std::string_view id, user, password;
  bool clean = true;
  std::string_view will = {};  // its topic
};

bool log_in(SocketClient& client, const Login& login, std::string_view connack) {
  mqtt::Connect connect;
  connect.client_id = login.id;
  connect.clean_start = login.clean;
  connect.session_expiry_s = login.clean ? 0 : 0xffffffff;
  connect.user_name = login.user;
  connect.password = base::as_bytes(login.password);
  if (!login.will.empty()) connect.will = mqtt::Will{.topic = login.will, .payload = base::as_bytes("gone")};
  return client.send(encoded(connect)) && client.expect(connack);
}

struct Fixture {
  TemporaryFile users{std::string(ann_secret) + std::string(bob_hidden)};
  app::Config config;

  Fixture() { config.auth.password_file = users.path(); }
  static void write(const TemporaryFile& file, std::string_view content) {
    std::ofstream(file.path(), std::ios::binary) << content;
  }
  /// What a reload does when all is well.
  void reload(RunningServer& server) const {
    const auto access = app::load_access(config.auth);
    REQUIRE(access.has_value());
    server.get().apply(*access);
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a right password lets in, a wrong one or a wrong name hears code 4") {
  RunningServer server(config);
  SocketClient right(server.port()), wrong_password(server.port()), stranger(server.port());
  CHECK(log_in(right, {"a", "ann", "secret"}, let_in));
  CHECK(log_in(wrong_password, {"b", "ann", "hidden"}, wrong));
  CHECK(wrong_password.is_closed());
  CHECK(log_in(stranger, {"c", "eve", "secret"}, wrong));
  CHECK(stranger.is_closed());
  CHECK(server.has_logged({"client_connected", "client=a", "user=ann"}));
  CHECK(server.has_logged({"login_failed", "user=eve"}));
  CHECK(server.has_logged({"connection_refused", "reason=bad_credentials"}));
  CHECK_FALSE(server.has_logged({"secret"}));
  CHECK_FALSE(server.has_logged({"hidden"}));
}

TEST_CASE_METHOD(Fixture,
                 "without a name a client is anonymous, and the listener says whether it may come in") {
  RunningServer open(config);
  SocketClient nobody(open.port());
  CHECK(nobody.connect("n"));
  config.listeners.front().allow_anonymous = app::AllowAnonymous::no;
  RunningServer closed(config);
  SocketClient again(closed.port()), ann(closed.port());
  again.send(encoded([] {
    mqtt::Connect connect;
    connect.client_id = "n";
    return connect;
  }()));
  CHECK(again.expect(refused));
  CHECK(log_in(ann, {"a", "ann", "secret"}, let_in));
}

TEST_CASE("without a users file names and passwords are ignored") {
  RunningServer server;
  SocketClient gateway(server.port());
  CHECK(log_in(gateway, {"!a1b2c3d4", "meshdev", "large4cats"}, let_in));
}

TEST_CASE_METHOD(Fixture, "what a client sends behind its CONNECT waits for the password, whoever owns it") {
  config.broker.workers = GENERATE(1U, 3U);
  RunningServer server(config);
  for (std::uint32_t worker = 0; worker < config.broker.workers; ++worker) {
    std::string id = "c";
    while (base::owner_of(id, config.broker.workers) != worker) id += 'c';
    mqtt::Connect connect;
    connect.client_id = id;
    connect.user_name = "ann";
    connect.password = base::as_bytes("secret");
    std::vector<std::uint8_t> bytes = encoded(connect);
    for (const auto& more : {encoded(mqtt::Subscribe{1, {{"t", {}}}}),
                             encoded(mqtt::Publish{.topic = "t", .payload = base::as_bytes("x")})}) {
      bytes.insert(bytes.end(), more.begin(), more.end());
    }
    SocketClient client(server.port());
    client.send(bytes);
    CHECK(client.expect("20 02 00 00 90 03 00 01 00 30 04 00 01 't' 'x'"));
    client.send("C0 00");
    CHECK(client.expect("D0 00"));
  }
}

TEST_CASE_METHOD(Fixture,
                 "a client that goes while its password is looked at leaves nothing, and its guess counts") {
  config.auth.never_banned.clear();
  RunningServer server(config);
  for (int i = 0; i < 4; ++i) {
    SocketClient client(server.port());
    mqtt::Connect connect;
    connect.client_id = "c";
    connect.user_name = "ann";
    connect.password = base::as_bytes("guess");
    client.send(encoded(connect));
    client.reset();
  }
  SocketClient last(server.port());
  while (!server.has_logged({"login_shut", "is=back-off"})) {
    SocketClient client(server.port());
    log_in(client, {"c", "ann", "guess"}, wrong);
  }
  CHECK(log_in(last, {"c", "ann", "secret"}, refused));
}

TEST_CASE_METHOD(Fixture,
                 "after too many failures the door is shut, the log says until when, and it can be opened") {
  config.auth.never_banned.clear();
  RunningServer server(config);
  for (int i = 0; i < 4; ++i) {
    SocketClient client(server.port());
    CHECK(log_in(client, {"c", "ann", "guess"}, wrong));
  }
  SocketClient shut(server.port());
  CHECK(log_in(shut, {"c", "ann", "secret"}, refused));
  CHECK(server.has_logged(
      {"login_shut", "for=127.0.0.1", "failures=4", "is=back-off", "until=20", "seconds=1"}));
  CHECK(server.has_logged({"connection_refused", "reason=login_refused"}));
  server.get().login_guard().forgive_all();
  SocketClient again(server.port());
  CHECK(log_in(again, {"c", "ann", "secret"}, let_in));
}

TEST_CASE_METHOD(Fixture, "guesses that were sent before the door was shut do not come in either") {
  config.auth.never_banned.clear();
  write(users, ann_slow);
  RunningServer server(config);
  std::vector<SocketClient> clients;
  for (int i = 0; i < 40; ++i) {
    mqtt::Connect connect;
    connect.client_id = "c";
    connect.user_name = "ann";
    connect.password = base::as_bytes("guess");
    clients.emplace_back(server.port());
    clients.back().send(encoded(connect));
  }
  for (SocketClient& client : clients) client.receive_some();
  const auto counts = server.get().login_guard().counts();
  const auto refusals = std::ranges::find(counts, "login_refused", &base::Count::name);
  REQUIRE(refusals != counts.end());
  CHECK(refusals->value >= 30);
}

TEST_CASE_METHOD(Fixture, "this machine's own address is never banned as shipped") {
  RunningServer server(config);
  for (int i = 0; i < 15; ++i) {
    SocketClient client(server.port());
    CHECK(log_in(client, {"c", "ann", "guess"}, wrong));
  }
  SocketClient right(server.port());
  CHECK(log_in(right, {"c", "ann", "secret"}, let_in));
}

TEST_CASE_METHOD(Fixture, "F15: another user cannot take a client id over") {
  RunningServer server(config);
  SocketClient ann(server.port()), bob(server.port());
  CHECK(log_in(ann, {"c", "ann", "secret"}, let_in));
  CHECK(log_in(bob, {"c", "bob", "hidden"}, refused));
  CHECK(bob.is_closed());
  ann.send("C0 00");
  CHECK(ann.expect("D0 00"));
}

TEST_CASE_METHOD(Fixture, "rules hold over TCP: publish, subscribe, delivery, of users and of strangers") {
  const TemporaryFile rules("topic read news\nuser ann\ntopic readwrite news\ntopic write secret\n");
  config.auth.acl_file = rules.path();
  config.broker.workers = GENERATE(1U, 3U);
  RunningServer server(config);
  SocketClient ann(server.port()), nobody(server.port());
  CHECK(log_in(ann, {"a", "ann", "secret"}, let_in));
  CHECK(nobody.connect("n"));
  nobody.send(encoded(mqtt::Subscribe{1, {{"#", {}}, {"other", {}}, {"news", {}}}}));
  CHECK(nobody.expect("90 05 00 01 00 80 00"));
  nobody.send("30 06 00 04 'news'");  // refused: neither heard by ann nor by itself
  nobody.send("C0 00");
  CHECK(nobody.expect("D0 00"));
  ann.send("30 08 00 06 'secret'");
  ann.send("32 0A 00 04 'news' 00 07 'hi'");
  CHECK(ann.expect("40 02 00 07"));
  CHECK(nobody.expect("30 08 00 04 'news' 'hi'"));
  CHECK(server.has_logged({"subscription_denied", "client=n", "topic=other"}));
  CHECK(server.has_logged({"publish_denied", "client=n", "topic=news"}));
}

TEST_CASE_METHOD(Fixture, "F4: the names of a pattern go in literally") {
  const TemporaryFile rules("pattern readwrite devices/%c/#\npattern read users/%u\n");
  config.auth.acl_file = rules.path();
  RunningServer server(config);
  for (const std::string_view id : {"+", "#", "a/b", "+/x"}) {
    SocketClient client(server.port());
    CHECK(log_in(client, {id, "ann", "secret"}, let_in));
    client.send(encoded(
        mqtt::Subscribe{1, {{"devices/other/state", {}}, {"devices/a/b/state", {}}, {"users/ann", {}}}}));
    CHECK(client.expect("90 05 00 01 80 80 00"));
  }
}

TEST_CASE_METHOD(Fixture, "F8: an empty rules file denies everything to everybody") {
  const TemporaryFile rules("# nothing\n\n");
  config.auth.acl_file = rules.path();
  RunningServer server(config);
  SocketClient ann(server.port());
  CHECK(log_in(ann, {"a", "ann", "secret"}, let_in));
  ann.send(encoded(mqtt::Subscribe{1, {{"#", {}}, {"a", {}}}}));
  CHECK(ann.expect("90 04 00 01 80 80"));
}

TEST_CASE_METHOD(Fixture, "F8: a bad line of either file refuses the start, with file and line") {
  const base::Log log(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {});
  const TemporaryFile rules("topic read a\ntopics b\n");
  config.auth.acl_file = rules.path();
  for (const char* line : {"eve", "eve:", ":x", "eve:plain"}) {
    write(users, std::string(ann_secret) + line + "\n");
    const auto server = app::Server::open(config, log, {});
    REQUIRE_FALSE(server.has_value());
    CHECK_THAT(server.error(), Catch::Contains(users.path() + ":2: "));
    CHECK_THAT(server.error(), Catch::Contains(rules.path() + ":2: "));
  }
  config.auth.password_file = "/nonexistent/users";
  CHECK_THAT(app::Server::open(config, log, {}).error(), Catch::Contains("auth.password_file"));
}

TEST_CASE_METHOD(Fixture,
                 "F16: a removed user's client is closed, its will unheard, its session gone; others stay") {
  config.broker.workers = GENERATE(1U, 3U);
  RunningServer server(config);
  SocketClient ann(server.port()), bob(server.port());
  CHECK(log_in(bob, {"b", "bob", "hidden", false}, let_in));
  bob.send(encoded(mqtt::Subscribe{1, {{"will", {}}, {"t", {}}}}));
  CHECK(bob.expect("90 04 00 01 00 00"));
  CHECK(log_in(ann, {"a", "ann", "secret", false, "will"}, let_in));
  write(users, bob_hidden);
  reload(server);
  CHECK(ann.is_closed());
  CHECK(server.has_logged({"client_disconnected", "client=a", "reason=user_removed"}));
  SocketClient again(server.port());
  CHECK(log_in(again, {"a", "ann", "secret"}, wrong));
  write(users, std::string(ann_secret) + std::string(bob_hidden));
  reload(server);
  SocketClient back(server.port());
  CHECK(log_in(back, {"a", "ann", "secret", false}, let_in));  // nothing is resumed
  back.send("30 04 00 01 't' 'x'");
  CHECK(bob.expect("30 04 00 01 't' 'x'"));
}

TEST_CASE_METHOD(Fixture, "a changed password disconnects, and the new one finds the session again") {
  RunningServer server(config);
  SocketClient ann(server.port());
  CHECK(log_in(ann, {"a", "ann", "secret", false}, let_in));
  write(users, ann_other);
  reload(server);
  CHECK(ann.is_closed());
  SocketClient old(server.port()), now(server.port());
  CHECK(log_in(old, {"a", "ann", "secret", false}, wrong));
  CHECK(log_in(now, {"a", "ann", "other", false}, resumed));
}

TEST_CASE_METHOD(Fixture, "F11: rules that are read again hold for subscriptions that are there") {
  const TemporaryFile rules("topic readwrite #\n");
  config.auth.acl_file = rules.path();
  RunningServer server(config);
  SocketClient client(server.port());
  CHECK(client.connect("c"));
  client.send(encoded(mqtt::Subscribe{1, {{"#", {}}}}));
  CHECK(client.expect("90 03 00 01 00"));
  write(rules, "topic readwrite #\ntopic deny t\n");
  reload(server);
  client.send("30 04 00 01 't' 'x' 30 04 00 01 'u' 'y'");
  CHECK(client.expect("30 04 00 01 'u' 'y'"));
}
