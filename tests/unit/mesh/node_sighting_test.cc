// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_sighting.h"

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

constexpr std::uint32_t now_s = 1700000000;
const base::WallTime now{std::chrono::seconds{now_s}};
const MeshTopic topic{TopicKind::envelope, "msh/EU_868", "LongFast", "!aabbccdd"};

/// Keeps what the sighting's views are of.
struct Seen {
  explicit Seen(const proto::Data& sent, const proto::MeshPacket& header = make_packet(),
                std::string_view gateway = "!aabbccdd")
      : packet(header) {
    *packet.mutable_decoded() = sent;
    payload = reader.read(packet.decoded());
    sighting = sighting_of(Reception{{&packet, "LongFast", gateway}, &packet.decoded(), nullptr, payload},
                           topic, now);
  }
  proto::MeshPacket packet;
  PayloadReader reader;
  Payload payload;
  Sighting sighting;
};

template <class Message>
proto::Data data_of(proto::PortNum port, const Message& message) {
  proto::Data data;
  data.set_portnum(port);
  data.set_payload(message.SerializeAsString());
  return data;
}

proto::MeshPacket received_at(std::uint32_t rx_time) {
  proto::MeshPacket packet = make_packet();
  packet.set_rx_time(rx_time);
  return packet;
}

proto::Data place(std::int32_t latitude, std::int32_t longitude) {
  proto::Position position;
  position.set_latitude_i(latitude);
  position.set_longitude_i(longitude);
  return data_of(proto::POSITION_APP, position);
}

TEST_CASE("a sighting says who, by whom and how far") {
  const Seen seen(make_text("hello"));
  CHECK(seen.sighting.from == 0x11223344);
  CHECK(seen.sighting.gateway == 0xaabbccdd);
  CHECK(seen.sighting.hops == 1);
  CHECK(seen.sighting.rssi == -85);
  CHECK(seen.sighting.root == "msh/EU_868");
  CHECK_FALSE(seen.sighting.part);
}

TEST_CASE("a gateway that is no node has no number") {
  for (const char* gateway : {"!aabbccd", "!aabbccddd", "aabbccdd1", "!aabbccdg", "!-1bbccdd"})
    CHECK(Seen(make_text("x"), make_packet(), gateway).sighting.gateway == 0);
}

TEST_CASE("who does not say where it started may be anywhere") {
  proto::MeshPacket packet = make_packet();
  packet.set_hop_start(0);
  CHECK(Seen(make_text("x"), packet).sighting.hops == -1);
  proto::Data data = make_text("x");
  data.set_bitfield(1);
  packet.set_hop_limit(0);
  CHECK(Seen(data, packet).sighting.hops == 0);
  packet.set_hop_start(3);
  packet.set_hop_limit(5);
  CHECK(Seen(data, packet).sighting.hops == -1);
}

TEST_CASE("a gateway's clock is judged unless what it says is absurd") {
  CHECK(Seen(make_text("x"), received_at(now_s + 30)).sighting.skew == 30);
  CHECK(Seen(make_text("x"), received_at(now_s - 3600)).sighting.skew == -3600);
  for (const std::uint32_t absurd : {0U, 100U, now_s + 86401, now_s - 86401, 0xffffffffU})
    CHECK_FALSE(Seen(make_text("x"), received_at(absurd)).sighting.skew);
}

TEST_CASE("a position without a fix or beyond the poles is none") {
  CHECK(Seen(place(525200000, 134050000)).sighting.part == NodePart::position);
  CHECK(Seen(place(0, 134050000)).sighting.part == NodePart::position);
  CHECK_FALSE(Seen(place(0, 0)).sighting.part);
  CHECK_FALSE(Seen(place(900000001, 0)).sighting.part);
  CHECK_FALSE(Seen(place(1, -1800000001)).sighting.part);
  CHECK_FALSE(Seen(data_of(proto::POSITION_APP, proto::Position{})).sighting.part);
}

TEST_CASE("each kind of telemetry is a part of its own") {
  proto::Telemetry telemetry;
  telemetry.mutable_device_metrics();
  CHECK(Seen(data_of(proto::TELEMETRY_APP, telemetry)).sighting.part == NodePart::device);
  telemetry.mutable_host_metrics();
  CHECK(Seen(data_of(proto::TELEMETRY_APP, telemetry)).sighting.part == NodePart::host);
  CHECK_FALSE(Seen(data_of(proto::TELEMETRY_APP, proto::Telemetry{})).sighting.part);
}

TEST_CASE("a neighbour list that was passed on says nothing about who passed it") {
  proto::NeighborInfo info;
  info.set_node_id(0x11223344);
  CHECK(Seen(data_of(proto::NEIGHBORINFO_APP, info)).sighting.part == NodePart::neighbors);
  info.set_node_id(5);
  CHECK_FALSE(Seen(data_of(proto::NEIGHBORINFO_APP, info)).sighting.part);
}

TEST_CASE("what no device could decode is no part") {
  proto::Data data;
  data.set_portnum(proto::NODEINFO_APP);
  data.set_payload("\xff\xff");
  CHECK_FALSE(Seen(data).sighting.part);
}

}  // namespace
}  // namespace mesh::test
