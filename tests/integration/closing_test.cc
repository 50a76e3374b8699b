// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"

using support::RunningServer;
using support::SocketClient;

TEST_CASE("malformed MQTT closes that connection only") {
  RunningServer server;
  SocketClient good(server.port());
  CHECK(good.connect("good"));
  for (const char* bad :
       {"36 05 00 01 't' 00 01", "30 03 00 01 '#'", "82 02 00 01", "30 80 80 80 80 01", "62 00", "F0 00"}) {
    SocketClient client(server.port());
    CHECK(client.connect("bad"));
    CHECK(client.send(bad));
    CHECK(client.is_closed());
    CHECK(good.send("C0 00"));
    CHECK(good.expect("D0 00"));
  }
}

TEST_CASE("a packet over limits.packet_bytes closes at its header") {
  app::Config config;
  config.limits.packet_bytes = 1024;
  RunningServer server(config);
  SocketClient client(server.port());
  CHECK(client.connect("c"));
  CHECK(client.send("30 FF 07"));  // 1 + 2 + 1023 bytes: two too many
  CHECK(client.is_closed());
  CHECK(server.has_logged({"client_disconnected", "client=c", "reason=packet_too_large"}));
}

TEST_CASE("DISCONNECT closes, a will is not published; a broken connection publishes it") {
  RunningServer server;
  SocketClient listener(server.port());
  CHECK(listener.connect("l"));
  CHECK(listener.send("82 09 00 01 00 04 'will' 00"));
  CHECK(listener.expect("90 03 00 01 00"));
  {
    SocketClient polite(server.port());
    CHECK(polite.send("10 19 00 04 'MQTT' 04 06 00 00 00 01 'p' 00 04 'will' 00 04 'nope'"));
    CHECK(polite.expect("20 02 00 00"));
    CHECK(polite.send("E0 00"));
    CHECK(polite.is_closed());
  }
  {
    SocketClient rude(server.port());
    CHECK(rude.send("10 19 00 04 'MQTT' 04 06 00 00 00 01 'r' 00 04 'will' 00 04 'gone'"));
    CHECK(rude.expect("20 02 00 00"));
  }
  CHECK(listener.expect("30 0A 00 04 'will' 'gone'"));
}

TEST_CASE("publishers that are cut off while their acknowledgements wait harm nobody") {
  RunningServer server({}, {.read = 1024, .arena = 4096});
  SocketClient witness(server.port());
  CHECK(witness.connect("witness"));
  std::vector<std::uint8_t> burst;
  for (int i = 0; i < 20'000; ++i)
    burst.insert(burst.end(), {0x32, 0x07, 0x00, 0x03, 't', '/', 'x', 0x00, 0x07});
  for (int round = 0; round < 30; ++round) {
    SocketClient publisher(server.port());
    publisher.limit_receive_buffer();
    CHECK(publisher.connect("p" + std::to_string(round)));
    CHECK(publisher.send(burst));
    publisher.reset();
  }
  CHECK(witness.send("C0 00"));
  CHECK(witness.expect("D0 00"));
}

TEST_CASE("stopping lets every client go and ends cleanly") {
  RunningServer server;
  SocketClient client(server.port());
  SocketClient silent(server.port());
  CHECK(client.connect("c"));
  server.stop();
  CHECK(client.is_closed());
  CHECK(server.has_logged({"client_disconnected", "the server stops"}));
}

TEST_CASE("a client id with line breaks and terminal codes stays one harmless line in the log") {
  RunningServer server;
  SocketClient client(server.port());
  CHECK(client.connect("evil\n\x1b[31mname"));
  CHECK(client.send("E0 00"));
  CHECK(client.is_closed());
  CHECK(server.has_logged({"client_connected", "client=\"evil\\u000a\\u001b[31mname\""}));
}
