// SPDX-License-Identifier: Apache-2.0
// TLS and WebSocket from socket to session, with one worker and with several.
#include <memory>
#include <string>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/integration/layered_client.h"
#include "tests/support/certificates.h"
#include "tests/support/running_server.h"
#include "tests/support/wire.h"

using support::RunningServer;
using Layers = LayeredClient::Layers;

namespace {

/// A server's certificate and who signs those of clients.
struct Files {
  support::Folder folder;
  support::Authority authority{"test authority"};

  app::TlsSettings tls() {
    const support::Identity server = authority.issue({.common_name = "server"});
    app::TlsSettings tls;
    tls.cert = folder.write("server.crt", server.certificate);
    tls.key = folder.write("server.key", server.key);
    return tls;
  }
  support::TlsClientOptions client(const std::string& name) {
    const support::Identity identity = authority.issue({.common_name = name});
    return {.certificate = folder.write(name + ".crt", identity.certificate),
            .key = folder.write(name + ".key", identity.key)};
  }
};

app::Config config_of(const app::TlsSettings& tls, app::Protocol protocol, std::uint32_t workers = 1) {
  app::Config config;
  config.broker.workers = workers;
  config.listeners.front().tls = tls;
  config.listeners.front().protocol = protocol;
  return config;
}

std::string connect_as(const std::string& id) { return "10 0D 00 04 'MQTT' 04 02 00 00 00 01 '" + id + "' "; }

/// PUBLISH to "t" at QoS 0.
std::vector<std::uint8_t> publish(const std::string& payload) {
  return support::wire_packet(0x30, "00 01 't' '" + payload + "'");
}

/// Each of several clients, wherever it belongs, hears what the last of them says.
void check_clients(const RunningServer& server, const Layers& layers) {
  std::vector<std::unique_ptr<LayeredClient>> clients;
  for (const char* id : {"a", "b", "c", "d", "e", "f"}) {
    clients.push_back(std::make_unique<LayeredClient>(server.port(), layers));
    REQUIRE(clients.back()->open());
    REQUIRE(clients.back()->send(connect_as(id) + "82 06 00 01 00 01 't' 00"));
    REQUIRE(clients.back()->expect("20 02 00 00 90 03 00 01 00"));
  }
  REQUIRE(clients.back()->send(publish("hello")));
  for (const auto& client : clients) CHECK(client->expect("30 08 00 01 't' 'hello'"));
  const std::string much(100'000, 'x');
  REQUIRE(clients.front()->send(publish(much)));
  for (const auto& client : clients) CHECK(client->receive(much.size() + 7).ends_with("xxx"));
  REQUIRE(clients.front()->send("E0 00"));
  CHECK(clients.front()->is_closed());
}

TEST_CASE("MQTT by TLS, by WebSocket and by both, with one worker and with several") {
  Files files;
  const app::TlsSettings tls = files.tls();
  for (const std::uint32_t workers : {1U, 3U}) {
    RunningServer by_tls(config_of(tls, app::Protocol::mqtt, workers));
    check_clients(by_tls, {.tls = support::TlsClientOptions{}});
    check_clients(by_tls, {.tls = support::TlsClientOptions{.version = TLS1_2_VERSION}});
    RunningServer by_websocket(config_of({}, app::Protocol::websocket, workers));
    check_clients(by_websocket, {.is_websocket = true});
    RunningServer by_both(config_of(tls, app::Protocol::websocket, workers));
    check_clients(by_both, {.tls = support::TlsClientOptions{}, .is_websocket = true});
  }
}

TEST_CASE("behind a proxy's header TLS and WebSocket begin as ever") {
  Files files;
  app::Config config = config_of(files.tls(), app::Protocol::websocket, 2);
  config.listeners.front().proxy_protocol = true;
  config.listeners.front().allow_anonymous = app::AllowAnonymous::yes;
  RunningServer server(config);
  for (const char* id : {"a", "b", "c"}) {
    LayeredClient client(server.port(), {.tls = support::TlsClientOptions{}, .is_websocket = true});
    REQUIRE(client.socket().send("'PROXY TCP4 192.0.2.7 10.0.0.1 1234 1883' 0D 0A"));
    REQUIRE(client.open());
    CHECK(client.send(connect_as(id)));
    CHECK(client.expect("20 02 00 00"));
  }
  CHECK(server.has_logged({"client_connected", "192.0.2.7:1234"}));
}

TEST_CASE("with an arena of 4 KiB nothing else comes out") {
  Files files;
  RunningServer server(config_of(files.tls(), app::Protocol::websocket), {.read = 1024, .arena = 4096});
  check_clients(server, {.tls = support::TlsClientOptions{}, .is_websocket = true});
}

TEST_CASE("with room for one handshake a turn all who come at once are served") {
  Files files;
  RunningServer server(config_of(files.tls(), app::Protocol::mqtt), {.costly_per_turn = 1});
  constexpr int clients = 8;
  std::vector<std::thread> threads;
  threads.reserve(clients);
  std::atomic<int> served = 0;
  for (int i = 0; i < clients; ++i) {
    threads.emplace_back([&server, &served, i] {
      for (int round = 0; round < 4; ++round) {
        LayeredClient client(server.port(), {.tls = support::TlsClientOptions{}});
        if (client.open() && client.send(connect_as(std::string(1, static_cast<char>('a' + i)))) &&
            client.expect("20 02 00 00"))
          ++served;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(served == 32);
}

TEST_CASE("F31: plain MQTT at a TLS listener is closed with one line that says so") {
  Files files;
  RunningServer server(config_of(files.tls(), app::Protocol::mqtt));
  support::SocketClient client(server.port());
  CHECK(client.send(connect_as("c")));
  CHECK(client.is_closed());
  CHECK(server.has_logged({"connection_refused", "tls_error", "it speaks MQTT without TLS"}));
}

TEST_CASE("F27: a handshake that never ends is over with the time for the CONNECT") {
  Files files;
  app::Config config = config_of(files.tls(), app::Protocol::mqtt);
  config.limits.connect_timeout = base::Duration(100);
  RunningServer server(config);
  support::SocketClient client(server.port());
  CHECK(client.send("16 03 01 02 00 01"));
  CHECK(client.is_closed());
  CHECK(server.has_logged({"connection_refused", "connection_idle"}));
}

TEST_CASE("a certificate's name is a user where anonymous clients may not come in") {
  Files files;
  app::TlsSettings tls = files.tls();
  tls.client_ca = files.folder.write("ca.crt", files.authority.certificate());
  tls.user = app::TlsUser::cn;
  app::Config config = config_of(tls, app::Protocol::mqtt, 2);
  config.listeners.front().allow_anonymous = app::AllowAnonymous::no;
  RunningServer server(config);
  for (const char* id : {"a", "b", "c"}) {
    LayeredClient known(server.port(), {.tls = files.client("gate")});
    REQUIRE(known.open());
    CHECK(known.send(connect_as(id)));
    CHECK(known.expect("20 02 00 00"));
    LayeredClient unknown(server.port(), {.tls = support::TlsClientOptions{}});
    REQUIRE(unknown.open());
    CHECK(unknown.send(connect_as(id)));
    CHECK(unknown.expect("20 02 00 05"));
  }
}

TEST_CASE("a refused certificate is one line with the reason, and the client hears it too") {
  Files files;
  app::TlsSettings tls = files.tls();
  tls.client_ca = files.folder.write("ca.crt", files.authority.certificate());
  tls.require_client_certificate = true;
  RunningServer server(config_of(tls, app::Protocol::mqtt));
  LayeredClient client(server.port(), {.tls = support::TlsClientOptions{.version = TLS1_2_VERSION}});
  CHECK_FALSE(client.open());
  CHECK_FALSE(client.tls()->error().empty());
  CHECK(server.has_logged({"connection_refused", "tls_error", "peer did not return a certificate"}));
}

TEST_CASE("F17: text in a WebSocket ends a client's connection, and its will is published") {
  RunningServer server(config_of({}, app::Protocol::websocket));
  LayeredClient watcher(server.port(), {.is_websocket = true});
  REQUIRE(watcher.open());
  REQUIRE(watcher.send(connect_as("w") + "82 06 00 01 00 01 'g' 00"));
  REQUIRE(watcher.expect("20 02 00 00 90 03 00 01 00"));
  LayeredClient client(server.port(), {.is_websocket = true});
  REQUIRE(client.open());
  REQUIRE(client.send("10 13 00 04 'MQTT' 04 06 00 00 00 01 'c' 00 01 'g' 00 01 'x'"));
  REQUIRE(client.expect("20 02 00 00"));
  CHECK(client.send_frame(0x81, support::wire("C0 00")));
  CHECK(client.is_closed());
  CHECK(watcher.expect("30 04 00 01 'g' 'x'"));
  CHECK(server.has_logged({"client_disconnected", "websocket_error", "MQTT is binary"}));
}

TEST_CASE("what came before the closing words is heard, also when it waits for its turn") {
  Files files;
  RunningServer server(config_of(files.tls(), app::Protocol::mqtt));
  LayeredClient watcher(server.port(), {.tls = support::TlsClientOptions{}});
  REQUIRE(watcher.open());
  REQUIRE(watcher.send(connect_as("w") + "82 06 00 01 00 01 't' 00"));
  REQUIRE(watcher.expect("20 02 00 00 90 03 00 01 00"));
  LayeredClient client(server.port(), {.tls = support::TlsClientOptions{}});
  REQUIRE(client.open());
  std::vector<std::uint8_t> all = support::wire(connect_as("c"));
  constexpr std::size_t messages = 5000;
  for (std::size_t i = 0; i < messages; ++i) {
    const auto one = publish("1");
    all.insert(all.end(), one.begin(), one.end());
  }
  REQUIRE(client.send(all));
  client.tls()->close();
  REQUIRE(client.socket().send(client.tls()->take()));
  CHECK(watcher.receive(messages * 6).size() == messages * 6);
}

TEST_CASE("F17: who sends pings and takes no pongs is not read on, and goes") {
  app::Config config = config_of({}, app::Protocol::websocket);
  config.limits.stall_timeout = base::Duration(300);
  RunningServer server(config);
  LayeredClient client(server.port(), {.is_websocket = true});
  client.socket().limit_receive_buffer();
  REQUIRE(client.open());
  REQUIRE(client.send(connect_as("c")));
  REQUIRE(client.expect("20 02 00 00"));
  std::vector<std::uint8_t> pings;
  for (int i = 0; i < 2000; ++i) {
    pings.insert(pings.end(), {0x89, 0xFD, 0, 0, 0, 0});
    pings.insert(pings.end(), 125, 0);
  }
  int rounds = 0;
  while (rounds < 400 && client.socket().send(pings))
    ++rounds;  // waits while it is not read, until it is closed
  CHECK(rounds < 400);
  CHECK(server.has_logged({"client_disconnected", "too_slow"}));
}

TEST_CASE("X-Forwarded-For names the client, who is then nobody near") {
  app::Config config = config_of({}, app::Protocol::websocket);
  RunningServer server(config);
  LayeredClient client(server.port(), {.is_websocket = true, .fields = "X-Forwarded-For: 192.0.2.7\r\n"});
  REQUIRE(client.open());
  REQUIRE(client.send(connect_as("c")));
  CHECK(client.expect("20 02 00 05"));
  CHECK(server.has_logged({"connection_refused", "192.0.2.7:0"}));
}

TEST_CASE("who comes by a proxy that does not say for whom is nobody near either") {
  RunningServer server(config_of({}, app::Protocol::websocket));
  for (const char* field : {"Via: 1.1 x\r\n", "Forwarded: for=192.168.1.2\r\n"}) {
    LayeredClient client(server.port(), {.is_websocket = true, .fields = field});
    REQUIRE(client.open());
    REQUIRE(client.send(connect_as("c")));
    CHECK(client.expect("20 02 00 05"));
  }
}

}  // namespace
