// SPDX-License-Identifier: Apache-2.0
// Who may be connected at the same time, and what somebody may hold who never says who he is.
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <poll.h>

#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"
#include "tests/support/wire.h"

using support::RunningServer;
using support::SocketClient;

namespace {

constexpr const char* connect_c = "10 0D 00 04 'MQTT' 04 02 00 3C 00 01 'c'";

/// A CONNECT with a password of that many bytes.
std::vector<std::uint8_t> long_connect(std::string_view client_id, std::size_t password_bytes) {
  const std::vector<std::uint8_t> password(password_bytes, 'p');
  mqtt::Connect connect;
  connect.client_id = client_id;
  connect.user_name = "u";
  connect.password = password;
  return support::encoded(connect);
}

/// Answered by nobody else than who reads what came before it.
bool answers_ping(SocketClient& client) { return client.send("C0 00") && client.expect("D0 00"); }

}  // namespace

TEST_CASE("a full listener closes the newcomer unread and says why; a place that is left is free again") {
  app::Config config;
  config.listeners.front().max_connections = 2;
  RunningServer server(config);
  SocketClient first(server.port());
  SocketClient second(server.port());
  CHECK(first.connect("first"));
  CHECK(second.connect("second"));
  SocketClient third(server.port());
  CHECK(third.send(connect_c));
  CHECK(third.is_closed());
  CHECK(server.has_logged({"connection_refused", "reason=too_many_connections", "listener.max_connections"}));
  CHECK(first.send("E0 00"));
  CHECK(first.is_closed());
  SocketClient fourth(server.port());
  CHECK(fourth.connect("fourth"));
  server.stop();
  CHECK(server.has_logged({"counted", "of=closed", "name=too_many_connections", "count=1"}));
}

TEST_CASE("limits.connections counts greetings too, so that silence takes nobody's place twice") {
  app::Config config;
  config.limits.connections = 2;
  RunningServer server(config);
  SocketClient silent(server.port());
  CHECK(silent.send("10"));
  SocketClient client(server.port());
  CHECK(client.connect("client"));
  SocketClient third(server.port());
  CHECK(third.send(connect_c));
  CHECK(third.is_closed());
  CHECK(server.has_logged({"connection_refused", "limits.connections"}));
  CHECK(silent.send("00"));  // no remaining length of zero has a CONNECT
  CHECK(silent.is_closed());
  SocketClient fourth(server.port());
  CHECK(fourth.connect("fourth"));
}

TEST_CASE("a taken-over session's connection gives its place back") {
  app::Config config;
  config.limits.connections = 2;
  RunningServer server(config);
  SocketClient witness(server.port());
  CHECK(witness.connect("witness"));
  for (int i = 0; i < 5; ++i) {
    SocketClient one(server.port());
    CHECK(one.connect("same"));
    one.reset();
    CHECK(answers_ping(witness));
  }
}

TEST_CASE("an address of a private network is not limited by limits.connections_per_address") {
  app::Config config;
  config.limits.connections_per_address = 1;
  RunningServer server(config);
  SocketClient first(server.port());
  SocketClient second(server.port());
  CHECK(first.connect("first"));
  CHECK(second.connect("second"));
}

TEST_CASE("more connections than there are descriptors for is said at start") {
  app::Config config;
  config.limits.connections = 4'000'000'000;
  RunningServer server(config);
  CHECK(server.has_logged({"limit_lowered", "limits.connections", "LimitNOFILE"}));
}

TEST_CASE("a CONNECT in single bytes has no more time than one in a piece: connect_timeout is from accept") {
  app::Config config;
  config.limits.connect_timeout = base::Duration(300);
  RunningServer server(config);
  SocketClient client(server.port());
  const auto packet = long_connect("drip", 4000);
  std::size_t sent = 0;
  bool is_ended = false;
  while (!is_ended && sent < packet.size()) {
    is_ended = !client.send(base::Bytes(packet).subspan(sent++, 1));
    pollfd ending{.fd = client.fd(), .events = POLLIN, .revents = 0};
    is_ended = is_ended || poll(&ending, 1, 5) > 0;
  }
  CHECK(sent < packet.size());
  CHECK(client.is_closed());
  CHECK(server.has_logged({"connection_refused", "reason=connection_idle", "limits.connect_timeout"}));
}

TEST_CASE("unfinished CONNECTs share limits.connect_bytes: past it the largest goes, the others go on") {
  app::Config config;
  config.limits.connect_bytes = 80'000;
  RunningServer server(config);
  const auto large = long_connect("large", 60'000);
  const auto small = long_connect("small", 40'000);
  SocketClient greedy(server.port());
  SocketClient modest(server.port());
  CHECK(greedy.send(base::Bytes(large).first(55'000)));
  CHECK(modest.send(base::Bytes(small).first(30'000)));
  CHECK(greedy.is_closed());
  CHECK(server.has_logged({"connection_refused", "reason=too_many_connect_bytes", "limits.connect_bytes"}));
  CHECK(modest.send(base::Bytes(small).subspan(30'000)));
  CHECK(modest.expect("20 02 00 00"));
  // What was complete or has gone counts no more.
  SocketClient witness(server.port());
  CHECK(witness.connect("witness"));
  for (int i = 0; i < 3; ++i) {
    SocketClient next(server.port());
    CHECK(next.send(base::Bytes(large).first(55'000)));
    CHECK(answers_ping(witness));  // by then it is accepted,
    CHECK(answers_ping(witness));  // by now it is read
    CHECK(next.send(base::Bytes(large).subspan(55'000)));
    CHECK(next.expect("20 02 00 00"));
  }
}

TEST_CASE("a flood of refused greetings is some lines and a sum in the log") {
  RunningServer server;
  for (int i = 0; i < 1050; ++i) {
    SocketClient client(server.port());
    CHECK(client.send("00"));
    CHECK(client.is_closed());
  }
  server.stop();
  CHECK(server.has_logged({"log_suppressed", "what=connection_refused", "address=127.0.0.1", "suppressed="}));
}
