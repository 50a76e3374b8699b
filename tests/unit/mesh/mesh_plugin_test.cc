// SPDX-License-Identifier: Apache-2.0
#include "mesh/mesh_plugin.h"

#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

constexpr std::string_view family_psk = "AQIDBAUGBwgJCgsMDQ4PEA==";

MeshConfig config_with(Mirror mirror) {
  MeshConfig config;
  config.mirror = mirror;
  config.channels = {{"Family", std::string(family_psk)}};
  return config;
}

/// The same packet as each of these gateways heard it.
Sending heard_by(const std::string& gateway, std::string_view psk = "AQ==") {
  Sending sending;
  sending.gateway = gateway;
  sending.psk = psk;
  return sending;
}

/// How many JSON messages this copy gave.
std::size_t give(Mesh& mesh, const Sending& sending, const proto::Data& data = make_text("hi"),
                 std::int64_t at_s = 0) {
  return mesh.receive(topic_of(sending), make_envelope(data, sending), at_s).size();
}

TEST_CASE("the JSON goes out at QoS 0, not retained, on the envelope's topic with its kind replaced") {
  Mesh mesh(config_with(Mirror::packet));
  const auto published =
      mesh.receive("msh/EU_868//2/e/LongFast/!1", make_envelope(make_text("hi"), heard_by("!1")));
  REQUIRE(published.size() == 1);
  CHECK(published[0].topic == "msh/EU_868//2/json/LongFast/!1");
  CHECK(published[0].qos == mqtt::Qos::at_most_once);
  CHECK_FALSE(published[0].retain);
  CHECK(mesh.count(Outcome::published) == 1);
}

TEST_CASE("three gateways give one JSON in packet mode, three in gateway mode, none when the mirror is off") {
  for (const auto& [mirror, expected] :
       {std::pair{Mirror::packet, 1U}, {Mirror::gateway, 3U}, {Mirror::off, 0U}}) {
    Mesh mesh(config_with(mirror));
    std::size_t published = 0;
    for (const std::string gateway : {"!1", "!2", "!3"}) published += give(mesh, heard_by(gateway));
    CHECK(published == expected);
  }
}

TEST_CASE("an encrypted and a decoded copy of one packet are one packet") {
  Mesh mesh(config_with(Mirror::packet));
  CHECK(give(mesh, heard_by("!1")) == 1);
  CHECK(give(mesh, heard_by("!2", "")) == 0);
  CHECK(mesh.count(Outcome::duplicate) == 1);
}

TEST_CASE("an unreadable first copy does not suppress the readable second") {
  Mesh mesh(config_with(Mirror::packet));
  Sending unreadable = heard_by("!1", "Ag==");
  CHECK(give(mesh, unreadable) == 0);
  CHECK(mesh.count(Outcome::wrong_hash) == 1);
  CHECK(give(mesh, heard_by("!2")) == 1);
  CHECK(give(mesh, heard_by("!3")) == 0);
}

TEST_CASE("a copy whose payload does not decode does not suppress a good one") {
  Mesh mesh(config_with(Mirror::packet));
  proto::Data broken;
  broken.set_portnum(proto::NODEINFO_APP);
  broken.set_payload("\xff");
  proto::Data good = broken;
  good.set_payload("");
  CHECK(give(mesh, heard_by("!1"), broken) == 1);
  CHECK(mesh.count(Outcome::payload_malformed) == 1);
  CHECK(give(mesh, heard_by("!2"), broken) == 0);
  CHECK(give(mesh, heard_by("!3"), good) == 1);
  CHECK(give(mesh, heard_by("!4"), good) == 0);
}

TEST_CASE("a closed direct message does not suppress the same message decoded by its gateway") {
  MeshConfig config = config_with(Mirror::packet);
  config.unsupported = true;
  Mesh mesh(config);
  Sending closed = heard_by("!1");
  closed.channel = "PKI";
  Sending opened = heard_by("!2", "");
  opened.channel = "PKI";
  CHECK(give(mesh, closed) == 1);
  CHECK(give(mesh, closed) == 0);
  CHECK(give(mesh, opened) == 1);
  CHECK(give(mesh, opened) == 0);
}

TEST_CASE("a packet may return when its window has passed") {
  MeshConfig config = config_with(Mirror::packet);
  config.dedup_window = std::chrono::minutes{15};
  Mesh mesh(config);
  CHECK(give(mesh, heard_by("!1"), make_text("hi"), 0) == 1);
  CHECK(give(mesh, heard_by("!1"), make_text("hi"), 899) == 0);
  CHECK(give(mesh, heard_by("!1"), make_text("hi"), 900) == 1);
}

