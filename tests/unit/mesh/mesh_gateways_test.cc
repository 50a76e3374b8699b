// SPDX-License-Identifier: Apache-2.0
// What the plugin does for gateways and for those who name one.
#include <chrono>

#include <catch2/catch.hpp>

#include "mesh/mesh_plugin.h"
#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

Sending heard_by(const std::string& gateway, std::uint32_t id = 7) {
  Sending sending;
  sending.gateway = gateway;
  sending.psk = "AQ==";
  sending.packet.set_id(id);
  return sending;
}

std::string json_topic_of(const Sending& sending) { return "msh/EU_868/2/json/LongFast/" + sending.gateway; }

std::vector<Published> give(Mesh& mesh, const Sending& sending, std::int64_t at_s = 0) {
  return mesh.receive(topic_of(sending), make_envelope(make_text("hi"), sending), at_s, sending.gateway);
}

mqtt::Qos granted(Mesh& mesh, std::string_view client_id, std::string_view filter) {
  return mesh.plugin().on_subscribe({client_id, {}}, filter, mqtt::Qos::at_least_once, mesh.host(), {});
}

bool stays_retained(Mesh& mesh, std::string_view topic) {
  plugin::Draft draft{.topic = topic, .payload = {}, .retain = true};
  CHECK(mesh.plugin().on_publish({"c", {}}, draft, mesh.host(), {}) == plugin::Verdict::pass);
  return draft.retain;
}

/// Whether a receiver may have this, at the host's time.
bool deliver(Mesh& mesh, std::string_view receiver, const Sending& sending, bool is_own = false) {
  const std::string topic = topic_of(sending), payload = make_envelope(make_text("hi"), sending);
  const plugin::Client client{receiver, {}};
  const plugin::Draft message{.topic = topic, .payload = base::as_bytes(payload), .retain = false};
  return mesh.plugin().on_deliver({client, message, payload.size() + topic.size() + 4, is_own}, mesh.host(),
                                  {});
}

}  // namespace

TEST_CASE("what a gateway was given is its downlink, what was its own is not") {
  Mesh mesh(MeshConfig{});
  give(mesh, heard_by("!00000001"));
  give(mesh, heard_by("!00000002", 8));
  const auto downlink_of = [&mesh](std::uint32_t number) {
    return mesh.plugin().nodes().find(number)->gateway->last_downlink;
  };
  CHECK(deliver(mesh, "!00000001", heard_by("!00000001"), true));
  CHECK(downlink_of(1) == 0);
  CHECK(deliver(mesh, "!00000001", heard_by("!00000002", 8)));
  CHECK(downlink_of(1) != 0);
  CHECK(downlink_of(2) == 0);
  CHECK(deliver(mesh, "MeshtasticAndroidMqttProxy-!00000002-1", heard_by("!00000001")));
  CHECK(downlink_of(2) != 0);
}

TEST_CASE("what a gateway is refused is no downlink") {
  Mesh mesh(MeshConfig{});
  give(mesh, heard_by("!00000001"));
  give(mesh, heard_by("!00000002", 8));
  CHECK(deliver(mesh, "!00000001", heard_by("!00000002", 8)));
  mesh.host().wall += std::chrono::seconds{100};
  const std::uint32_t before = mesh.plugin().nodes().find(1)->gateway->last_downlink;
  CHECK_FALSE(deliver(mesh, "!00000001", heard_by("!00000002", 8)));
  CHECK(mesh.plugin().nodes().find(1)->gateway->last_downlink == before);
}

TEST_CASE("who names a gateway gets the JSON of every packet it heard, each once") {
  Mesh mesh(MeshConfig{});
  const Sending first = heard_by("!00000001"), second = heard_by("!00000002"), third = heard_by("!00000003");
  mesh.host().named = {json_topic_of(first), json_topic_of(second)};
  const auto published = give(mesh, first);
  REQUIRE(published.size() == 1);
  CHECK(published[0].audience == plugin::Audience::all);
  const auto copy = give(mesh, second);
  REQUIRE(copy.size() == 1);
  CHECK(copy[0].audience == plugin::Audience::named);
  CHECK(copy[0].topic == json_topic_of(second));
  CHECK(copy[0].payload.find("\"sender\":\"!00000002\"") != std::string::npos);
  CHECK(give(mesh, third).empty());  // nobody has named it
  CHECK(give(mesh, first).empty());
  CHECK(give(mesh, second).empty());
  CHECK(mesh.count(Outcome::named) == 1);
  CHECK(mesh.count(Outcome::duplicate) == 3);
}

