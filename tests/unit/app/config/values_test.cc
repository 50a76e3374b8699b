// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/values.h"

#include <chrono>
#include <string>

#include <catch2/catch.hpp>

namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;
using Octets = std::vector<std::uint8_t>;

TEST_CASE("a duration is numbers with units, added up") {
  const std::pair<const char*, base::Duration> cases[] = {
      {"500ms", 500ms},
      {"10s", 10s},
      {"15m", 15min},
      {"2h", 2h},
      {"7d", 168h},
      {"1w", 168h},
      {"1h30m", 90min},
      {"1m500ms", 60'500ms},
      {"0s", 0ms},
      {"007s", 7s},
      {"36600d", std::chrono::hours(24) * 36600},
  };
  for (const auto& [text, duration] : cases) {
    INFO(text);
    REQUIRE(app::parse_duration(text));
    CHECK(*app::parse_duration(text) == duration);
  }
}

TEST_CASE("what is no duration is refused with an example") {
  for (const char* text :
       {"", "10", "s", "10x", "10S", "-1s", "1.5h", "1 s", " 1s", "1s ", "1h30", "+1s", "1hs", "ten"}) {
    INFO(text);
    REQUIRE_FALSE(app::parse_duration(text));
    CHECK(app::parse_duration(text).error().find("\"15m\"") != std::string::npos);
  }
}

TEST_CASE("a duration beyond a century is refused, also where 64 bits would overflow") {
  for (const char* text : {"36601d", "36600d1ms", "99999999999999999999s", "18446744073709551615w"}) {
    INFO(text);
    REQUIRE_FALSE(app::parse_duration(text));
    CHECK(app::parse_duration(text).error().find("hundred years") != std::string::npos);
  }
}

TEST_CASE("a size is bytes with a binary or a decimal unit") {
  const std::pair<const char*, std::uint64_t> cases[] = {
      {"0", 0},
      {"1000", 1000},
      {"10B", 10},
      {"512KiB", 512 << 10},
      {"2MiB", 2 << 20},
      {"8MB", 8000000},
      {"1kB", 1000},
      {"1GiB", 1 << 30},
      {"3gb", 3000000000},
      {"1TiB", 1ULL << 40},
      {"2mib", 2 << 20},
      {"16777215TiB", 16777215ULL << 40},
  };
  for (const auto& [text, size] : cases) {
    INFO(text);
    REQUIRE(app::parse_size(text));
    CHECK(*app::parse_size(text) == size);
  }
}

TEST_CASE("what is no size is refused") {
  for (const char* text :
       {"", "MiB", "2M", "2 MiB", "-1", "1.5MiB", "2MiBs", "16777216TiB", "18446744073709551616"}) {
    INFO(text);
    CHECK_FALSE(app::parse_size(text));
  }
}

TEST_CASE("a rate is a number per second, minute or hour") {
  CHECK(*app::parse_rate("1/s") == app::Rate{1, 1s});
  CHECK(*app::parse_rate("30/m") == app::Rate{30, 1min});
  CHECK(*app::parse_rate("100/h") == app::Rate{100, 1h});
  for (const char* text : {"", "1", "/s", "1/", "1/d", "1/sec", "x/s", "-1/s", "1/s ", "4294967296/s"}) {
    INFO(text);
    CHECK_FALSE(app::parse_rate(text));
  }
}

TEST_CASE("a bind is an address and a port, or a socket's path") {
  const std::pair<const char*, app::Bind> cases[] = {
      {"0.0.0.0:1883", app::TcpBind{"0.0.0.0", 1883}},
      {"127.0.0.1:0", app::TcpBind{"127.0.0.1", 0}},
      {":65535", app::TcpBind{"", 65535}},
      {"localhost:1883", app::TcpBind{"127.0.0.1", 1883}},
      {"[::]:1883", app::TcpBind{"::", 1883}},
      {"[0:0::0:1]:1883", app::TcpBind{"::1", 1883}},
      {"[fe80::1%eth0]:1883", app::TcpBind{"fe80::1%eth0", 1883}},
      {"unix:/run/mesh.sock", app::UnixBind{"/run/mesh.sock"}},
  };
  for (const auto& [text, bind] : cases) {
    INFO(text);
    REQUIRE(app::parse_bind(text));
    CHECK(*app::parse_bind(text) == bind);
  }
}

TEST_CASE("a bind that cannot work says what to write instead") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "a port after a colon"},
      {"1883", "a port after a colon"},
      {"127.0.0.1", "a port after a colon"},
      {"[::1]", "a port after a colon"},
      {"127.0.0.1:", "a port in 0..65535"},
      {":65536", "a port in 0..65535"},
      {":-1", "a port in 0..65535"},
      {":1883x", "a port in 0..65535"},
      {"::1:1883", "\"[::1]:1883\""},
      {"fe80::7:1883", "\"[fe80::7]:1883\""},
      {"256.0.0.1:1883", "an IP address"},
      {"1.2.3:1883", "an IP address"},
      {"broker.example:1883", "an IP address"},
      {"mqtt://0.0.0.0:1883", "an IP address"},
      {"[127.0.0.1]:1883", "an IP address"},
      {"[::1%]:1883", "an IP address"},
      {"[]:1883", "an IP address"},
      {"unix:", "an absolute path"},
      {"unix:mesh.sock", "an absolute path"},
      {"unix:/run/", "an absolute path"},
  };
  for (const auto& [text, advice] : cases) {
    INFO(text);
    REQUIRE_FALSE(app::parse_bind(text));
    CHECK(app::parse_bind(text).error().find(advice) != std::string::npos);
  }
}

