// SPDX-License-Identifier: Apache-2.0
#include "mesh/world/world.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "mesh/envelope.h"
#include "mesh/keyring.h"
#include "mesh/reception.h"

namespace mesh::world {
namespace {

constexpr base::Duration hour{3'600'000};

WorldConfig small_config() {
  WorldConfig config;
  config.nodes = 60;
  config.gateways = 6;
  config.channels = example_channels(3);
  config.roots = {"msh/EU_868", "msh/US"};
  config.encrypting = 0.7;
  return config;
}

std::vector<Transmission> play(const WorldConfig& config, base::Duration until = hour) {
  World world(config);
  std::vector<Transmission> all;
  for (Transmission sent = world.next(); sent.at < until; sent = world.next()) all.push_back(std::move(sent));
  return all;
}

std::string text_of(const std::vector<Transmission>& all) {
  std::string text;
  for (const Transmission& sent : all) {
    for (const Publication& each : sent.publications)
      text += std::to_string(each.at.count()) + each.message.topic + each.message.payload;
  }
  return text;
}

TEST_CASE("the same seed gives the same world, another seed another") {
  WorldConfig other = small_config();
  other.seed = 2;
  CHECK(text_of(play(small_config())) == text_of(play(small_config())));
  CHECK(text_of(play(small_config())) != text_of(play(other)));
}

TEST_CASE("packets come in the order of time, and so do their publications") {
  base::Duration before{};
  for (const Transmission& sent : play(small_config())) {
    CHECK(sent.at >= before);
    before = sent.at;
    base::Duration copy_before = sent.at;
    for (const Publication& each : sent.publications) {
      CHECK(each.at >= copy_before);
      copy_before = each.at;
    }
  }
}

TEST_CASE("a world of an hour speaks of everything that nodes speak of") {
  std::set<std::string, std::less<>> heard;
  WorldConfig config = small_config();
  config.nodes = 200;
  for (const Transmission& sent : play(config)) heard.emplace(sent.kind);
  for (const Kind& kind : kinds()) CHECK(heard.contains(kind.name));
  CHECK(heard.contains("answer"));
  CHECK(heard.contains("map report"));
}

TEST_CASE("several gateways hear a packet, with different hops and strengths") {
  std::size_t many = 0;
  std::set<std::uint32_t> hop_limits;
  for (const Transmission& sent : play(small_config())) {
    if (sent.publications.size() >= 2) ++many;
    for (const Publication& each : sent.publications) {
      hop_limits.insert(each.copy.hop_limit);
      CHECK((each.copy.rssi == 0) == each.is_own);
      CHECK(each.copy.hop_limit <= 3);
    }
  }
  CHECK(many > 100);
  CHECK(hop_limits.size() >= 3);
}

TEST_CASE("a gateway publishes a packet once, and its own at most three times") {
  std::size_t repeats = 0;
  for (const Transmission& sent : play(small_config())) {
    std::map<std::size_t, std::size_t> copies;
    for (const Publication& each : sent.publications) ++copies[each.gateway];
    for (const Publication& each : sent.publications) {
      CHECK(copies[each.gateway] <= (each.is_own ? 3U : 1U));
      if (each.repeat > 0) ++repeats;
    }
  }
  CHECK(repeats > 0);
}

TEST_CASE("what is published can be read with the channels' keys, but for direct messages") {
  MeshConfig keys;
  for (std::size_t i = 1; i < 3; ++i) {
    const Psk psk(i % 2 == 0 ? 16 : 32, static_cast<std::uint8_t>(0x10 + i));
    std::string hex = "0x";
    for (const std::uint8_t byte : psk) hex += std::to_string(byte / 16) + std::to_string(byte % 16);
    keys.channels.push_back({.name = "Mesh-" + std::to_string(i), .psk = hex, .index = 0, .json = true});
  }
  const auto keyring = Keyring::open(keys);
  REQUIRE(keyring);
  ReceptionReader receptions(*keyring);
  EnvelopeReader envelopes;
  std::size_t read = 0;
  for (const Transmission& sent : play(small_config())) {
    for (const Publication& each : sent.publications) {
      const auto envelope = envelopes.read(base::as_bytes(each.message.payload));
      REQUIRE(envelope);
      const auto reception = receptions.read(*envelope);
      REQUIRE(reception);
      if (sent.packet.channel == pki_channel_id && envelope->is_encrypted()) continue;
      REQUIRE(reception->data != nullptr);
      CHECK(reception->is_complete());
      ++read;
    }
  }
  CHECK(read > 500);
}

TEST_CASE("a gateway without a channel's key does not publish it") {
  const World world(small_config());
  for (const Transmission& sent : play(small_config())) {
    if (sent.packet.channel == pki_channel_id || sent.packet.id == 0) continue;
    for (const Publication& each : sent.publications)
      CHECK(world.gateways()[each.gateway].channel_named(sent.packet.channel));
  }
}

/// Whom nobody hears but by relay is too far away.
TEST_CASE("the distance decides who hears whom") {
  Random random(3);
  const Radio radio({{0, 0}, {0.2, 0}, {60, 0}}, random);
  REQUIRE(radio.links_of(0).size() == 1);
  CHECK(radio.links_of(0).front().to == 1);
  CHECK(radio.links_of(2).empty());
}

TEST_CASE("a packet with no hops left is not relayed") {
  Random random(3);
  Radio radio({{0, 0}, {0.5, 0}, {1, 0}, {1.5, 0}, {2, 0}}, random);
  for (int i = 0; i < 50; ++i) {
    for (const Hearing& hearing : radio.flood({0, base::Duration(i * 20'000), 0})) CHECK(hearing.relay == 0);
  }
}

struct Broken {
  const char* what;
  UplinkRuling ruling;
  void (*change)(DeviceConfig& gateway, AirPacket& packet);
};

constexpr Broken broken_rows[] = {
    {"nothing", UplinkRuling::published, [](DeviceConfig&, AirPacket&) {}},
    {"via mqtt", UplinkRuling::came_from_mqtt, [](DeviceConfig&, AirPacket& p) { p.via_mqtt = true; }},
    {"other channel", UplinkRuling::not_readable, [](DeviceConfig&, AirPacket& p) { p.channel = "Other"; }},
    {"direct message, 2.8", UplinkRuling::not_readable,
     [](DeviceConfig&, AirPacket& p) {
       p.channel = "PKI";
       p.to = 99;
     }},
    {"direct message, 2.7", UplinkRuling::published,
     [](DeviceConfig& g, AirPacket& p) {
       g.is_newer = false;
       p.channel = "PKI";
       p.to = 99;
     }},
    {"neighbors", UplinkRuling::neighbors_not_wanted,
     [](DeviceConfig&, AirPacket& p) { p.data.set_portnum(proto::NEIGHBORINFO_APP); }},
    {"no bitfield", UplinkRuling::no_bitfield,
     [](DeviceConfig&, AirPacket& p) {
       p.data.clear_bitfield();
       p.hop_start = 0;
     }},
    {"public server", UplinkRuling::not_ok_to_mqtt,
     [](DeviceConfig& g, AirPacket& p) {
       g.server_is_private = false;
       p.data.set_bitfield(0);
     }},
    {"uplink off", UplinkRuling::uplink_off,
     [](DeviceConfig& g, AirPacket&) { g.channels.front().uplink = false; }},
};

TEST_CASE("each rule of the uplink keeps a packet that breaks it alone") {
  for (const Broken& row : broken_rows) {
    DeviceConfig gateway{.number = 1, .channels = example_channels(1)};
    AirPacket packet{.from = 2, .id = 3};
    proto::Data data;
    data.set_portnum(proto::TEXT_MESSAGE_APP);
    data.set_bitfield(1);
    seal(gateway.channels.front(), data, packet);
    row.change(gateway, packet);
    INFO(row.what);
    CHECK(word_for(judge_uplink(gateway, packet)) == word_for(row.ruling));
  }
}

}  // namespace
}  // namespace mesh::world
