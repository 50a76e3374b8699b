// SPDX-License-Identifier: Apache-2.0
// What JSON requests come to.
#include <catch2/catch.hpp>

#include "mesh/own_envelope.h"
#include "tests/unit/mesh/downlink_fixture.h"

namespace mesh::test {
namespace {

TEST_CASE("a gateway accepts the text, shows it and sends it on") {
  Stage stage;
  stage.add(gateway_a);
  const std::string answer = stage.ask(text_request());
  CHECK(contains(answer, R"("accepted":true)"));
  CHECK(contains(answer, R"("gateways":[{"gateway":"!aabbccdd","state":"sent"}])"));
  CHECK(contains(answer, R"("request":{"payload":"hello","type":"sendtext"})"));
  CHECK(stage.verdict == plugin::Verdict::pass);
  REQUIRE(stage.handled[gateway_a].size() == 1);
  const world::Handled& handled = stage.handled[gateway_a][0];
  CHECK(handled.ruling == Ruling::accepted);
  CHECK(handled.text == "hello");
  CHECK(handled.is_relayed);
  CHECK(handled.packet.from() == own_number);
  CHECK(handled.packet.to() == broadcast_number);
  CHECK(handled.packet.id() != 0);
  CHECK(handled.packet.hop_limit() == 3);
  CHECK(handled.packet.hop_start() == 3);
  CHECK(handled.data.bitfield() == 1);
}

TEST_CASE("the envelope stands on the channel's topic under the broker's own id") {
  Stage stage;
  stage.add(gateway_a);
  stage.ask(text_request());
  REQUIRE(stage.published.size() == 2);
  CHECK(stage.published[0].topic == "msh/2/e/LongFast/!0b0b0b0b");
  CHECK_FALSE(stage.published[0].retain);
  proto::ServiceEnvelope envelope;
  REQUIRE(envelope.ParseFromString(stage.published[0].payload));
  CHECK(envelope.gateway_id() == "!0b0b0b0b");
  CHECK(envelope.channel_id() == "LongFast");
}

TEST_CASE("all gateways of the channel get it, or the one that is named") {
  Stage stage;
  stage.add(gateway_a);
  stage.add(gateway_b);
  stage.ask(text_request());
  CHECK(stage.handled[gateway_a].size() == 1);
  CHECK(stage.handled[gateway_b].size() == 1);
  stage.ask(text_request(R"(,"from":"!11223344")"));
  CHECK(stage.handled[gateway_a].size() == 1);
  CHECK(stage.handled[gateway_b].size() == 2);
}

TEST_CASE("a position arrives with its coordinates") {
  Stage stage;
  stage.add(gateway_a);
  stage.ask(R"({"type":"sendposition","payload":{"latitude":52.52,"longitude":13.405,"altitude":34}})");
  REQUIRE(stage.handled[gateway_a].size() == 1);
  proto::Position position;
  REQUIRE(position.ParseFromString(stage.handled[gateway_a][0].data.payload()));
  CHECK(position.latitude_i() == 525200000);
  CHECK(position.longitude_i() == 134050000);
  CHECK(position.altitude() == 34);
}

TEST_CASE("hops, addressee and the wish for an acknowledgement are the request's") {
  Stage stage;
  stage.add(gateway_a);
  stage.ask(text_request(R"(,"hopLimit":0,"to":305419896,"want_ack":true)"));
  REQUIRE(stage.handled[gateway_a].size() == 1);
  const world::Handled& handled = stage.handled[gateway_a][0];
  CHECK(handled.packet.hop_limit() == 0);
  CHECK(handled.packet.to() == 0x12345678);
  CHECK(handled.packet.want_ack());
}

TEST_CASE("channels by index and by name") {
  Stage stage;
  stage.add(gateway_a, {"LongFast", "Family"});
  for (const std::string_view channel : {R"(,"channel":1)", R"(,"channel":"Family")"}) {
    const std::string answer = stage.ask(text_request(channel));
    CHECK(contains(answer, R"("channel":"Family")"));
  }
  CHECK(stage.handled[gateway_a].size() == 2);
}

TEST_CASE("an index that nobody configured means the preset channel on which the gateway listens") {
  MeshConfig config;  // no channel at all
  Stage stage(down_config(), config);
  stage.add(gateway_a, {"MediumFast"});
  CHECK(contains(stage.ask(text_request()), R"("channel":"MediumFast")"));
  stage.add(gateway_b, {"LongFast"});
  const std::string two = stage.ask(text_request());
  CHECK(contains(two, "could be each of: LongFast (0), MediumFast (0)"));
  CHECK(contains(two, R"("accepted":false)"));
  CHECK(contains(stage.ask(text_request(R"(,"from":287454020)")), R"("channel":"LongFast")"));
}

TEST_CASE("a configured channel is not meant by an index that it does not have") {
  Stage stage;
  stage.add(gateway_a, {"LongFast", "Family"});
  const std::string answer = stage.ask(text_request(R"(,"channel":5)"));
  CHECK(contains(answer, R"("accepted":false)"));
  CHECK(stage.handled.empty());
}

struct Refused {
  std::string payload;
  std::string_view reason;
};

TEST_CASE("what is refused reaches no gateway and is answered with the reason") {
  const Refused cases[] = {
      {"42", "no JSON object"},
      {"{bad", "no JSON"},
      {text_request(R"(,"channel":3)"), "knows no channel 3"},
      {text_request(R"(,"channel":"Nowhere")"), "knows no channel"},
      {text_request(R"(,"channel":1)"), "no gateway listens on"},
      {text_request(R"(,"from":287454020)"), "!11223344 is no gateway that listens"},
      {text_request(R"(,"from":185273099)"), "from is the broker's own node"},
      {text_request(R"(,"to":0)"), "to is 0"},
      {text_request(R"(,"to":"!0b0b0b0b")"), "to is the broker's own node"},
      {R"({"type":"sendtext","payload":")" + std::string(233, 'x') + "\"}", "the text has 233 bytes"},
      {R"({"type":"sendposition","payload":{"latitude":91,"longitude":1}})", "latitude is beyond"},
  };
  for (const auto& [payload, reason] : cases) {
    Stage stage;
    stage.add(gateway_a);
    const std::string answer = stage.ask(payload);
    INFO(payload);
    CHECK(contains(answer, R"("accepted":false)"));
    CHECK(contains(answer, reason));
    CHECK(stage.handled.empty());
    CHECK(stage.verdict == plugin::Verdict::pass);
    CHECK_FALSE(stage.may_reach_gateway("msh/2/json/mqtt/", payload));
    REQUIRE(stage.log_lines.size() == 1);
    CHECK(contains(stage.log_lines[0], reason));
  }
}

TEST_CASE("a good request goes to old gateways as it is") {
  Stage stage;
  stage.add(gateway_a);
  CHECK(stage.may_reach_gateway("msh/2/json/mqtt/", text_request()));
  CHECK(stage.may_reach_gateway("msh/2/json/LongFast/!1", R"({"any":"object"})"));
  CHECK_FALSE(stage.may_reach_gateway("msh/2/json/LongFast/!1", "42"));
  CHECK_FALSE(stage.may_reach_gateway("msh/2/json/LongFast/!1", ""));
}

TEST_CASE("a retained request is refused and not routed") {
  Stage stage;
  stage.add(gateway_a);
  CHECK(contains(stage.ask(text_request(), "msh/2/json/mqtt/", true), "retained"));
  CHECK(stage.verdict == plugin::Verdict::drop);
  CHECK(stage.handled.empty());
}

TEST_CASE("a retained request of older times can be cleared") {
  Stage stage;
  CHECK(stage.ask("", "msh/2/json/mqtt/", true).empty());
  CHECK(stage.verdict == plugin::Verdict::pass);
}

TEST_CASE("uplink JSON of a channel called mqtt is left alone") {
  Stage stage;
  stage.add(gateway_a);
  const std::string uplink = R"({"sender":"!12345678","type":"sendtext","payload":"x"})";
  CHECK(stage.ask(uplink, "msh/2/json/mqtt/!12345678").empty());
  CHECK(stage.handled.empty());
  CHECK(stage.may_reach_gateway("msh/2/json/mqtt/!12345678", uplink));
  CHECK(contains(stage.ask(uplink, "msh/2/json/mqtt/!12345679"), R"("accepted":true)"));
}

TEST_CASE("requests are served on every topic below mqtt, and under their own root only") {
  Stage stage;
  stage.add(gateway_a);
  CHECK(contains(stage.ask(text_request(), "msh/2/json/mqtt/!aabbccdd"), R"("accepted":true)"));
  CHECK(contains(stage.ask(text_request(), "msh/2/json/mqtt/a/b/c"), R"("accepted":true)"));
  CHECK(contains(stage.ask(text_request(), "msh/EU_868/2/json/mqtt/"), R"(under msh\/EU_868)"));
  CHECK_FALSE(Downlink::is_request_topic(*Roots({"msh"}).parse("msh/2/json/mqtts/x")));
  CHECK_FALSE(Downlink::is_request_topic(*Roots({"msh"}).parse("msh/2/e/mqtt/x")));
}

TEST_CASE("the fifth packet waits a second, the twenty-first is refused") {
  Stage stage;
  stage.add(gateway_a);
  for (int i = 0; i < 4; ++i) CHECK(contains(stage.ask(text_request()), R"("state":"sent")"));
  for (int i = 0; i < 16; ++i) CHECK(contains(stage.ask(text_request()), R"("state":"waiting")"));
  const std::string over = stage.ask(text_request());
  CHECK(contains(over, R"("accepted":false)"));
  CHECK(contains(over, "too much is waiting already for !aabbccdd"));
  CHECK(stage.handled[gateway_a].size() == 4);
  stage.tick(1);
  CHECK(stage.handled[gateway_a].size() == 5);
  stage.tick(15);
  CHECK(stage.handled[gateway_a].size() == 20);
}

TEST_CASE("a packet that gives way is reported") {
  Stage stage;
  stage.add(gateway_a);
  for (int i = 0; i < 4; ++i) stage.ask(text_request());
  stage.ask(R"({"type":"sendposition","payload":{"latitude":1,"longitude":1}})");
  for (int i = 0; i < 15; ++i) stage.ask(text_request());
  stage.answers.clear();
  CHECK(contains(stage.ask(text_request()), R"("accepted":true)"));
  REQUIRE(stage.answers.size() == 2);
  CHECK(contains(stage.answers[0], "gave way to a later packet in the queue of !aabbccdd"));
}

TEST_CASE("a long text is refused, or split when the configuration says so") {
  DownConfig down = down_config();
  down.long_text = LongText::split;
  Stage stage(down);
  stage.add(gateway_a);
  const std::string answer = stage.ask(R"({"type":"sendtext","payload":")" + std::string(500, 'x') + "\"}");
  CHECK(contains(answer, R"("ids":[)"));
  REQUIRE(stage.handled[gateway_a].size() == 3);
  CHECK(stage.handled[gateway_a][0].text.starts_with("1/3 xxx"));
  for (const world::Handled& each : stage.handled[gateway_a]) CHECK(each.ruling == Ruling::accepted);
}

TEST_CASE("a gateway that takes requests itself is left to its firmware") {
  Stage stage;
  stage.add(gateway_a);
  stage.self_served = {gateway_a};
  const std::string answer = stage.ask(text_request(R"(,"from":2864434397)"));
  CHECK(contains(answer, R"("accepted":true)"));
  CHECK(contains(answer, R"("state":"own_firmware")"));
  CHECK(contains(stage.ask(text_request(R"(,"from":"!aabbccdd")")), "there from must be its number"));
  CHECK(contains(stage.ask(text_request()), "it must be named in from"));
  CHECK(stage.handled.empty());
  CHECK(stage.may_reach_gateway("msh/2/json/mqtt/", text_request(R"(,"from":2864434397)")));
}

}  // namespace
}  // namespace mesh::test