TEST_CASE("beyond the capacity the oldest packet is forgotten") {
  MeshConfig config = config_with(Mirror::packet);
  config.dedup_capacity = 2;
  Mesh mesh(config);
  for (const std::uint32_t id : {1U, 2U, 3U}) {
    Sending sending = heard_by("!1");
    sending.packet.set_id(id);
    CHECK(give(mesh, sending) == 1);
  }
  Sending second = heard_by("!2");
  second.packet.set_id(2);
  CHECK(give(mesh, second) == 0);
  second.packet.set_id(1);
  CHECK(give(mesh, second) == 1);
}

TEST_CASE("packets without an id are never duplicates") {
  Mesh mesh(config_with(Mirror::packet));
  Sending sending = heard_by("!1");
  sending.packet.set_id(0);
  CHECK(give(mesh, sending) == 1);
  CHECK(give(mesh, sending) == 1);
}

TEST_CASE("equal ids under different roots or channels are different packets") {
  Mesh mesh(config_with(Mirror::packet));
  const std::string envelope = make_envelope(make_text("hi"), heard_by("!1"));
  CHECK(mesh.receive("msh/US/2/e/LongFast/!1", envelope).size() == 1);
  CHECK(mesh.receive("msh/EU_868/2/e/LongFast/!1", envelope).size() == 1);
  Sending other = heard_by("!1", family_psk);
  other.channel = "Family";
  CHECK(give(mesh, other) == 1);
}

TEST_CASE("a channel with json = false gives no JSON, takes no claim and teaches no name") {
  MeshConfig config = config_with(Mirror::packet);
  config.channels[0].json = false;
  Mesh mesh(config);
  Sending secret = heard_by("!1", family_psk);
  secret.channel = "Family";
  CHECK(give(mesh, secret) == 0);
  secret.psk.clear();
  CHECK(give(mesh, secret) == 0);
  CHECK(mesh.count(Outcome::json_off) == 2);
}

TEST_CASE("a second network of the same name may have JSON when its own key allows it") {
  MeshConfig config = config_with(Mirror::gateway);
  config.channels = {{"Family", std::string(family_psk), 0, false}, {"Family", "AQID"}};
  Mesh mesh(config);
  Sending sending = heard_by("!1", "AQID");
  sending.channel = "Family";
  CHECK(give(mesh, sending) == 1);
  sending.psk = family_psk;
  CHECK(give(mesh, sending) == 0);
}

TEST_CASE("what the firmware has no type for is published only when asked for") {
  proto::Data routing;
  routing.set_portnum(proto::ROUTING_APP);
  Mesh quiet(config_with(Mirror::packet));
  CHECK(give(quiet, heard_by("!1"), routing) == 0);
  CHECK(quiet.count(Outcome::unsupported) == 1);
  MeshConfig config = config_with(Mirror::packet);
  config.unsupported = true;
  Mesh loud(config);
  CHECK(give(loud, heard_by("!1"), routing) == 1);
}

TEST_CASE("an envelope that names another channel or gateway than its topic gives nothing") {
  Mesh mesh(config_with(Mirror::packet));
  const std::string envelope = make_envelope(make_text("hi"), heard_by("!1"));
  CHECK(mesh.receive("msh/2/e/LongFast/!2", envelope).empty());
  CHECK(mesh.receive("msh/2/e/MediumFast/!1", envelope).empty());
  CHECK(mesh.receive("msh/2/e/longfast/!1", envelope).empty());
  CHECK(mesh.count(Outcome::topic_mismatch) == 3);
  CHECK(mesh.receive("msh/2/e/LongFast/!1", envelope).size() == 1);
}

TEST_CASE("names come from node infos and map reports, and appear in traceroutes") {
  Mesh mesh(config_with(Mirror::gateway));
  proto::User user;
  user.set_long_name("Far");
  proto::Data info;
  info.set_portnum(proto::NODEINFO_APP);
  info.set_payload(user.SerializeAsString());
  give(mesh, heard_by("!1"), info);

  proto::MapReport report;
  report.set_long_name("Map");
  proto::Data map;
  map.set_portnum(proto::MAP_REPORT_APP);
  map.set_payload(report.SerializeAsString());
  Sending mapped = heard_by("!55", "");
  mapped.packet.set_from(0x55);
  CHECK(mesh.receive("msh/EU_868/2/map/", make_envelope(map, mapped)).empty());
  CHECK(mesh.count(Outcome::map_report) == 1);

  proto::Data route;
  route.set_portnum(proto::TRACEROUTE_APP);
  route.set_request_id(1);
  Sending answer = heard_by("!1");
  answer.packet.set_to(0x55);
  const auto published = mesh.receive(topic_of(answer), make_envelope(route, answer));
  REQUIRE(published.size() == 1);
  CHECK(published[0].payload.find(R"("route":["Map","Far"],"route_back":["Far","Map"])") !=
        std::string::npos);
}

