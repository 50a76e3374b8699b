// SPDX-License-Identifier: Apache-2.0
#include "mesh/direct_messages.h"

#include <array>
#include <string>

#include <catch2/catch.hpp>

#include "mesh/mesh_plugin.h"
#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

constexpr std::uint32_t alice = 0x11111111;
constexpr std::uint32_t bob = 0x22222222;

PrivateKey private_key(std::uint8_t byte) {
  std::array<std::uint8_t, pki_key_bytes> bytes{};
  bytes.fill(byte);
  return PrivateKey(bytes);
}
const KeyPair alices{private_key(1), public_key_of(private_key(1))};
const KeyPair bobs{private_key(2), public_key_of(private_key(2))};

MeshConfig knowing(std::vector<NodeKeyConfig> node_keys) {
  MeshConfig config;
  config.node_keys = std::move(node_keys);
  return config;
}

/// From Alice to Bob; every retransmission has another `extra`.
struct Direct {
  proto::Data data = make_text("psst");
  std::uint8_t extra = 0;
  std::uint32_t id = 9;
};

std::string direct_envelope(const Direct& direct) {
  const std::string plain = direct.data.SerializeAsString();
  std::string sealed(plain.size() + pki_overhead, '\0');
  seal(*agree(alices.private_key, bobs.public_key), {direct.id, alice, {direct.extra}}, base::as_bytes(plain),
       {reinterpret_cast<std::uint8_t*>(sealed.data()), sealed.size()});
  proto::ServiceEnvelope envelope;
  envelope.set_channel_id("PKI");
  envelope.set_gateway_id("!aabbccdd");
  proto::MeshPacket& packet = *envelope.mutable_packet();
  packet.set_from(alice);
  packet.set_to(bob);
  packet.set_id(direct.id);
  packet.set_pki_encrypted(true);
  packet.set_encrypted(sealed);
  return envelope.SerializeAsString();
}

constexpr const char* pki_topic = "msh/2/e/PKI/!aabbccdd";

/// A node info with a key, over the channel that everybody reads.
std::string announcement(std::uint32_t from, const PublicKey& key) {
  proto::User user;
  user.set_long_name("name");
  user.set_public_key(std::string(base::as_text(key.bytes)));
  proto::Data data;
  data.set_portnum(proto::NODEINFO_APP);
  data.set_payload(user.SerializeAsString());
  Sending sending;
  sending.psk = "AQ==";
  sending.packet.set_from(from);
  static std::uint32_t next_id = 100;
  sending.packet.set_id(++next_id);
  return make_envelope(data, sending);
}

constexpr const char* channel_topic = "msh/2/e/LongFast/!aabbccdd";

TEST_CASE("a direct message to a node of the operator's is mirrored once the sender's key is known") {
  Mesh mesh(knowing({{bob, bobs.private_key}}));
  CHECK(mesh.receive(pki_topic, direct_envelope({})).empty());
  CHECK(mesh.count("mesh_direct_key_unknown") == 1);
  mesh.receive(channel_topic, announcement(alice, alices.public_key));
  const auto published = mesh.receive(pki_topic, direct_envelope({}));
  REQUIRE(published.size() == 1);
  CHECK(published[0].topic == "msh/2/json/PKI/!aabbccdd");
  CHECK(published[0].payload.starts_with(R"({"channel":0,"from":286331153,)"));
  CHECK(published[0].payload.find(R"("payload":{"text":"psst"})") != std::string::npos);
  CHECK(mesh.count("mesh_direct_opened") == 1);
}

TEST_CASE("a direct message from a node of the operator's is read with the addressee's pinned key") {
  Mesh mesh(knowing({{alice, alices.private_key}}));
  mesh.receive(channel_topic, announcement(bob, bobs.public_key));
  CHECK(mesh.receive(pki_topic, direct_envelope({})).size() == 1);
}

TEST_CASE("between two nodes of the operator's nothing has to be announced") {
  Mesh mesh(knowing({{alice, alices.private_key}, {bob, bobs.private_key}}));
  CHECK(mesh.receive(pki_topic, direct_envelope({})).size() == 1);
}

TEST_CASE("a retransmitted direct message has other bytes and is a duplicate") {
  Mesh mesh(knowing({{alice, alices.private_key}, {bob, bobs.private_key}}));
  CHECK(mesh.receive(pki_topic, direct_envelope({})).size() == 1);
  CHECK(mesh.receive(pki_topic, direct_envelope({.extra = 1})).empty());
  CHECK(mesh.count(Outcome::duplicate) == 1);
}

