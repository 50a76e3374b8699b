// SPDX-License-Identifier: Apache-2.0
#include "broker/net/upgrade.h"

#include <map>
#include <string>

#include <catch2/catch.hpp>

namespace {

using Fields = std::map<std::string, std::string>;

Fields usual() {
  return {{"Host", "broker.example:9001"},
          {"Upgrade", "websocket"},
          {"Connection", "keep-alive, Upgrade"},
          {"Sec-WebSocket-Version", "13"},
          {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
          {"Sec-WebSocket-Protocol", "mqtt"}};
}

std::string head(const Fields& fields, const std::string& first = "GET /mqtt HTTP/1.1") {
  std::string text = first + "\r\n";
  for (const auto& [name, value] : fields) text.append(name).append(": ").append(value).append("\r\n");
  return text + "\r\n";
}

net::Upgrade judge(const std::string& text, const std::vector<std::string>& origins = {}) {
  return net::judge_upgrade(text, {.origins = origins});
}

/// The usual request with one field changed; empty: without it.
net::Upgrade judge_with(const std::string& name, const std::string& value,
                        const std::vector<std::string>& origins = {}) {
  Fields fields = usual();
  fields[name] = value;
  if (value.empty()) fields.erase(name);
  return judge(head(fields), origins);
}

std::string status_of(const net::Upgrade& upgrade) { return upgrade.response.substr(9, 3); }

TEST_CASE("the request of RFC 6455 is answered as it says") {
  const net::Upgrade upgrade = judge(head(usual()));
  CHECK(upgrade.is_accepted);
  CHECK(status_of(upgrade) == "101");
  CHECK_THAT(upgrade.response, Catch::Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  CHECK_THAT(upgrade.response, Catch::EndsWith("Sec-WebSocket-Protocol: mqtt\r\n\r\n"));
}

TEST_CASE("of the subprotocols one that is served is chosen; without one it is refused [MQTT-6.0.0-3]") {
  CHECK_THAT(judge_with("Sec-WebSocket-Protocol", "x, mqttv3.1").response,
             Catch::Contains("Protocol: mqttv3.1\r\n"));
  CHECK_THAT(judge_with("Sec-WebSocket-Protocol", "mqttv3.1, mqtt").response,
             Catch::Contains("Protocol: mqtt\r\n"));
  CHECK(status_of(judge_with("Sec-WebSocket-Protocol", "chat")) == "400");
  CHECK(status_of(judge_with("Sec-WebSocket-Protocol", "")) == "400");
}

TEST_CASE("F17: what a request lacks has its status") {
  CHECK(status_of(judge_with("Upgrade", "")) == "426");
  CHECK(status_of(judge_with("Connection", "close")) == "426");
  CHECK(status_of(judge_with("Sec-WebSocket-Version", "8")) == "426");
  CHECK(status_of(judge_with("Sec-WebSocket-Key", "")) == "400");
  CHECK(status_of(judge_with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ")) == "400");
  CHECK(status_of(judge_with("Sec-WebSocket-Key", "!!!!!!!!!!!!!!!!!!!!!!==")) == "400");
  CHECK(status_of(judge_with("Host", "")) == "400");
  CHECK(status_of(judge_with("X", "a\r\n b")) == "400");
  CHECK(status_of(judge_with("Content-Length", "5")) == "400");
  CHECK(status_of(judge_with("Transfer-Encoding", "chunked")) == "400");
  CHECK(status_of(judge(head(usual(), "GET / HTTP/1.1"))) == "404");
  CHECK(status_of(judge(head(usual(), "POST /mqtt HTTP/1.1"))) == "405");
  CHECK(status_of(judge(head(usual(), "GET /mqtt HTTP/1.0"))) == "400");
  CHECK(status_of(judge("\x10\x0d\r\n\r\n")) == "400");
  CHECK(judge(head(usual(), "GET /mqtt?token=x HTTP/1.1")).is_accepted);
}

TEST_CASE("without origins in the configuration only the host's own pages may connect, whatever their port") {
  CHECK(judge_with("Origin", "http://broker.example").is_accepted);
  CHECK(judge_with("Origin", "https://BROKER.example:8443").is_accepted);
  CHECK(status_of(judge_with("Origin", "https://evil.example")) == "403");
  CHECK(status_of(judge_with("Origin", "https://broker.example.evil.example")) == "403");
  CHECK(status_of(judge_with("Origin", "null")) == "403");
  Fields v6 = usual();
  v6["Host"] = "[::1]:9001";
  v6["Origin"] = "http://[::1]:8080";
  CHECK(judge(head(v6)).is_accepted);
  v6["Origin"] = "http://[::2]:8080";
  CHECK_FALSE(judge(head(v6)).is_accepted);
}

TEST_CASE("with origins exactly these may, or all") {
  const std::vector<std::string> one = {"https://a.example:8443"};
  CHECK(judge_with("Origin", "https://a.example:8443", one).is_accepted);
  CHECK_FALSE(judge_with("Origin", "https://a.example", one).is_accepted);
  CHECK_FALSE(judge_with("Origin", "http://a.example:8443", one).is_accepted);
  CHECK_FALSE(judge_with("Origin", "https://broker.example", one).is_accepted);
  CHECK(judge_with("Origin", "null", {"*"}).is_accepted);
}

/// Whom a request from `peer` speaks for; 10/8 is trusted.
std::string client(const std::string& chain, const char* peer = "10.0.0.1") {
  const std::vector<std::string> origins;
  Fields fields = usual();
  fields["X-Forwarded-For"] = chain;
  const auto is_trusted = [](const net::Address& address) { return address.ip[12] == 10 && address.is_v4(); };
  const net::Upgrade upgrade =
      net::judge_upgrade(head(fields), {origins, is_trusted, *net::parse_address(peer, 1)});
  if (!upgrade.is_proxied) return "itself";
  return upgrade.client ? upgrade.client->text() : "unknown";
}

TEST_CASE("the client is the last whom no trusted proxy added") {
  CHECK(client("192.0.2.7") == "192.0.2.7:0");
  CHECK(client("6.6.6.6, 192.0.2.7, 10.0.0.2") == "192.0.2.7:0");
  CHECK(client("10.0.0.3, 10.0.0.2") == "10.0.0.3:0");
  CHECK(client("[2001:db8::7]:80") == "[2001:db8::7]:0");
  CHECK(client("192.0.2.7:80") == "192.0.2.7:0");
  CHECK(client("2001:db8::7") == "[2001:db8::7]:0");
}

TEST_CASE("what is no address hides the client, and a stranger's word counts for nothing") {
  CHECK(client("unknown") == "unknown");
  CHECK(client("192.0.2.7, x, 10.0.0.2") == "10.0.0.2:0");
  CHECK(client("192.0.2.7", "192.0.2.9") == "unknown");
}

TEST_CASE("whatever a proxy adds says that it is one, also if it is empty or not believed") {
  CHECK_FALSE(judge(head(usual())).is_proxied);
  for (const char* name : {"Via", "Forwarded", "X-Real-IP", "x-forwarded-proto"}) {
    for (const char* value : {"", "1.1 x"}) {
      Fields fields = usual();
      fields[name] = value;
      CHECK(judge(head(fields)).is_proxied);
    }
  }
}

}  // namespace
