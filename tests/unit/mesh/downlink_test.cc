// SPDX-License-Identifier: Apache-2.0
#include "mesh/downlink.h"

#include <map>
#include <memory>
#include <set>
#include <utility>

#include <catch2/catch.hpp>

#include "broker/mqtt/topic.h"
#include "mesh/envelope.h"
#include "mesh/own_envelope.h"
#include "tests/support/fake_gateway.h"
#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

using support::FakeGateway;
using world::Ruling;

constexpr std::uint32_t gateway_a = 0xaabbccdd;
constexpr std::uint32_t gateway_b = 0x11223344;
constexpr std::uint32_t own_number = 0x0b0b0b0b;

base::TimePoint at(std::int64_t seconds) { return base::TimePoint{std::chrono::seconds{seconds}}; }

DownConfig down_config() {
  DownConfig config;
  config.node_number = own_number;
  config.seed = 1;
  return config;
}

MeshConfig mesh_config() {
  MeshConfig config;
  config.channels = {{"LongFast", "AQ==", 0}, {"Family", "simple3", 1}};
  return config;
}

/// A broker with gateways: what it publishes reaches those that listen and that the queue lets have it.
class Stage {
 public:
  explicit Stage(DownConfig down = down_config(), const MeshConfig& config = mesh_config())
      : keyring_(*Keyring::open(config)),
        workspace_(keyring_),
        log_(base::Level::info, base::LogFormat::text,
             [this](base::Level, std::string_view line) { log_lines.emplace_back(line); }),
        downlink(Downlink::Parts{down, keyring_, log_, "mesh", listeners(),
                                 [this](std::uint32_t number) -> std::optional<PublicKey> {
                                   const auto found = keys.find(number);
                                   if (found == keys.end()) return std::nullopt;
                                   return found->second;
                                 }}) {}

  FakeGateway& add(std::uint32_t number, const std::vector<std::string>& channels = {"LongFast"}) {
    world::DeviceConfig device{.number = number};
    for (const std::string& name : channels)
      device.channels.push_back({.name = name, .key = keyring_.named(name).front().key});
    gateways.push_back(std::make_unique<FakeGateway>(device));
    return *gateways.back();
  }

  /// The last answer to this request.
  std::string ask(std::string payload, std::string topic = "msh/2/json/mqtt/", bool retain = false) {
    plugin::Draft draft{topic, base::as_bytes(payload), mqtt::Qos::at_most_once, retain};
    const plugin::Client client{.id = "node-red", .user_name = {}};
    const Roots roots({"msh"});
    const auto parsed = roots.parse(topic);
    REQUIRE(parsed);
    REQUIRE(Downlink::is_request_topic(*parsed));
    verdict = downlink.on_request({*parsed, client, draft}, workspace_, host, now);
    return deliver();
  }
  void tick(std::int64_t seconds) {
    for (std::int64_t i = 0; i < seconds; ++i) {
      now += std::chrono::seconds{1};
      downlink.on_tick(host, now);
      deliver();
    }
  }
  bool may_reach_gateway(std::string_view topic, std::string_view payload) {
    return downlink.may_reach_gateway(*Roots({"msh"}).parse(topic), base::as_bytes(payload), workspace_);
  }
  /// A packet to the broker's node, as a gateway has heard it.
  void hear(const proto::Data& data, std::uint32_t from, std::uint32_t to = own_number) {
    Sending sending;
    sending.psk = "AQ==";
    sending.gateway = node_id(gateway_a);
    sending.packet.set_from(from);
    sending.packet.set_to(to);
    sending.packet.set_id(++heard_);
    const std::string envelope = make_envelope(data, sending);
    const auto read = workspace_.envelopes.read(base::as_bytes(envelope));
    REQUIRE(read);
    const auto reception = workspace_.receptions.read(*read);
    REQUIRE(reception);
    downlink.on_reception({TopicKind::envelope, "msh", "LongFast", sending.gateway}, *reception, host, now);
    deliver();
  }

  /// What became of each packet at each gateway, by its number.
  std::map<std::uint32_t, std::vector<world::Handled>> handled;
  std::vector<std::string> answers;
  std::vector<std::string> log_lines;
  std::vector<Published> published;  // everything
  std::vector<std::unique_ptr<FakeGateway>> gateways;
  std::set<std::uint32_t> self_served;
  std::map<std::uint32_t, PublicKey> keys;
  plugin::Verdict verdict = plugin::Verdict::pass;
  base::TimePoint now = at(0);
  FakeHost host;

 private:
  bool listens(const FakeGateway& gateway, std::string_view topic) const {
    for (const std::string& filter : gateway.filters()) {
      if (mqtt::matches(filter, topic)) return true;
    }
    return false;
  }
  Listeners listeners() {
    const auto on = [this](std::string_view topic) {
      std::vector<Listener> found;
      for (const auto& each : gateways) {
        const std::uint32_t number = each->device().config().number;
        if (listens(*each, topic)) found.push_back({each->client_id(), number, self_served.contains(number)});
      }
      return found;
    };
    const auto places = [this] {
      std::vector<Place> found;
      if (!gateways.empty()) found.push_back({"msh", "LongFast"});
      return found;
    };
    return {on, places};
  }
  std::string deliver() {
    std::string answer;
    for (Published& each : std::exchange(host.published, {})) {
      if (each.topic == "mesh/send/result") {
        CHECK(is_json(each.payload));
        answers.push_back(each.payload);
        answer = each.payload;
      } else {
        give(each);
      }
      published.push_back(std::move(each));
    }
    return answer;
  }
  void give(const Published& message) {
    proto::ServiceEnvelope envelope;
    REQUIRE(envelope.ParseFromString(message.payload));
    for (const auto& each : gateways) {
      if (!listens(*each, message.topic)) continue;
      if (!downlink.is_released(envelope.packet().id(), each->client_id())) continue;
      handled[each->device().config().number].push_back(
          each->receive(message.topic, base::as_bytes(message.payload), message.qos));
    }
  }

  Keyring keyring_;
  Workspace workspace_;
  base::Log log_;
  std::uint32_t heard_ = 0;

 public:
  Downlink downlink;
};

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string text_request(std::string_view more = {}) {
  return R"({"type":"sendtext","payload":"hello")" + std::string(more) + "}";
}

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
