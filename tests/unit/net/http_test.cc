// SPDX-License-Identifier: Apache-2.0
#include "broker/net/http.h"

#include <catch2/catch.hpp>

using net::HttpProblem;
using net::HttpReader;
using net::HttpRequest;

namespace {

using Next = std::optional<base::Expected<HttpRequest, HttpProblem>>;

Next read(std::string_view text) {
  HttpReader reader;
  reader.give(base::as_bytes(text));
  return reader.next();
}

/// 0: it is served; -1: more has to come.
int status_of(std::string_view text) {
  const Next next = read(text);
  if (!next) return -1;
  return *next ? 0 : static_cast<int>(next->error().status);
}

std::string get(std::string_view target, std::string_view fields = "Host: h\r\n") {
  return "GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(fields) + "\r\n";
}

}  // namespace

TEST_CASE("a request is read with its fields, query and body") {
  const Next next = read(
      "POST /api/v1/login?next=%2Fa&x HTTP/1.1\r\nHost: h\r\nX-One: 1\r\nContent-Length: 4\r\n\r\nbodyGET");
  REQUIRE(next);
  REQUIRE(*next);
  const HttpRequest& request = **next;
  CHECK(request.method == "POST");
  CHECK(request.path == "/api/v1/login");
  CHECK(request.parameter("next") == "/a");
  CHECK(request.parameter("x") == "");
  CHECK_FALSE(request.parameter("y"));
  CHECK(request.field("x-one") == "1");
  CHECK(request.field("x-two").empty());
  CHECK(request.body == "body");
  CHECK(request.keeps_alive);
}

TEST_CASE("requests that come in pieces or several at once are the same requests") {
  const std::string all =
      get("/a") + "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nxy" + get("/c");
  const std::size_t piece = GENERATE(1U, 2U, 3U, 7U, 1000U);
  HttpReader reader;
  std::string paths;
  for (std::size_t at = 0; at < all.size(); at += piece) {
    reader.give(base::as_bytes(std::string_view(all).substr(at, piece)));
    while (const Next next = reader.next()) {
      REQUIRE(*next);
      paths += (*next)->path + (*next)->body;
    }
  }
  CHECK(paths == "/a/bxy/c");
  CHECK_FALSE(reader.has_begun());
}

TEST_CASE("a path is decoded, and the whole of a URL may stand in its place") {
  CHECK((*read(get("/a%20b%2fc")))->path == "/a b/c");
  CHECK((*read(get("http://h:80/x?y")))->path == "/x");
  CHECK((*read(get("http://h")))->path == "/");
  CHECK((*read(get("HTTPS://[::1]:8443/x")))->path == "/x");
  CHECK(status_of(get("/%")) == 400);
  CHECK(status_of(get("/%4")) == 400);
  CHECK(status_of(get("/%zz")) == 400);
  CHECK(status_of(get("/a%00b")) == 400);
  CHECK((*read(get("/a%0d%0aX:y")))->path == "/a\r\nX:y");  // a client id may have it
  CHECK(status_of(get("a")) == 400);
  CHECK(status_of(get("http")) == 400);
  CHECK(status_of(get("~ttp://h/x")) == 400);
  CHECK(status_of(get("http:///x")) == 400);
  CHECK(status_of(get("http://\xc1/x")) == 400);
  CHECK(status_of(get("*")) == 400);
}

TEST_CASE("the authority of a URL ends where its query begins, and only URLs of HTTP are taken for a path") {
  const Next next = read(get("http://h?x=/y"));
  REQUIRE(next);
  REQUIRE(*next);
  CHECK((*next)->path == "/");
  CHECK((*next)->query == "x=/y");
  CHECK(status_of(get("a?b://c/d")) == 400);
  CHECK(status_of(get("ftp://h/x")) == 400);
  CHECK(status_of(get("http://?x")) == 400);
}

TEST_CASE("a client that says close in any of its Connection fields is not kept") {
  const auto is_kept = [](std::string_view fields) {
    return (*read(get("/", "Host: h\r\n" + std::string(fields))))->keeps_alive;
  };
  CHECK(is_kept("Connection: x\r\n"));
  CHECK_FALSE(is_kept("Connection: x, Close\r\n"));
  CHECK_FALSE(is_kept("Connection: keep-alive\r\nConnection: close\r\n"));
  CHECK((*read("GET / HTTP/1.0\r\nConnection: x\r\nConnection: keep-alive\r\n\r\n"))->keeps_alive);
}