TEST_CASE("a name is not learned from a channel with json = false") {
  MeshConfig config = config_with(Mirror::gateway);
  config.channels[0].json = false;
  Mesh mesh(config);
  proto::User user;
  user.set_long_name("Secret");
  proto::Data info;
  info.set_portnum(proto::NODEINFO_APP);
  info.set_payload(user.SerializeAsString());
  Sending secret = heard_by("!1", family_psk);
  secret.channel = "Family";
  give(mesh, secret, info);
  proto::Data route;
  route.set_portnum(proto::TRACEROUTE_APP);
  route.set_request_id(1);
  const auto published = mesh.receive(topic_of(heard_by("!1")), make_envelope(route, heard_by("!1")));
  REQUIRE(published.size() == 1);
  CHECK(published[0].payload.find("Secret") == std::string::npos);
}

TEST_CASE("other topics, JSON and status are none of its business") {
  Mesh mesh(config_with(Mirror::packet));
  const std::string envelope = make_envelope(make_text("hi"), heard_by("!1"));
  for (const std::string_view topic :
       {"home/temperature", "msh/2/json/LongFast/!1", "msh/2/stat/!1", "msh/2/e", "mshx/2/e/LongFast/!1"}) {
    CHECK(mesh.receive(topic, envelope).empty());
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(Outcome::end_); ++i) {
    CHECK(mesh.count(static_cast<Outcome>(i)) == 0);
  }
}

TEST_CASE(
    "payloads of every wrong kind pass, give nothing, are counted and leave a debug line with their reason") {
  Mesh mesh(config_with(Mirror::packet));
  const std::string topic = "msh/2/e/LongFast/!1";
  const std::string envelope = make_envelope(make_text("hi"), heard_by("!1"));
  CHECK(mesh.receive(topic, "").empty());
  CHECK(mesh.receive(topic, "hello").empty());
  CHECK(mesh.receive(topic, envelope.substr(0, envelope.size() / 2)).empty());
  CHECK(mesh.receive(topic, std::string(100000, '\x7a')).empty());
  CHECK(mesh.receive("msh/2/map/", "\xff").empty());
  CHECK(mesh.receive("msh/2/map/", envelope).empty());
  CHECK(mesh.count(Outcome::empty) == 1);
  CHECK(mesh.count(Outcome::not_an_envelope) == 3);
  CHECK(mesh.count(Outcome::oversize) == 1);
  CHECK(mesh.count(Outcome::map_report_malformed) == 1);
  REQUIRE(mesh.log_lines.size() == 6);
  CHECK(mesh.log_lines[0].find("outcome=empty client=gateway-1 topic=msh/2/e/LongFast/!1") !=
        std::string::npos);
}

TEST_CASE("the counters have a name each") {
  Mesh mesh(config_with(Mirror::packet));
  for (std::size_t i = 0; i < outcome_names.size(); ++i) {
    CHECK(outcome_names[i].starts_with("mesh_"));
    CHECK_FALSE(word_for(static_cast<Outcome>(i)).empty());
  }
}

TEST_CASE("several workers may give it messages at once") {
  const base::Log log(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {});
  const auto opened = MeshPlugin::open(config_with(Mirror::packet), log);
  REQUIRE(opened);
  MeshPlugin& plugin = **opened;
  std::vector<std::thread> workers;
  for (int worker = 0; worker < 4; ++worker) {
    workers.emplace_back([&plugin, worker] {
      FakeHost host;
      for (std::uint32_t id = 1; id <= 200; ++id) {
        Sending sending = heard_by("!" + std::to_string(worker));
        sending.packet.set_id(id);
        const std::string topic = topic_of(sending);
        const std::string envelope = make_envelope(make_text("hi"), sending);
        const plugin::Client client{"c", {}};
        plugin::Draft draft{topic, base::as_bytes(envelope)};
        (void)plugin.on_publish(client, draft, host, base::TimePoint{});
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  CHECK(plugin.counts()[static_cast<std::size_t>(Outcome::published)].value == 200);
  CHECK(plugin.counts()[static_cast<std::size_t>(Outcome::duplicate)].value == 600);
}

}  // namespace
}  // namespace mesh::test
