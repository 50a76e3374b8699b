// SPDX-License-Identifier: Apache-2.0
#include "broker/net/proxy_protocol.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/support/wire.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

const std::string signature = "0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A ";
const std::string v4 = signature + "21 11 00 0C C0 00 02 07 0A 00 00 01 04 D2 07 5B";

/// Its source, "local", "unknown", "more", or what is wrong.
std::string judge(const Bytes& bytes) {
  const auto parsed = net::parse_proxy_header(bytes);
  if (!parsed) return std::string(parsed.error());
  if (!*parsed) return "more";
  CHECK((*parsed)->bytes <= bytes.size());
  if ((*parsed)->is_local) return "local";
  return (*parsed)->source ? (*parsed)->source->text() : "unknown";
}

Bytes line(const std::string& text) { return {text.begin(), text.end()}; }

TEST_CASE("version 1 says the client's address and port") {
  CHECK(judge(line("PROXY TCP4 192.0.2.7 10.0.0.1 1234 1883\r\n\x10")) == "192.0.2.7:1234");
  CHECK(judge(line("PROXY TCP6 2001:db8::7 ::1 65535 1883\r\n")) == "[2001:db8::7]:65535");
  CHECK(judge(line("PROXY UNKNOWN\r\n")) == "unknown");
  CHECK(judge(line("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n")) == "unknown");
}

TEST_CASE("version 2 does so in bytes, with what else it may carry left aside") {
  CHECK(judge(support::wire(v4)) == "192.0.2.7:1234");
  CHECK(judge(support::wire(signature + "21 21 00 24 20 01 0D B8 00 00 00 00 00 00 00 00 00 00 00 07"
                                        "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 04 D2 07 5B")) ==
        "[2001:db8::7]:1234");
  CHECK(judge(support::wire(signature + "21 11 00 11 C0 00 02 07 0A 00 00 01 04 D2 07 5B 04 00 02 00 00")) ==
        "192.0.2.7:1234");
}

TEST_CASE("F32: a health check of the proxy itself is local, and other families say nothing") {
  CHECK(judge(support::wire(signature + "20 00 00 00")) == "local");
  CHECK(judge(support::wire(signature + "20 11 00 03 01 02 03")) == "local");
  CHECK(judge(support::wire(signature + "21 00 00 00")) == "unknown");
  CHECK(judge(support::wire(signature + "21 31 00 02 00 00")) == "unknown");
}

TEST_CASE("every true beginning of a header needs more, and nothing is taken before its end") {
  for (const Bytes& whole : {line("PROXY TCP4 192.0.2.7 10.0.0.1 1234 1883\r\n"), support::wire(v4)}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      INFO(size);
      CHECK(judge(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))) == "more");
    }
  }
}

TEST_CASE("F32: what is no header is refused as soon as it shows") {
  for (const char* text :
       {"\x10", "G", "PROXX", "PROXY TCP4 x 10.0.0.1 1 2\r\n", "PROXY TCP4 1.2.3.4 5.6.7.8 1\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n", "PROXY TCP6 1.2.3.4 5.6.7.8 1 2\r\n",
        "PROXY TCP4 ::1 ::1 1 2\r\n", "PROXY TCP5 1.2.3.4 5.6.7.8 1 2\r\n", "PROXY \r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 1 2 3\r\n", "PROXY TCP6 fe80::1%lo ::1 1 2\r\n",
        "PROXY TCP4 1.2.3.4 5.6.7.8 01 2\r\n"}) {
    INFO(text);
    CHECK_THAT(judge(line(text)), Catch::StartsWith("its PROXY header"));
  }
  std::string has_nul = "PROXY TCP4 1.2.3.4! 5.6.7.8 1 2\r\n";
  has_nul[has_nul.find('!')] = '\0';
  CHECK_THAT(judge(line(has_nul)), Catch::StartsWith("its PROXY header"));
}

TEST_CASE("F32: a line that goes on without an end is refused at its 107th byte") {
  CHECK(judge(line("PROXY TCP4 " + std::string(95, ' '))) == "more");
  CHECK_THAT(judge(line("PROXY TCP4 " + std::string(96, ' '))), Catch::StartsWith("its PROXY header"));
}

TEST_CASE("F32: a block with a wrong version, command, family, length or TLV is refused") {
  for (const std::string rest : {"31 11 00 0C", "22 11 00 0C", "21 41 00 0C", "21 13 00 0C", "21 11 FF FF",
                                 "21 11 00 0B C0 00 02 07 0A 00 00 01 04 D2 07",
                                 "21 11 00 0E C0 00 02 07 0A 00 00 01 04 D2 07 5B 04 00",
                                 "21 11 00 0F C0 00 02 07 0A 00 00 01 04 D2 07 5B 04 00 01"}) {
    INFO(rest);
    CHECK_THAT(judge(support::wire(signature + rest)), Catch::StartsWith("its PROXY header"));
  }
}

TEST_CASE("the layer takes the header off, byte by byte if need be, and hands on what follows") {
  auto layer = net::make_proxy_layer();
  base::Arena turn;
  Bytes down;
  Bytes bytes = support::wire(v4 + " 10 00");
  for (std::size_t i = 0; i + 3 < bytes.size(); ++i) {
    const auto heard = layer->hear(std::span(bytes).subspan(i, 1), {turn, down});
    CHECK(heard.up.empty());
    CHECK_FALSE(heard.has_facts);
  }
  const auto heard = layer->hear(std::span(bytes).last(3), {turn, down});
  CHECK(Bytes(heard.up.begin(), heard.up.end()) == Bytes{0x10, 0x00});
  CHECK(heard.has_facts);
  CHECK(layer->facts().is_proxied);
  CHECK(layer->facts().peer->text() == "192.0.2.7:1234");
  CHECK(layer->is_done());
  CHECK(down.empty());
}

}  // namespace
