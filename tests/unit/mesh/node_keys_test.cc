// SPDX-License-Identifier: Apache-2.0
#include "mesh/node_keys.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

constexpr std::uint32_t alice = 0x11111111;
const PacketIdentity identity{1, alice, 7};

/// The keys of a plugin, and Alice's pair.
struct Keys {
  base::Log log{base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {}};
  NodeKeys keys{10, log};
  FakeHost host;
  KeyPair alices = make_key_pair();

  void announce() {
    proto::User user;
    user.set_public_key(std::string(base::as_text(alices.public_key.bytes)));
    proto::MeshPacket packet;
    packet.set_from(alice);
    Reception reception;
    reception.envelope.packet = &packet;
    const proto::User* const read = &user;
    reception.payload = read;
    keys.heard(reception, host, base::TimePoint{});
  }

  proto::Data signed_text() const {
    proto::Data data = make_text("hello");
    const std::string message = signed_bytes({alice, 7, proto::TEXT_MESSAGE_APP, base::as_bytes("hello")});
    const auto signature = sign(alices, base::as_bytes(message));
    data.set_xeddsa_signature(std::string(base::as_text(*signature)));
    return data;
  }

  SignatureVerdict judge(const proto::Data& data) {
    proto::MeshPacket packet;
    packet.set_from(alice);
    packet.set_id(7);
    return keys.judge(identity, packet, data);
  }
};

TEST_CASE("a packet without signature, or from a node without key, has its verdict at once") {
  Keys keys;
  CHECK(keys.judge(make_text("hello")) == SignatureVerdict::none);
  CHECK(keys.judge(keys.signed_text()) == SignatureVerdict::key_unknown);
  keys.announce();
  proto::Data cut = keys.signed_text();
  cut.mutable_xeddsa_signature()->pop_back();
  CHECK(keys.judge(cut) == SignatureVerdict::invalid);
}

TEST_CASE("a signature has its verdict once it is verified") {
  Keys keys;
  keys.announce();
  proto::Data altered = keys.signed_text();
  altered.set_payload("hullo");
  CHECK(keys.judge(keys.signed_text()) == SignatureVerdict::unverified);
  CHECK(keys.judge(altered) == SignatureVerdict::unverified);
  keys.keys.checker().wait_until_done();
  const auto judged = keys.keys.take_judged();
  REQUIRE(judged.size() == 2);
  CHECK(judged[0].packet == identity);
  CHECK(judged[0].verdict == SignatureVerdict::valid);
  CHECK(judged[1].verdict == SignatureVerdict::invalid);
}

TEST_CASE("a kept pin with a name that is no number is ignored") {
  Keys keys;
  keys.announce();
  keys.keys.on_tick(keys.host);
  REQUIRE(keys.host.kept.size() == 1);
  const std::string value = keys.host.kept.begin()->second;
  NodeKeys restored(10, keys.log);
  for (const char* const name : {"mesh/key/", "mesh/key/1111111", "mesh/key/1111111g", "mesh/node/11111111"})
    restored.restore(name, base::as_bytes(value));
  CHECK(restored.pins().size() == 0);
  restored.restore("mesh/key/11111111", base::as_bytes(value));
  CHECK(restored.pins().key_of(alice) == keys.alices.public_key);
}

}  // namespace
}  // namespace mesh::test
