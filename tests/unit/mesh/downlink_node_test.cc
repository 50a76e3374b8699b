// SPDX-License-Identifier: Apache-2.0
// The broker as a node: its name, its key, and what comes back to it.
#include <catch2/catch.hpp>

#include "mesh/own_envelope.h"
#include "tests/unit/mesh/downlink_fixture.h"

namespace mesh::test {
namespace {

TEST_CASE("without a number of its own the broker sends nothing and says why") {
  Stage stage(DownConfig{});
  stage.add(gateway_a);
  CHECK(contains(stage.ask(text_request()), "set broker.data_dir, or mesh.node_id"));
  stage.tick(200);
  CHECK(stage.handled.empty());
}

TEST_CASE("the node says its name after a minute, not to those who are not there") {
  Stage stage;
  stage.tick(100);
  CHECK(stage.published.empty());
  stage.add(gateway_a);
  stage.tick(1);
  REQUIRE(stage.handled[gateway_a].size() == 1);
  const world::Handled& handled = stage.handled[gateway_a][0];
  CHECK(handled.ruling == Ruling::accepted);
  CHECK(handled.data.portnum() == proto::NODEINFO_APP);
  proto::User user;
  REQUIRE(user.ParseFromString(handled.data.payload()));
  CHECK(user.long_name() == "meshbroker");
  stage.tick(1000);
  CHECK(stage.handled[gateway_a].size() == 1);
}

TEST_CASE("who asks for the node's name is answered, once in five minutes") {
  Stage stage;
  stage.add(gateway_a);
  stage.add(gateway_b);
  proto::Data question = make_data(proto::NODEINFO_APP, {});
  question.set_want_response(true);
  stage.hear(question, 0x55555555);
  stage.hear(question, 0x55555555);
  REQUIRE(stage.handled[gateway_a].size() == 1);
  CHECK(stage.handled[gateway_b].empty());  // it has not heard the question
  CHECK(stage.handled[gateway_a][0].packet.to() == 0x55555555);
  CHECK(stage.handled[gateway_a][0].data.request_id() == 1);
  CHECK_FALSE(stage.handled[gateway_a][0].data.want_response());
  stage.hear(make_data(proto::NODEINFO_APP, {}), 0x66666666);
  stage.hear(question, 0x66666666, broadcast_number);
  CHECK(stage.handled[gateway_a].size() == 1);
}

TEST_CASE("an acknowledgement that comes back is matched with its request") {
  Stage stage;
  stage.add(gateway_a);
  stage.ask(text_request(R"(,"to":"!55555555","want_ack":true)"));
  const std::uint32_t id = stage.handled[gateway_a].at(0).packet.id();
  proto::Routing routing;
  routing.set_error_reason(0);
  proto::Data data = make_data(proto::ROUTING_APP, routing.SerializeAsString());
  data.set_request_id(id);
  stage.hear(data, 0x55555555);
  CHECK(stage.answers.back() ==
        R"({"acked":true,"by":"!55555555","error":"NONE","gateway":"!aabbccdd","id":)" + std::to_string(id) +
            "}");
}

TEST_CASE("a failure that comes back has its name") {
  Stage stage;
  stage.add(gateway_a);
  stage.ask(text_request(R"(,"to":"!55555555","want_ack":true)"));
  proto::Routing routing;
  routing.set_error_reason(5);
  proto::Data data = make_data(proto::ROUTING_APP, routing.SerializeAsString());
  data.set_request_id(stage.handled[gateway_a].at(0).packet.id());
  stage.hear(data, 0x55555555);
  CHECK(contains(stage.answers.back(), R"("acked":false,"by":"!55555555","error":"MAX_RETRANSMIT")"));
}

TEST_CASE("a direct text is sealed when the receiver's key is known") {
  DownConfig down = down_config();
  down.node_number.reset();
  down.is_kept = true;
  Stage stage(down);
  FakeGateway& gateway = stage.add(gateway_a);
  gateway.device().config().known = {stage.downlink.node().number(), 0x55555555};
  const KeyPair receiver = make_key_pair();
  stage.keys[0x55555555] = receiver.public_key;
  CHECK(contains(stage.ask(text_request(R"(,"to":"!55555555")")), R"("channel":"PKI")"));
  REQUIRE(stage.handled[gateway_a].size() == 1);
  const world::Handled& handled = stage.handled[gateway_a][0];
  CHECK(handled.ruling == Ruling::accepted);
  CHECK(handled.packet.channel() == 0);
  const auto shared = agree(receiver.private_key, stage.downlink.node().keys()->public_key);
  REQUIRE(shared);
  const base::Bytes sealed = base::as_bytes(handled.packet.encrypted());
  std::vector<std::uint8_t> plain(sealed.size() - pki_overhead);
  REQUIRE(unseal(*shared, {handled.packet.id(), handled.packet.from(), sealed}, plain));
  proto::Data data;
  REQUIRE(data.ParseFromArray(plain.data(), static_cast<int>(plain.size())));
  CHECK(data.payload() == "hello");
  CHECK(stage.published[0].topic == "msh/2/e/PKI/" + stage.downlink.node().id());
}

TEST_CASE("a position to one node, and a text to one without a known key, go by the channel") {
  DownConfig down = down_config();
  down.node_number.reset();
  down.is_kept = true;
  Stage stage(down);
  stage.add(gateway_a);
  stage.keys[0x55555555] = make_key_pair().public_key;
  CHECK(contains(
      stage.ask(R"({"type":"sendposition","to":"!55555555","payload":{"latitude":1,"longitude":1}})"),
      R"("channel":"LongFast")"));
  CHECK(contains(stage.ask(text_request(R"(,"to":"!66666666")")), R"("channel":"LongFast")"));
}

TEST_CASE("strangers' refusals do not fill the log") {
  Stage stage;
  for (int i = 0; i < 100; ++i) stage.ask("x");
  CHECK(stage.log_lines.size() == LogAllowance::per_minute);
  CHECK(stage.answers.size() == 100);
}

TEST_CASE("nobody is answered where nobody listens") {
  Stage stage;
  stage.add(gateway_a);
  stage.host.is_wanted = false;
  CHECK(stage.ask(text_request()).empty());
  CHECK(stage.handled[gateway_a].size() == 1);
}

}  // namespace
}  // namespace mesh::test
