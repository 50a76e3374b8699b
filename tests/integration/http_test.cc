// SPDX-License-Identifier: Apache-2.0
// HTTP listeners over sockets: what clients send in the worst order, and what it costs nobody else.
#include <chrono>
#include <string>

#include <catch2/catch.hpp>

#include "broker/base/bytes.h"
#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"

using support::RunningServer;
using support::SocketClient;

namespace {

app::Config with_http(std::uint32_t workers = 1) {
  app::Config config = support::loopback_config();
  config.broker.workers = workers;
  config.listeners.push_back({.bind = app::TcpBind{"127.0.0.1", 0},
                              .protocol = app::Protocol::http,
                              .unix_owner = {},
                              .allow_from = {},
                              .deny_from = {},
                              .tls = {},
                              .origins = {}});
  config.http.token = "0123456789abcdef";
  return config;
}

constexpr const char* token = "Authorization: Bearer 0123456789abcdef\r\n";

std::uint16_t http_port(RunningServer& server) { return server.get().addresses().back().port; }

bool send(SocketClient& client, std::string_view text) { return client.send(base::as_bytes(text)); }

/// What comes until `end` has come, or nothing more does.
std::string receive_until(SocketClient& client, std::string_view end) {
  std::string text;
  while (text.find(end) == std::string::npos) {
    const auto bytes = client.receive_some();
    if (bytes.empty()) break;
    text.append(base::as_text(bytes));
  }
  return text;
}

std::string request(std::string_view method, std::string_view path, std::string_view fields = "") {
  return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) +
         "\r\n";
}

std::string ask(RunningServer& server, const std::string& text) {
  SocketClient client(http_port(server));
  CHECK(send(client, text));
  std::string answer = receive_until(client, "\r\n\r\n");
  const std::size_t at = answer.find("Content-Length: ");
  const std::size_t length = at == std::string::npos ? 0 : std::stoul(answer.substr(at + 16));
  const std::size_t whole = answer.find("\r\n\r\n") + 4 + length;
  if (answer.size() < whole) answer.append(base::as_text(client.receive(whole - answer.size())));
  return answer;
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

}  // namespace