TEST_CASE("what is no request of HTTP/1 is refused with the status that says why") {
  CHECK(status_of("\x16\x03\x01\r\n\r\n") == 400);
  CHECK(status_of("GET /\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/2.0\r\nHost: h\r\n\r\n") == 505);
  CHECK(status_of("GET / HTTP/1.1\r\n\r\n") == 400);  // no Host
  CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 0);
  CHECK(status_of(get("/", "Host: h\r\nHost: i\r\n")) == 400);
  CHECK(status_of(get("/", "Host: h\r\nBad field: 1\r\n")) == 400);
  CHECK(status_of(get("/", "Host: h\r\nX: a\r\n b\r\n")) == 400);
  CHECK(status_of(get("/", "Host: h\r\nX: a\r\n\tb\r\n")) == 400);
  CHECK(status_of(get("/", "Host: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n")) == 417);
}

TEST_CASE("a request whose length is said in two ways is refused, so that none is smuggled") {
  const auto status = [](std::string_view fields) {
    return status_of("POST / HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\nxxxx");
  };
  CHECK(status("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n") == 400);
  CHECK(status("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n") == 400);
  CHECK(status("Content-Length: 4\r\nContent-Length: 5\r\n") == 400);
  CHECK(status("Content-Length: 4\r\nContent-Length: 4\r\n") == 400);
  CHECK(status("Content-Length: -4\r\n") == 400);
  CHECK(status("Content-Length: 4, 4\r\n") == 400);
  CHECK(status("Content-Length: 99999999999999999999999\r\n") == 400);
  CHECK(status("Transfer-Encoding: chunked\r\n") == 411);
  CHECK(status("Transfer-Encoding: gzip\r\n") == 501);
  CHECK(status("Content-Length: 4\r\n") == 0);
}

TEST_CASE("each limit of a request has its status") {
  const std::string room(net::max_http_target_bytes - 1, 'a');
  CHECK(status_of(get("/" + room)) == 0);
  CHECK(status_of(get("/" + room + "a")) == 414);
  CHECK(status_of("GET /" + std::string(net::max_http_head_bytes, 'a')) == 414);  // however long it goes on
  const std::string head = get("/", "Host: h\r\nX: " + std::string(8000, 'x') + "\r\n");
  const std::size_t left = net::max_http_head_bytes - head.size();
  CHECK(status_of(get("/", "Host: h\r\nX: " + std::string(8000 + left, 'x') + "\r\n")) == 0);
  CHECK(status_of(get("/", "Host: h\r\nX: " + std::string(8001 + left, 'x') + "\r\n")) == 431);
  CHECK(status_of(get("/", "Host: h\r\nContent-Length: 65536\r\n")) == -1);
  CHECK(status_of(get("/", "Host: h\r\nContent-Length: 65537\r\n")) == 413);
}

TEST_CASE("empty lines before a request are left out, but not any number of them") {
  std::string lines;
  for (std::size_t i = 0; i < net::max_http_blank_lines; ++i) lines += "\r\n";
  CHECK(status_of(lines + get("/")) == 0);
  CHECK(status_of(lines + "\r\n" + get("/")) == 400);
  net::HttpReader reader;
  for (int request = 0; request < 3; ++request) {  // they are counted for each request
    reader.give(base::as_bytes(lines + get("/")));
    const auto next = reader.next();
    CHECK((next && *next));
  }
}

TEST_CASE("an answer says its length, and HEAD and 204 have no body") {
  const net::HttpResponse response{.status = 404, .body = "{}", .fields = {{"Allow", "GET"}}};
  const std::string text = net::to_text(response, false, true, "now");
  CHECK(text.starts_with("HTTP/1.1 404 Not Found\r\nDate: now\r\n"));
  CHECK(text.find("\r\nAllow: GET\r\n") != std::string::npos);
  CHECK(text.find("\r\nConnection: keep-alive\r\n") != std::string::npos);
  CHECK(text.ends_with("\r\nContent-Length: 2\r\n\r\n{}"));
  CHECK(net::to_text(response, true, false, "now").ends_with("\r\nContent-Length: 2\r\n\r\n"));
  const std::string empty = net::to_text({.status = 204}, false, true, "now");
  CHECK(empty.find("Content-Length") == std::string::npos);
  CHECK(empty.ends_with("\r\n\r\n"));
}

TEST_CASE("a date is written as HTTP wants it") {
  CHECK(net::http_date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
}
