// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"

using support::RunningServer;
using support::SocketClient;

TEST_CASE("the firmware's CONNECT with zero-length user and password is anonymous and served") {
  RunningServer server;
  SocketClient client(server.port());
  CHECK(client.send("10 19 00 04 'MQTT' 04 C2 00 0F 00 09 '!a1b2c3d4' 00 00 00 00"));
  CHECK(client.expect("20 02 00 00"));
}

TEST_CASE("so is one with the firmware's default user and password, for there is no password file") {
  RunningServer server;
  SocketClient client(server.port());
  CHECK(client.send("10 2A 00 04 'MQTT' 04 C2 00 0F 00 09 '!a1b2c3d4' 00 07 'meshdev' 00 0A 'large4cats'"));
  CHECK(client.expect("20 02 00 00"));
}

TEST_CASE("MQTT 3.1 is served") {
  RunningServer server;
  SocketClient client(server.port());
  CHECK(client.send("10 0F 00 06 'MQIsdp' 03 02 00 3C 00 01 'c'"));
  CHECK(client.expect("20 02 00 00"));
}

TEST_CASE(
    "MQTT 5 hears its own refusal, any other level CONNACK 1, then the connection closes [MQTT-3.1.2-2]") {
  RunningServer server;
  SocketClient five(server.port());
  CHECK(five.send("10 0E 00 04 'MQTT' 05 02 00 3C 00 00 01 'c'"));
  CHECK(five.expect("20 03 00 84 00"));
  CHECK(five.is_closed());
  SocketClient nine(server.port());
  CHECK(nine.send("10 0D 00 04 'MQTT' 09 02 00 3C 00 01 'c'"));
  CHECK(nine.expect("20 02 00 01"));
  CHECK(nine.is_closed());
}

TEST_CASE("anything but CONNECT closes at its first byte [MQTT-3.1.0-1]") {
  RunningServer server;
  for (const char* first : {"00", "20", "30", "82", "C0", "E0", "F0", "'GET / HTTP/1.1'"}) {
    SocketClient client(server.port());
    CHECK(client.send(first));
    CHECK(client.is_closed());
  }
}

TEST_CASE("a malformed CONNECT closes without a CONNACK [MQTT-3.1.4-1]") {
  RunningServer server;
  SocketClient client(server.port());
  CHECK(client.send("10 0D 00 04 'MQTT' 04 03 00 3C 00 01 'c'"));
  CHECK(client.is_closed());
  CHECK(server.has_logged({"connection_refused", "MQTT-3.1.2-3"}));
}

TEST_CASE("a CONNECT longer than one can be closes before it is buffered") {
  RunningServer server;
  SocketClient client(server.port());
  CHECK(client.send("10 FF FF FF 7F 00 04"));
  CHECK(client.is_closed());
}

TEST_CASE("no CONNECT in time ends the connection") {
  app::Config config;
  config.limits.connect_timeout = base::Duration(50);
  RunningServer server(config);
  SocketClient client(server.port());
  CHECK(client.send("10"));
  CHECK(client.is_closed());
  CHECK(server.has_logged({"connect_timeout"}));
}

TEST_CASE("what comes behind the CONNECT in one write is served; after a refusal it is not [MQTT-3.1.4-5]") {
  RunningServer server;
  SocketClient client(server.port());
  CHECK(client.send("10 0D 00 04 'MQTT' 04 02 00 3C 00 01 'c' C0 00 C0 00"));
  CHECK(client.expect("20 02 00 00 D0 00 D0 00"));
  SocketClient refused(server.port());
  CHECK(refused.send("10 0C 00 04 'MQTT' 04 00 00 3C 00 00 C0 00"));
  CHECK(refused.expect("20 02 00 02"));
  CHECK(refused.is_closed());
}

TEST_CASE("an anonymous client that may not come in hears not authorised, and the log says what to set") {
  app::Config config;
  config.listeners.front().allow_anonymous = app::AllowAnonymous::no;
  RunningServer server(config);
  SocketClient client(server.port());
  CHECK(client.send("10 0D 00 04 'MQTT' 04 02 00 3C 00 01 'c'"));
  CHECK(client.expect("20 02 00 05"));
  CHECK(client.is_closed());
  CHECK(server.has_logged({"connection_refused", "listener.allow_anonymous", "127.0.0.1"}));
}

TEST_CASE("a taken port is an error that names it") {
  RunningServer server;
  app::Config config;
  config.listeners.front().bind = app::TcpBind{"127.0.0.1", server.port()};
  const base::Log log(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {});
  const auto second = app::Server::open(config, log, {});
  REQUIRE_FALSE(second);
  CHECK(second.error() == "127.0.0.1:" + std::to_string(server.port()) +
                              " is taken by another program; stop that one or choose another port");
}
