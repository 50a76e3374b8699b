// SPDX-License-Identifier: Apache-2.0
// Who comes in by which listener.
#include <filesystem>
#include <string>

#include <catch2/catch.hpp>

#include "tests/support/certificates.h"
#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"

using support::RunningServer;
using support::SocketClient;

namespace {

const std::string connect_c = "10 0D 00 04 'MQTT' 04 02 00 00 00 01 'c' ";
const std::string connack = "20 02 00 00";

app::Network network(std::uint8_t first, unsigned bits) {
  return {.ip = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, first}, .bits = 96 + bits};
}

app::Config behind_proxy() {
  app::Config config;
  config.listeners.front().proxy_protocol = true;
  config.listeners.front().allow_anonymous = app::AllowAnonymous::yes;
  return config;
}

TEST_CASE("a unix socket is served, its clients count as near, and its file goes with the broker") {
  const support::Folder folder;
  app::Config config;
  config.listeners.resize(2);
  config.listeners[1].bind = app::UnixBind{folder.path("s")};
  for (const std::uint32_t workers : {1U, 3U}) {
    config.broker.workers = workers;
    {
      RunningServer server(config);
      for (const char* id : {"a", "b", "c", "d"}) {
        SocketClient client(folder.path("s"));
        CHECK(client.connect(id));
        CHECK(client.send("C0 00"));
        CHECK(client.expect("D0 00"));
      }
      CHECK(server.has_logged({"listening", "unix:" + folder.path("s")}));
      CHECK(server.has_logged({"client_connected", "address=unix"}));
    }
    CHECK_FALSE(std::filesystem::exists(folder.path("s")));
  }
}

TEST_CASE("IPv6 is served") {
  const auto address = net::parse_address("::1", 0);
  REQUIRE(address);
  app::Config config;
  config.listeners.resize(2);
  config.listeners[1].bind = app::TcpBind{"::1", 0};
  RunningServer server(config);
  CHECK(server.has_logged({"listening", "[::1]:"}));
}

TEST_CASE("a denied network is closed before it is read, also where it is allowed") {
  app::Config config;
  config.listeners.front().allow_from = {network(127, 8)};
  config.listeners.front().deny_from = {network(127, 8)};
  RunningServer server(config);
  SocketClient client(server.port());
  client.send(connect_c);
  CHECK(client.is_closed());
  CHECK(server.has_logged({"connection_refused", "network_refused", "listener.deny_from"}));
}

TEST_CASE("where networks are allowed no other comes in") {
  app::Config config;
  config.listeners.front().allow_from = {network(10, 8)};
  RunningServer refusing(config);
  SocketClient stranger(refusing.port());
  stranger.send(connect_c);
  CHECK(stranger.is_closed());
  config.listeners.front().allow_from.push_back({.is_private = true});
  RunningServer server(config);
  SocketClient client(server.port());
  CHECK(client.connect("c"));
}

TEST_CASE("a proxy's header says who the client is") {
  RunningServer server(behind_proxy());
  SocketClient client(server.port());
  CHECK(client.send("'PROXY TCP4 192.0.2.7 10.0.0.1 1234 1883' 0D 0A " + connect_c));
  CHECK(client.expect(connack));
  CHECK(server.has_logged({"client_connected", "address=192.0.2.7:1234"}));
}

TEST_CASE("F32: what begins without a header is closed with one line that says so") {
  RunningServer server(behind_proxy());
  SocketClient client(server.port());
  CHECK(client.send(connect_c));
  CHECK(client.is_closed());
  CHECK(server.has_logged({"connection_refused", "proxy_error", "its PROXY header is missing"}));
}

TEST_CASE("F32: who is no trusted proxy is not read") {
  app::Config config = behind_proxy();
  config.listeners.front().trusted_proxies = {network(10, 8)};
  RunningServer server(config);
  SocketClient client(server.port());
  client.send("'PROXY TCP4 192.0.2.7 10.0.0.1 1234 1883' 0D 0A " + connect_c);
  CHECK(client.is_closed());
  CHECK(server.has_logged({"connection_refused", "network_refused", "listener.trusted_proxies"}));
}

TEST_CASE("behind a proxy nobody is near, whatever address he gives; the proxy itself is") {
  app::Config config = behind_proxy();
  config.listeners.front().allow_anonymous = app::AllowAnonymous::private_only;
  RunningServer server(config);
  for (const std::string source : {"TCP4 10.0.0.9 10.0.0.1 1 2", "TCP4 192.0.2.7 10.0.0.1 1 2", "UNKNOWN"}) {
    SocketClient client(server.port());
    CHECK(client.send("'PROXY " + source + "' 0D 0A " + connect_c));
    CHECK(client.expect("20 02 00 05"));
    CHECK(client.is_closed());
  }
  SocketClient local(server.port());
  CHECK(local.send("0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A 20 00 00 00 " + connect_c));
  CHECK(local.expect(connack));
}

TEST_CASE("networks and limits are about the client behind the proxy") {
  app::Config config = behind_proxy();
  config.listeners.front().deny_from = {network(198, 8), network(127, 8)};
  config.limits.connections_per_address = 1;
  RunningServer server(config);
  const auto from = [](const std::string& ip) { return "'PROXY TCP4 " + ip + " 10.0.0.1 1 2' 0D 0A "; };
  SocketClient denied(server.port());
  CHECK(denied.send(from("198.0.0.1") + connect_c));
  CHECK(denied.is_closed());
  SocketClient first(server.port());
  CHECK(first.send(from("203.0.113.7") + connect_c));
  CHECK(first.expect(connack));
  SocketClient second(server.port());
  CHECK(second.send(from("203.0.113.7") + "10 0D 00 04 'MQTT' 04 02 00 00 00 01 'd'"));
  CHECK(second.is_closed());
  CHECK(server.has_logged({"connection_refused", "too_many_from_address"}));
  SocketClient other(server.port());
  CHECK(other.send(from("203.0.113.8") + "10 0D 00 04 'MQTT' 04 02 00 00 00 01 'e'"));
  CHECK(other.expect(connack));
}

TEST_CASE("F31: who comes through the wrong door is told which in the log") {
  RunningServer server;
  SocketClient tls(server.port());
  CHECK(tls.send("16 03 01 02 00 01"));
  CHECK(tls.is_closed());
  CHECK(server.has_logged({"connection_refused", "it speaks TLS, this listener does not"}));
  SocketClient http(server.port());
  CHECK(http.send("'GET /mqtt HTTP/1.1'"));
  CHECK(http.is_closed());
  CHECK(server.has_logged({"connection_refused", "it speaks HTTP, this listener MQTT"}));
}

}  // namespace
