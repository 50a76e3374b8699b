// SPDX-License-Identifier: Apache-2.0
// The broker's own key pair, through the whole plugin: what it signs, seals and opens.
#include <catch2/catch.hpp>

#include "mesh/cipher.h"
#include "mesh/envelope.h"
#include "mesh/own_envelope.h"
#include "mesh/xeddsa.h"
#include "tests/unit/mesh/packet_fixture.h"

namespace mesh::test {
namespace {

constexpr std::uint32_t alice = 0x55555555;
const std::string gateway = "!aabbccdd";

MeshConfig config_with_key() {
  MeshConfig config;
  config.channels = {{.name = "LongFast", .psk = "AQ=="}};
  config.mirror = Mirror::packet;
  config.down.is_kept = true;
  config.down.seed = 1;
  return config;
}

/// A broker with a key, a gateway that listens, and Alice behind it.
struct Talk {
  Mesh mesh{config_with_key()};
  KeyPair keys = make_key_pair();
  base::TimePoint now{};
  std::uint32_t id = 100;

  Talk() {
    mesh.host().is_wanted = true;
    const plugin::Client client{.id = gateway, .user_name = {}};
    mesh.plugin().on_connect(client, mesh.host(), now);
    for (const std::string_view filter : {"msh/2/e/LongFast/+", "msh/2/e/PKI/+"})
      mesh.plugin().on_subscribe(client, filter, mqtt::Qos::at_most_once, mesh.host(), now);
  }
  std::vector<Published> announce() {
    proto::User user;
    user.set_public_key(std::string(base::as_text(keys.public_key.bytes)));
    Sending sending;
    sending.psk = "AQ==";
    sending.packet.set_from(alice);
    sending.packet.set_id(id++);
    return mesh.receive(topic_of(sending),
                        make_envelope(make_data(proto::NODEINFO_APP, user.SerializeAsString()), sending));
  }
  /// The envelope that the broker publishes for a request.
  proto::ServiceEnvelope ask(std::string_view request) {
    proto::ServiceEnvelope envelope;
    for (const Published& each : mesh.receive("msh/2/json/mqtt/", request)) {
      if (each.topic.starts_with("msh/2/e/")) REQUIRE(envelope.ParseFromString(each.payload));
    }
    REQUIRE(envelope.packet().from() != 0);
    return envelope;
  }
  PublicKey key_of_broker() {
    const std::string& kept = mesh.host().kept.at("mesh/own/key");
    return public_key_of(PrivateKey{base::as_bytes(kept).first<pki_key_bytes>()});
  }
};

proto::Data opened(const proto::ServiceEnvelope& envelope, const SharedKey& key) {
  const proto::MeshPacket& packet = envelope.packet();
  std::vector<std::uint8_t> plain(packet.encrypted().size() - pki_overhead);
  REQUIRE(unseal(key, {packet.id(), packet.from(), base::as_bytes(packet.encrypted())}, plain));
  proto::Data data;
  REQUIRE(data.ParseFromArray(plain.data(), static_cast<int>(plain.size())));
  return data;
}

TEST_CASE("a direct text is sealed with the announced key, and its sealed acknowledgement comes back") {
  Talk talk;
  talk.mesh.tick(1);  // keeps the key
  talk.announce();
  const auto envelope = talk.ask(R"({"type":"sendtext","payload":"psst","to":"!55555555","want_ack":true})");
  CHECK(envelope.channel_id() == "PKI");
  const SharedKey shared = *agree(talk.keys.private_key, talk.key_of_broker());
  CHECK(opened(envelope, shared).payload() == "psst");

  proto::Routing routing;
  routing.set_error_reason(0);
  proto::Data acknowledgement = make_data(proto::ROUTING_APP, routing.SerializeAsString());
  acknowledgement.set_request_id(envelope.packet().id());
  const OwnHead head{alice, envelope.packet().from(), talk.id++, 3, false};
  std::string back = seal_for_node(head, acknowledgement, shared, {1, 2, 3, 4});
  proto::ServiceEnvelope heard;
  REQUIRE(heard.ParseFromString(back));
  heard.set_gateway_id(gateway);
  const auto published = talk.mesh.receive("msh/2/e/PKI/" + gateway, heard.SerializeAsString());
  REQUIRE(published.size() == 1);
  CHECK(published[0].topic == "mesh/send/result");
  CHECK(has(published[0].payload, R"("acked":true,"by":"!55555555")"));
}

TEST_CASE("the key and what it opens survive a restart") {
  Talk before;
  before.mesh.tick(1);
  before.announce();
  before.mesh.tick(2);
  Talk after;
  before.mesh.stop(after.mesh, 3);
  CHECK(after.ask(R"({"type":"sendtext","payload":"a","to":"!55555555"})").channel_id() == "PKI");
  const auto first = before.ask(R"({"type":"sendtext","payload":"a"})");
  const auto second = after.ask(R"({"type":"sendtext","payload":"a"})");
  CHECK(first.packet().from() == second.packet().from());
}

TEST_CASE("broadcasts are signed with the broker's key when they have room for it") {
  Talk talk;
  talk.mesh.tick(1);
  const auto content_of = [](const proto::ServiceEnvelope& envelope) {
    const proto::MeshPacket& packet = envelope.packet();
    std::string plain = packet.encrypted();
    Cipher(expand_psk(std::array<std::uint8_t, 1>{1}))
        .apply(base::as_bytes(packet.encrypted()), counter_block(packet.id(), packet.from()),
               {reinterpret_cast<std::uint8_t*>(plain.data()), plain.size()});
    proto::Data data;
    REQUIRE(data.ParseFromString(plain));
    return data;
  };
  const auto envelope = talk.ask(R"({"type":"sendtext","payload":"hello"})");
  const proto::Data data = content_of(envelope);
  REQUIRE(data.xeddsa_signature().size() == signature_bytes);
  SignatureBytes signature{};
  std::copy_n(base::as_bytes(data.xeddsa_signature()).begin(), signature_bytes, signature.begin());
  const std::string content = signed_bytes({envelope.packet().from(), envelope.packet().id(),
                                            proto::TEXT_MESSAGE_APP, base::as_bytes(data.payload())});
  CHECK(is_signed_by(talk.key_of_broker(), base::as_bytes(content), signature));

  const std::string longest(166, 'x');
  CHECK(content_of(talk.ask(R"({"type":"sendtext","payload":")" + longest + "\"}")).ByteSizeLong() ==
        max_data_bytes);
  CHECK(content_of(talk.ask(R"({"type":"sendtext","payload":")" + longest + "y\"}"))
            .xeddsa_signature()
            .empty());
}

}  // namespace
}  // namespace mesh::test