TEST_CASE("ten thousand requests sent at once are answered one after the other") {
  RunningServer server(with_http());
  SocketClient client(http_port(server));
  constexpr std::size_t count = 10'000;
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += request("GET", "/healthz");
  all += request("GET", "/last");
  std::size_t answered = 0;
  std::string tail;
  for (std::size_t sent = 0; sent < all.size();) {
    const std::size_t piece = std::min<std::size_t>(20'000, all.size() - sent);
    REQUIRE(send(client, std::string_view(all).substr(sent, piece)));
    sent += piece;
    while (answered < count * sent / all.size() - 1) {
      const auto bytes = client.receive_some();
      REQUIRE_FALSE(bytes.empty());
      tail.append(base::as_text(bytes));
      answered += count_of(tail, "ok\n");
      tail = tail.substr(tail.rfind("ok\n") == std::string::npos ? 0 : tail.rfind("ok\n") + 3);
    }
  }
  CHECK(receive_until(client, "nothing is served here").find("404 Not Found") != std::string::npos);
}

TEST_CASE("who sends requests and takes no answers is not read any further") {
  RunningServer server(with_http());
  SocketClient client(http_port(server));
  client.limit_receive_buffer();
  std::string all;
  for (int i = 0; i < 2000; ++i) all += request("GET", "/metrics");
  const std::size_t taken = client.send_until_stuck(base::as_bytes(all));
  CHECK(taken < all.size() * 100);  // it ends: a socket's buffers, not the broker's memory
  CHECK(ask(server, request("GET", "/healthz")).ends_with("ok\n"));
}

TEST_CASE("F27: a request that does not come to its end is answered with 408, silence is closed") {
  app::Config config = with_http();
  config.limits.connect_timeout = std::chrono::milliseconds{50};
  RunningServer server(config);
  SocketClient slow(http_port(server));
  CHECK(send(slow, "GET /healthz HT"));
  CHECK(receive_until(slow, "connect_timeout").starts_with("HTTP/1.1 408 "));
  SocketClient bodiless(http_port(server));
  CHECK(send(bodiless, request("POST", "/api/v1/login", "Content-Length: 10\r\n") + "{"));
  CHECK(receive_until(bodiless, "connect_timeout").starts_with("HTTP/1.1 408 "));
  SocketClient headless(http_port(server));
  CHECK(send(headless, request("POST", "/api/v1/login", "Content-Length: 10\r\n")));
  CHECK(receive_until(headless, "connect_timeout").starts_with("HTTP/1.1 408 "));
  SocketClient silent(http_port(server));
  CHECK(silent.is_closed());
}

TEST_CASE("what is no HTTP is answered and closed, MQTT too") {
  RunningServer server(with_http());
  SocketClient client(http_port(server));
  CHECK(
      send(client, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"));
  CHECK(receive_until(client, "said twice").starts_with("HTTP/1.1 400 "));
  SocketClient mqtt(http_port(server));
  CHECK(mqtt.send("10 0D 00 04 'MQTT' 04 02 00 00 00 01 'a'"));
  CHECK(send(mqtt, "\r\n\r\n"));
  CHECK(receive_until(mqtt, "no HTTP request").starts_with("HTTP/1.1 400 "));
}

TEST_CASE("the broker is ready when all workers answer") {
  RunningServer server(with_http(2));
  CHECK(ask(server, request("GET", "/readyz")).ends_with(R"({"status":"ready","reasons":[]})"));
}

TEST_CASE("clients of all workers are listed in pages by their ids") {
  RunningServer server(with_http(2));
  std::vector<SocketClient> clients;
  for (const char* id : {"a", "b", "c", "d", "e"}) {
    clients.emplace_back(server.port());
    CHECK(clients.back().connect(id));
  }
  const std::string first = ask(server, request("GET", "/api/v1/clients?count=3"));
  CHECK(count_of(first, R"("id":")") == 3);
  CHECK(first.ends_with(R"("next":"c"})"));
  const std::string second = ask(server, request("GET", "/api/v1/clients?count=3&after=c"));
  CHECK(count_of(second, R"("id":")") == 2);
  CHECK(second.find(R"("id":"d")") < second.find(R"("id":"e")"));
  CHECK(second.find("next") == std::string::npos);
  CHECK(ask(server, request("GET", "/api/v1/clients/nobody")).starts_with("HTTP/1.1 404 "));
  CHECK(ask(server, request("GET", "/api/v1/clients?count=0")).starts_with("HTTP/1.1 400 "));
}

TEST_CASE("clients with odd and long ids are listed to the end, and can be ended") {
  RunningServer server(with_http(2));
  std::vector<SocketClient> clients;
  const std::string alike(900, 'x');
  for (const std::string& id : {std::string("m\n"), alike + "1", alike + "2", std::string("z")}) {
    clients.emplace_back(server.port());
    CHECK(clients.back().connect(id));
  }
  CHECK(ask(server, request("GET", "/api/v1/clients?count=1&after=m%0A")).find(alike + "1") !=
        std::string::npos);
  const std::string page = ask(server, request("GET", "/api/v1/clients?count=1&after=n"));
  CHECK(page.find(R"("next":")" + std::string(599, 'x') + "y\"") != std::string::npos);
  const std::string rest =
      ask(server, request("GET", "/api/v1/clients?after=" + std::string(599, 'x') + "y"));
  CHECK(rest.find(R"("id":"z")") != std::string::npos);
  CHECK(count_of(rest, R"("id":")") == 1);
  CHECK(ask(server, request("DELETE", "/api/v1/clients/m%0A", "Authorization: Bearer 0123456789abcdef\r\n"))
            .ends_with(R"({"disconnected":true})"));
}

TEST_CASE("many who ask for the clients at once are all answered, whoever of them goes away meanwhile") {
  RunningServer server(with_http(2));
  SocketClient client(server.port());
  CHECK(client.connect("c"));
  std::vector<SocketClient> asking;
  for (int i = 0; i < 30; ++i) {
    asking.emplace_back(http_port(server));
    CHECK(send(asking.back(), request("GET", "/api/v1/clients", "Connection: close\r\n")));
    if (i % 3 == 0) asking.back().reset();
  }
  for (std::size_t i = 0; i < asking.size(); ++i) {
    if (i % 3 != 0) CHECK(receive_until(asking[i], R"("id":"c")").starts_with("HTTP/1.1 200 "));
  }
}

TEST_CASE("a client is disconnected by who has the token, on whichever worker it is") {
  RunningServer server(with_http(2));
  const std::string id = GENERATE("a", "b", "c", "d");
  SocketClient client(server.port());
  CHECK(client.connect(id));
  const std::string path = "/api/v1/clients/" + id;
  CHECK(ask(server, request("DELETE", path)).starts_with("HTTP/1.1 401 "));
  CHECK(ask(server, request("DELETE", path, "Authorization: Bearer 0123456789abcdeg\r\n"))
            .starts_with("HTTP/1.1 401 "));
  CHECK(ask(server, request("DELETE", path, "Authorization: Bearer 0123456789abcdef\r\n"))
            .ends_with(R"({"disconnected":true})"));
  CHECK(client.is_closed());
  CHECK(server.has_logged({"client_disconnected", "reason=ended_by_operator"}));
}

TEST_CASE("a client's facts say how its last connection ended, while it is away and when it is back") {
  RunningServer server(with_http(2));
  const std::string id = GENERATE("a", "b");
  const auto facts = [&] { return ask(server, request("GET", "/api/v1/clients/" + id)); };
  {
    SocketClient client(server.port());
    CHECK(client.send("10 0D 00 04 'MQTT' 04 00 00 00 00 01 '" + id + "'"));
    CHECK(client.expect("20 02 00 00"));
    CHECK(facts().find(R"("version":"3.1.1")") != std::string::npos);
    CHECK(facts().find("last_close") == std::string::npos);
  }
  std::string away = facts();
  // The worker hears of the end by the client's socket, and of the question by mail.
  while (away.find(R"("connected":true)") != std::string::npos) away = facts();
  CHECK(away.find(R"("last_close":{"reason":"connection_lost","seconds_ago":)") != std::string::npos);
  CHECK(away.find("version") == std::string::npos);
  SocketClient client(server.port());
  CHECK(client.connect(id));
  CHECK(facts().find(R"("last_close":{"reason":"connection_lost",)") != std::string::npos);
}

TEST_CASE("a client that is traced has a line for each packet, without payloads, until it is over") {
  RunningServer server(with_http(2));
  const std::string id = GENERATE("a", "b");
  SocketClient client(server.port());
  CHECK(client.connect(id));
  const auto api = [&](std::string_view method, const std::string& path) {
    return ask(server, request(method, path, "Authorization: Bearer 0123456789abcdef\r\n"));
  };
  CHECK(api("POST", "/api/v1/traces/nobody").starts_with("HTTP/1.1 404 "));
  CHECK(api("POST", "/api/v1/traces/" + id + "?seconds=3601").starts_with("HTTP/1.1 400 "));
  CHECK(ask(server, request("POST", "/api/v1/traces/" + id)).starts_with("HTTP/1.1 401 "));
  CHECK(api("POST", "/api/v1/traces/" + id + "?seconds=60").ends_with(R"({"traced":true})"));
  CHECK(client.send("32 0B 00 01 't' 00 07 'secret'"));
  CHECK(client.expect("40 02 00 07"));
  const std::string name = "client=" + id;
  CHECK(server.has_logged({"traced", name, "received", "PUBLISH", "bytes=13", "qos=1", "id=7", "topic=t"}));
  CHECK(server.has_logged({"traced", name, "sent", "PUBACK", "id=7"}));
  CHECK_FALSE(server.has_logged({"secret"}));
  CHECK(api("DELETE", "/api/v1/traces/" + id).ends_with(R"({"trace_ended":true})"));
  CHECK(client.send("C0 00"));
  CHECK(client.expect("D0 00"));
  CHECK_FALSE(server.has_logged({"traced", "PINGREQ"}));
}

TEST_CASE("a page of another site changes nothing, whatever it shows") {
  RunningServer server(with_http());
  CHECK(ask(server, request("DELETE", "/api/v1/bans", std::string(token) + "Origin: http://evil\r\n"))
            .starts_with("HTTP/1.1 403 "));
  CHECK(ask(server, request("DELETE", "/api/v1/bans", token)).starts_with("HTTP/1.1 200 "));
}

TEST_CASE("strangers are told that the process lives, and nothing more") {
  app::Config config = with_http();
  config.listeners.back().allow_anonymous = app::AllowAnonymous::no;
  RunningServer server(config);
  CHECK(ask(server, request("GET", "/healthz")).starts_with("HTTP/1.1 200 "));
  CHECK(ask(server, request("GET", "/readyz")).starts_with("HTTP/1.1 200 "));
  for (const char* path : {"/metrics", "/api/v1/stats", "/api/v1/clients", "/api/v1/bans"})
    CHECK(ask(server, request("GET", path)).starts_with("HTTP/1.1 401 "));
}

TEST_CASE("whoever comes by a proxy is no neighbour, though the proxy is one") {
  RunningServer server(with_http());
  CHECK(ask(server, request("GET", "/metrics")).starts_with("HTTP/1.1 200 "));
  for (const char* field :
       {"X-Forwarded-For: 192.168.1.2", "Forwarded: for=10.0.0.1", "Via: 1.1 x", "X-Real-IP: ::1",
        "X-Forwarded-Proto: https", "X-Forwarded-For:\r\nX-Forwarded-For: 192.168.1.2", "Via:"})
    CHECK(ask(server, request("GET", "/metrics", std::string(field) + "\r\n")).starts_with("HTTP/1.1 401 "));
}

TEST_CASE("no more connections are held than the limit") {
  RunningServer server(with_http());
  std::vector<SocketClient> clients;
  for (std::size_t i = 0; i < app::HttpService::max_connections; ++i) clients.emplace_back(http_port(server));
  CHECK(send(clients.back(), request("GET", "/healthz")));
  CHECK(receive_until(clients.back(), "ok\n").ends_with("ok\n"));
  SocketClient further(http_port(server));
  CHECK(further.is_closed());
  CHECK(server.has_logged({"connection_refused", "256 HTTP clients"}));
}

TEST_CASE("limits.connections_per_address is about the client behind the proxy") {
  app::Config config = with_http();
  config.listeners.back().proxy_protocol = true;
  config.limits.connections_per_address = 1;
  RunningServer server(config);
  const auto from = [](const std::string& ip, const std::string& text) {
    return "PROXY TCP4 " + ip + " 10.0.0.1 1 2\r\n" + text;
  };
  SocketClient first(http_port(server));
  CHECK(send(first, from("203.0.113.7", request("GET", "/healthz"))));
  CHECK(receive_until(first, "ok\n").starts_with("HTTP/1.1 200 "));
  SocketClient second(http_port(server));
  CHECK(send(second, from("203.0.113.7", request("GET", "/healthz"))));
  CHECK(second.is_closed());
  CHECK(server.has_logged({"http_closed", "too_many_from_address"}));
  SocketClient other(http_port(server));
  CHECK(send(other, from("203.0.113.8", request("GET", "/metrics", token))));
  CHECK(count_of(receive_until(other, "reason=\"too_many_from_address\"} 1"), "listener_refused_total") > 0);
}

TEST_CASE("a reload's answer says what has changed, or what is wrong") {
  app::ReloadReport report{.problems = {}, .changes = {"setting limits.inflight"}, .needs_restart = {}};
  RunningServer server(with_http(), {}, {},
                       [&report](app::Server& opened) { opened.on_hangup([&report] { return report; }); });
  CHECK(ask(server, request("POST", "/api/v1/reload", token))
            .ends_with(R"({"problems":[],"changes":["setting limits.inflight"],"needs_restart":[]})"));
  report.problems = {"f.toml:1: no"};
  CHECK(ask(server, request("POST", "/api/v1/reload", token)).starts_with("HTTP/1.1 422 "));
}