TEST_CASE(
    "a gateway that publishes JSON itself gets none from the broker, and its packets count as published") {
  Mesh mesh(MeshConfig{});
  const Sending own = heard_by("!00000001");
  mesh.receive(json_topic_of(own), "{}", 0, "!00000001");
  CHECK(give(mesh, own, 1).empty());
  CHECK(give(mesh, heard_by("!00000002"), 1).empty());
  CHECK(give(mesh, heard_by("!00000002", 8), 1).size() == 1);
  CHECK(mesh.count(Outcome::served) == 1);
  CHECK(give(mesh, heard_by("!00000001", 9), 3601).size() == 1);  // an hour of envelopes without JSON
}

TEST_CASE("so does one that listens for requests in JSON, and a phone that speaks for it") {
  Mesh mesh(MeshConfig{});
  granted(mesh, "!00000001", "msh/EU_868/2/json/mqtt/+");
  CHECK(give(mesh, heard_by("!00000001")).empty());
  mesh.receive("msh/EU_868/2/json/LongFast/!00000002", "{}", 0, "MeshtasticAndroidMqttProxy-!00000002-1");
  CHECK(give(mesh, heard_by("!00000002", 8)).empty());
}

TEST_CASE("nobody else can say that a gateway publishes JSON, and the operator may not care") {
  Mesh mesh(MeshConfig{});
  for (const char* stranger : {"!00000002", "stranger", "MeshtasticAppleMqttProxy-1", ""})
    mesh.receive("msh/EU_868/2/json/LongFast/!00000001", "{}", 0, stranger);
  granted(mesh, "stranger", "msh/EU_868/2/json/mqtt/+");
  granted(mesh, "!00000001", "home/2/json/mqtt/+");
  CHECK(give(mesh, heard_by("!00000001")).size() == 1);

  MeshConfig config;
  config.respect_gateways = false;
  Mesh indifferent(config);
  indifferent.receive("msh/EU_868/2/json/LongFast/!00000001", "{}", 0, "!00000001");
  CHECK(give(indifferent, heard_by("!00000001")).size() == 1);
}

TEST_CASE("a client's publish that bears the broker's own number gives nothing") {
  MeshConfig config;
  config.down.node_number = 0x0b0b0b0b;
  Mesh mesh(config);
  Sending forged = heard_by("!00000001");
  forged.packet.set_from(0x0b0b0b0b);
  CHECK(give(mesh, forged).empty());
  CHECK(give(mesh, heard_by("!0b0b0b0b")).empty());
  CHECK(mesh.count(Outcome::own_number) == 2);
}

TEST_CASE("no envelope is retained, other messages are") {
  Mesh mesh(MeshConfig{});
  for (const char* topic : {"msh/2/e/LongFast/!1", "msh/EU/2/c/LongFast/!1", "msh/2/map/"})
    CHECK_FALSE(stays_retained(mesh, topic));
  for (const char* topic : {"msh/2/stat/!1", "msh/2/json/LongFast/!1", "home/2/e/LongFast/!1"})
    CHECK(stays_retained(mesh, topic));
}

TEST_CASE("under a mesh root a device is granted QoS 0, a phone and others what they ask for") {
  Mesh mesh(MeshConfig{});
  CHECK(granted(mesh, "!00000001", "msh/EU_868/2/e/LongFast/+") == mqtt::Qos::at_most_once);
  CHECK(granted(mesh, "!00000001", "#") == mqtt::Qos::at_most_once);
  CHECK(granted(mesh, "!00000001", "home/#") == mqtt::Qos::at_least_once);
  CHECK(granted(mesh, "MeshtasticAndroidMqttProxy-!00000001", "msh/#") == mqtt::Qos::at_least_once);
  CHECK(granted(mesh, "consumer", "msh/#") == mqtt::Qos::at_least_once);
}

}  // namespace mesh::test
