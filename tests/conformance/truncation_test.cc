// SPDX-License-Identifier: Apache-2.0
// Every truncation of every packet a client can send (reference: attack F18). Families, so in code.
#include <algorithm>
#include <array>
#include <set>

#include <catch2/catch.hpp>

#include "tests/conformance/core_stage.h"
#include "tests/conformance/packets.h"
#include "tests/conformance/tcp_stage.h"

using conformance::CoreStage;
using conformance::Stage;
using conformance::TcpStage;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// A packet and the body lengths, shorter than its own, at which it is a packet of its kind as well.
struct Whole {
  const char* text;
  std::set<std::size_t> also_valid;
};

const std::array<Whole, 15> wholes = {{
    {"PUBLISH topic 'payload'", {7, 8, 9, 10, 11, 12, 13}},
    {"PUBLISH topic 'payload' qos=1 id=7", {9, 10, 11, 12, 13, 14, 15}},
    {"PUBLISH topic 'payload' qos=2 id=7 retain=1", {9, 10, 11, 12, 13, 14, 15}},
    {"PUBACK 7", {}},
    {"PUBREC 7", {}},
    {"PUBREL 7", {}},
    {"PUBCOMP 7", {}},
    {"SUBSCRIBE 7 ab:0", {}},
    {"SUBSCRIBE 7 ab:1 cd/#:2 +/e:0", {7, 14}},
    {"UNSUBSCRIBE 7 ab", {}},
    {"UNSUBSCRIBE 7 ab cd/# +/e", {6, 12}},
    {"CONNECT id=x", {}},
    {"CONNECT id=x will=w will_payload=p", {}},
    {"CONNECT id=x will=w will_payload=p user=u password=p", {}},
    {"CONNECT id=x user=u password=p version=3.1", {15, 18}},
}};

Bytes bytes_of(std::string_view packet) {
  const auto pattern = conformance::parse_packets(packet, "x");
  REQUIRE(pattern);
  return pattern->front().bytes;
}

/// A served client that shows whether the broker is well, and one that is ready for `packet`.
void set_up(Stage& stage, std::string_view packet) {
  stage.send("witness", bytes_of("CONNECT id=witness"));
  CHECK(stage.receive("witness", 4) == bytes_of("CONNACK"));
  if (packet.starts_with("CONNECT")) return;
  stage.send("x", bytes_of("CONNECT id=x"));
  CHECK(stage.receive("x", 4) == bytes_of("CONNACK"));
}

void check_witness(Stage& stage) {
  stage.send("witness", bytes_of("PINGREQ"));
  CHECK(stage.receive("witness", 2) == bytes_of("PINGRESP"));
}

/// The packet's first `size` body bytes with a Remaining Length that says so.
Bytes cut(const Bytes& packet, std::size_t size) {
  Bytes bytes(packet.begin(), packet.begin() + 2 + static_cast<std::ptrdiff_t>(size));
  bytes[1] = static_cast<std::uint8_t>(size);
  return bytes;
}

void check_shortened(Stage& stage, const Whole& whole) {
  const Bytes packet = bytes_of(whole.text);
  for (std::size_t size = 0; size + 2 < packet.size(); ++size) {
    if (whole.also_valid.contains(size)) continue;
    INFO(whole.text << " with " << size << " bytes of body");
    set_up(stage, whole.text);
    stage.send("x", cut(packet, size));
    CHECK(stage.is_closed("x"));
    check_witness(stage);
    stage.drop("witness");
  }
}

void check_broken_off(Stage& stage, const Whole& whole) {
  const Bytes packet = bytes_of(whole.text);
  for (std::size_t size = 1; size < packet.size(); ++size) {
    INFO(whole.text << " broken off after " << size << " bytes");
    set_up(stage, whole.text);
    stage.send("x", base::Bytes(packet).first(size));
    stage.drop("x");
    check_witness(stage);
    stage.drop("witness");
  }
}

}  // namespace

TEST_CASE("a packet whose length ends inside a field closes that connection, without a word") {
  for (const Whole& whole : wholes) {
    CoreStage core;
    check_shortened(core, whole);
    TcpStage tcp(TcpStage::Writes::whole);
    check_shortened(tcp, whole);
  }
}

TEST_CASE("a packet that is shorter and still a packet is served") {
  for (const Whole& whole : wholes) {
    for (const std::size_t size : whole.also_valid) {
      INFO(whole.text << " with " << size << " bytes of body");
      CoreStage stage;
      set_up(stage, whole.text);
      stage.send("x", cut(bytes_of(whole.text), size));
      CHECK_FALSE(stage.is_closed("x"));
    }
  }
}

TEST_CASE("a connection lost inside a packet is lost, and others are served") {
  for (const Whole& whole : wholes) {
    CoreStage core;
    check_broken_off(core, whole);
    TcpStage tcp(TcpStage::Writes::whole);
    check_broken_off(tcp, whole);
  }
}