TEST_CASE("a direct message that does not open stays closed, and is counted") {
  Mesh mesh(knowing({{bob, private_key(3)}}));
  mesh.receive(channel_topic, announcement(alice, alices.public_key));
  CHECK(mesh.receive(pki_topic, direct_envelope({})).empty());
  CHECK(mesh.count("mesh_direct_wrong_key") == 1);
}

TEST_CASE("a direct message that opens to no Data message stays closed, and is counted") {
  Mesh mesh(knowing({{alice, alices.private_key}, {bob, bobs.private_key}}));
  CHECK(mesh.receive(pki_topic, direct_envelope({.data = {}})).empty());
  proto::Data no_port;
  no_port.set_payload("x");
  CHECK(mesh.receive(pki_topic, direct_envelope({.data = no_port})).empty());
  CHECK(mesh.count("mesh_direct_undecodable") == 1);
}

TEST_CASE("direct messages between others are neither opened nor counted") {
  Mesh mesh(knowing({{7, bobs.private_key}}));
  mesh.receive(channel_topic, announcement(alice, alices.public_key));
  CHECK(mesh.receive(pki_topic, direct_envelope({})).empty());
  CHECK(mesh.count("mesh_direct_key_unknown") == 0);
  CHECK(mesh.count("mesh_direct_wrong_key") == 0);
}

TEST_CASE("a changed key is reported once, rationed, and not taken over") {
  Mesh mesh{MeshConfig{}};
  mesh.receive(channel_topic, announcement(alice, alices.public_key));
  mesh.receive(channel_topic, announcement(alice, bobs.public_key));
  mesh.receive(channel_topic, announcement(alice, bobs.public_key));
  CHECK(mesh.count("mesh_keys_pinned") == 1);
  CHECK(mesh.count("mesh_keys_changed") == 1);
  const auto count_lines = [&mesh] {
    std::size_t count = 0;
    for (const std::string& line : mesh.log_lines)
      count += line.find("node_key_changed") != std::string::npos ? 1 : 0;
    return count;
  };
  CHECK(count_lines() == 1);
  for (std::uint8_t byte = 10; byte < 40; ++byte)
    mesh.receive(channel_topic, announcement(alice, public_key_of(private_key(byte))));
  CHECK(count_lines() == 10);
  CHECK(mesh.count("mesh_keys_changed") == 31);
}

TEST_CASE("no log line has a byte of a private or shared key") {
  Mesh mesh(knowing({{bob, bobs.private_key}}));
  mesh.receive(channel_topic, announcement(alice, alices.public_key));
  mesh.receive(pki_topic, direct_envelope({}));
  for (const std::string& line : mesh.log_lines) CHECK(line.find("0202") == std::string::npos);
}

TEST_CASE("a reload brings keys and takes keys away, and a problem changes nothing") {
  Mesh mesh{MeshConfig{}};
  Sending sending;
  sending.channel = "Family";
  sending.psk = "AQID";
  const auto receive = [&mesh, &sending] {
    sending.packet.set_id(sending.packet.id() + 1);
    return mesh.receive("msh/2/e/Family/!aabbccdd", make_envelope(make_text("hi"), sending)).size();
  };
  CHECK(receive() == 0);
  MeshConfig config;
  config.channels = {{"Family", "AQID"}};
  REQUIRE(mesh.plugin().reload(config));
  CHECK(receive() == 1);
  MeshConfig broken;
  broken.channels = {{"Family", "?"}};
  CHECK_FALSE(mesh.plugin().reload(broken));
  CHECK(receive() == 1);
  REQUIRE(mesh.plugin().reload(MeshConfig{}));
  CHECK(receive() == 0);
  CHECK(mesh.receive(pki_topic, direct_envelope({})).empty());
  REQUIRE(mesh.plugin().reload(knowing({{alice, alices.private_key}, {bob, bobs.private_key}})));
  CHECK(mesh.receive(pki_topic, direct_envelope({})).size() == 1);
}

TEST_CASE("pins outlive a restart") {
  Mesh before{MeshConfig{}};
  before.receive(channel_topic, announcement(alice, alices.public_key));
  before.tick(1);
  Mesh after(knowing({{bob, bobs.private_key}}));
  before.stop(after, 2);
  CHECK(after.receive(pki_topic, direct_envelope({})).size() == 1);
}

}  // namespace
}  // namespace mesh::test