TEST_CASE("a socket's path has to fit where the system keeps it") {
  CHECK(app::parse_bind("unix:/" + std::string(106, 'a')));
  CHECK_FALSE(app::parse_bind("unix:/" + std::string(107, 'a')));
  CHECK_FALSE(app::parse_bind(std::string("unix:/a\0b", 9)));
}

TEST_CASE("a node number is an exclamation mark and eight hex digits") {
  CHECK(*app::parse_node_id("!0b0b0b0b") == 0x0b0b0b0bU);
  CHECK(*app::parse_node_id("!FFFFFFFE") == 0xfffffffeU);
  CHECK(*app::parse_node_id("!00000004") == 4U);
  for (const char* text : {"0b0b0b0b", "!0b0b0b0", "!0b0b0b0b0", "!0b0b0b0g", "!-b0b0b0b", "!00000003",
                           "!00000000", "!ffffffff", "!", "12345678"}) {
    INFO(text);
    CHECK_FALSE(app::parse_node_id(text));
  }
}

TEST_CASE("a channel key is base64, hex or one of the words") {
  const std::pair<const char*, Octets> cases[] = {
      {"AQ==", {1}},
      {"AQ", {1}},
      {"base64:AQ==", {1}},
      {"g1s=", {0x83, 0x5b}},
      {"g1s", {0x83, 0x5b}},
      {"RZth", {0x45, 0x9b, 0x61}},
      {"-_-_", {0xfb, 0xff, 0xbf}},
      {"+/+/", {0xfb, 0xff, 0xbf}},
      {"0x01", {1}},
      {"0xD4f1", {0xd4, 0xf1}},
      {"0X01", {1}},
      {"none", {}},
      {"", {}},
      {"default", {1}},
      {"simple0", {1}},
      {"simple1", {2}},
      {"simple254", {255}},
      {"AA==", {0}},
  };
  for (const auto& [text, bytes] : cases) {
    INFO(text);
    REQUIRE(app::psk_bytes(text));
    CHECK(*app::psk_bytes(text) == bytes);
  }
}

TEST_CASE("a channel key has at most 32 bytes") {
  CHECK(app::psk_bytes("0x" + std::string(64, 'a'))->size() == 32);
  CHECK(app::psk_bytes("3EcC7A4fSIxo6hEVO6gZToL/cV1uGgb+cUXqIuXbgBQ=")->size() == 32);
  CHECK(app::psk_bytes(std::string(43, 'A'))->size() == 32);
  CHECK(app::psk_bytes("0x" + std::string(66, 'a')).error() == "must be a key of 0 to 32 bytes, not 33");
  CHECK_FALSE(app::psk_bytes(std::string(44, 'A')));
}

TEST_CASE("what is no channel key is refused, and never repeated") {
  for (const char* text :
       {"AQ=",          "AQ===",  "A",         "A===",     "AQ==AQ==", "=",      "AQ= =",
        "A Q=",         "AQ==\n", "hunter2!",  "0x0",      "0x",       "0x0g",   "0x-1",
        "base64:none!", "simple", "simple255", "simple-1", "simple1x", "random", "K\xc3\xbc"}) {
    INFO(text);
    const auto bytes = app::psk_bytes(text);
    REQUIRE_FALSE(bytes);
    CHECK(bytes.error().find("hunter2") == std::string::npos);
  }
}

TEST_CASE("quoted text shows control characters and is cut between characters") {
  CHECK(app::quoted("a\x1b[2J\n") == R"("a\x1b[2J\x0a")");
  CHECK(app::quoted("K\xc3\xbc") == "\"K\xc3\xbc\"");
  CHECK(app::quoted(std::string(81, 'a')) == "\"" + std::string(80, 'a') + "…\"");
  CHECK(app::quoted(std::string(79, 'a') + "\xc3\xbc") == "\"" + std::string(79, 'a') + "…\"");
}

}  // namespace
