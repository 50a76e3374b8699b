// SPDX-License-Identifier: Apache-2.0
#include "mesh/heard_by.h"

#include <chrono>
#include <limits>
#include <string>

#include <catch2/catch.hpp>

namespace mesh {
namespace {

constexpr base::WallTime now{std::chrono::milliseconds{1'700'000'000'250}};

HeardBy heard() {
  HeardBy heard;
  heard.gateway = "!aabbccdd";
  heard.received = now;
  heard.rx_time = 1'699'999'999;
  heard.rssi = -85;
  heard.snr = 6.25F;
  heard.hop_start = 3;
  heard.hop_limit = 1;
  return heard;
}

std::string json_of(const HeardBy& heard, HeardPacket packet = {0x11223344, false}) {
  JsonObject json;
  write_heard_by(heard, packet, json);
  return std::string(json.view());
}

bool has(const std::string& json, const std::string& part) { return json.find(part) != std::string::npos; }

TEST_CASE("a reception says who heard it, how, and when") {
  CHECK(json_of(heard()) ==
        R"({"gateway":"!aabbccdd","rssi":-85,"snr":6.25,"hop_limit":1,"hop_start":3,"hops":2,)"
        R"("time":1699999999,"rx_time":1699999999,"received":1700000000.25})");
}

TEST_CASE("a gateway whose clock cannot be right gets the broker's time, marked") {
  for (const std::uint32_t rx_time : {0U, 1U, 1577836799U, 1700086401U, 0xffffffffU}) {
    HeardBy one = heard();
    one.rx_time = rx_time;
    CHECK(has(json_of(one), R"("time":1700000000,"time_is_receive_time":true)"));
  }
  HeardBy one = heard();
  one.rx_time = 1700086400;  // a day ahead
  CHECK(has(json_of(one), R"("time":1700086400,"rx_time")"));
}

TEST_CASE("the originator's own copy is marked") {
  CHECK(has(json_of(heard(), {0xaabbccdd, true}), R"("originator":true)"));
  CHECK_FALSE(has(json_of(heard()), "originator"));
}

TEST_CASE("hops are told where they are known") {
  HeardBy old_sender = heard();
  old_sender.hop_start = 0;
  old_sender.hop_limit = 0;
  CHECK_FALSE(has(json_of(old_sender), "hops"));
  CHECK(has(json_of(old_sender, {1, true}), R"("hops":0)"));
  HeardBy nonsense = heard();
  nonsense.hop_limit = 7;
  CHECK_FALSE(has(json_of(nonsense), "hops"));
}

TEST_CASE("a reception without radio has neither rssi nor snr, one that is no number is null") {
  HeardBy own = heard();
  own.rssi = 0;
  own.snr = 0;
  CHECK_FALSE(has(json_of(own), "snr"));
  HeardBy odd = heard();
  odd.snr = std::numeric_limits<float>::quiet_NaN();
  CHECK(has(json_of(odd), R"("snr":null)"));
}

TEST_CASE("relays, transport and the way over MQTT are told when there are any") {
  HeardBy relayed = heard();
  relayed.relay_node = 0x44;
  relayed.next_hop = 0x55;
  relayed.via_mqtt = true;
  relayed.transport = 1;
  CHECK(has(json_of(relayed), R"("relay_node":68,"next_hop":85)"));
  CHECK(has(json_of(relayed), R"("via_mqtt":true,"transport":"LORA"})"));
}

}  // namespace
}  // namespace mesh
