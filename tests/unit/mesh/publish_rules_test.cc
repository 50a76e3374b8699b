// SPDX-License-Identifier: Apache-2.0
#include "mesh/publish_rules.h"

#include <catch2/catch.hpp>

#include "mesh/mesh_topic.h"
#include "tests/unit/mesh/mesh_fixture.h"

using mesh::test::make_envelope;
using mesh::test::make_text;
using mesh::test::Sending;

namespace {

struct Fixture {
  Fixture() { config.gateway_identity = true; }

  /// Why not; empty: it is allowed.
  std::string objection(const std::string& client, const std::string& topic, const std::string& payload = "",
                        std::string_view user = "") {
    mesh::PublishRules rules(config, log);
    const mesh::Roots roots(config.roots);
    const plugin::Client who{.id = client, .user_name = user};
    const plugin::Draft draft{.topic = topic, .payload = base::as_bytes(payload)};
    const bool is_allowed = rules.allow(who, draft, roots.parse(topic), base::TimePoint{});
    for (const base::Count& count : rules.counts()) {
      if (count.value != 0) return std::string(count.name.substr(13));
    }
    return is_allowed ? "" : "uncounted";
  }
  std::string envelope_of(const std::string& gateway) {
    Sending sending;
    sending.gateway = gateway;
    return make_envelope(make_text("hi"), sending);
  }

  mesh::MeshConfig config;
  std::vector<std::string> lines;
  base::Log log{base::Level::info, base::LogFormat::text,
                [this](base::Level, std::string_view line) { lines.emplace_back(line); }};
};

const std::string topic_a = "msh/EU/2/e/LongFast/!aaaaaaaa";

}  // namespace

TEST_CASE_METHOD(Fixture, "nobody but the broker publishes below mesh.topic, whatever else is set") {
  config.gateway_identity = false;
  CHECK(objection("c", "mesh/node/!a1b2c3d4/info") == "own_topic");
  CHECK(objection("c", "mesh") == "own_topic");
  CHECK(objection("c", "meshed/x").empty());
  CHECK(lines.size() == 2);
  config.topic = "msh";  // gateways' root: theirs goes first
  CHECK(objection("c", topic_a).empty());
}

TEST_CASE_METHOD(Fixture, "as shipped anybody may publish for any gateway") {
  config.gateway_identity = false;
  CHECK(objection("anybody", topic_a, envelope_of("!bbbbbbbb")).empty());
}

TEST_CASE_METHOD(Fixture, "a gateway publishes as itself, by its own client id or its phone's") {
  CHECK(objection("!aaaaaaaa", topic_a, envelope_of("!aaaaaaaa")).empty());
  CHECK(objection("MeshtasticAndroidMqttProxy-!aaaaaaaa-1", topic_a, envelope_of("!aaaaaaaa")).empty());
  CHECK(objection("MeshtasticAppleMqttProxy-!aaaaaaaa", topic_a, envelope_of("!aaaaaaaa")).empty());
}

TEST_CASE_METHOD(Fixture, "topic, envelope and client id have to agree") {
  CHECK(objection("nodered", topic_a, envelope_of("!aaaaaaaa")) == "no_gateway");
  CHECK(objection("!bbbbbbbb", topic_a, envelope_of("!aaaaaaaa")) == "other_gateway");
  CHECK(objection("!bbbbbbbb", topic_a, envelope_of("!bbbbbbbb")) == "other_gateway");
  CHECK(objection("!aaaaaaaa", topic_a, envelope_of("!bbbbbbbb")) == "other_envelope");
  CHECK(objection("!aaaaaaaa", "msh/2/e/LongFast/gateway", envelope_of("!aaaaaaaa")) == "other_gateway");
  CHECK_FALSE(lines.empty());
  CHECK_THAT(lines.back(), Catch::Contains("mesh_publish_refused") && Catch::Contains("client=!aaaaaaaa"));
}

TEST_CASE_METHOD(Fixture, "a map report, a status and a gateway's own JSON are held to the same") {
  CHECK(objection("!aaaaaaaa", "msh/2/map/", envelope_of("!aaaaaaaa")).empty());
  CHECK(objection("!bbbbbbbb", "msh/2/map/", envelope_of("!aaaaaaaa")) == "other_gateway");
  CHECK(objection("!aaaaaaaa", "msh/2/stat/!aaaaaaaa", "online").empty());
  CHECK(objection("!bbbbbbbb", "msh/2/stat/!aaaaaaaa", "online") == "other_gateway");
  CHECK(objection("!bbbbbbbb", "msh/2/json/LongFast/!aaaaaaaa", "{}") == "other_gateway");
}

TEST_CASE_METHOD(Fixture, "an envelope's topic without its gateway is nobody's") {
  for (const char* topic : {"msh/2/e/LongFast", "msh/EU_868/2/c", "msh/2/e"})
    CHECK(objection("!aaaaaaaa", topic, envelope_of("!aaaaaaaa")) == "other_gateway");
  CHECK(objection("!aaaaaaaa", "msh/2/event", "x").empty());
  CHECK(objection("nodered", "msh/2/json", "x").empty());
  CHECK(objection("nodered", "home/2/e/x", "x").empty());
}

TEST_CASE_METHOD(Fixture, "requests to send are everybody's") {
  CHECK(objection("nodered", "msh/2/json/mqtt/", "{}").empty());
  CHECK(objection("nodered", "msh/2/json/mqtt/!aaaaaaaa", "{}").empty());
}

TEST_CASE_METHOD(Fixture, "a gateway that is tied to a user is nobody else's") {
  config.gateway_users = {{0xaaaaaaaa, "ann"}};
  CHECK(objection("!aaaaaaaa", topic_a, envelope_of("!aaaaaaaa"), "ann").empty());
  CHECK(objection("!aaaaaaaa", topic_a, envelope_of("!aaaaaaaa"), "bob") == "other_user");
  CHECK(objection("!aaaaaaaa", topic_a, envelope_of("!aaaaaaaa")) == "other_user");
}

TEST_CASE_METHOD(Fixture,
                 "a phone that does not tell its node is believed only as a user that is tied to it") {
  const std::string phone = "MeshtasticAppleMqttProxy-x";
  CHECK(objection(phone, topic_a, envelope_of("!aaaaaaaa"), "ann") == "no_gateway");
  config.gateway_users = {{0xaaaaaaaa, "ann"}};
  CHECK(objection(phone, topic_a, envelope_of("!aaaaaaaa"), "ann").empty());
  CHECK(objection(phone, topic_a, envelope_of("!aaaaaaaa"), "bob") == "other_user");
}
