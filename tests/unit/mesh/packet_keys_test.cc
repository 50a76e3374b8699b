// SPDX-License-Identifier: Apache-2.0
// What mesh/packet/… says of signatures and of changed keys.
#include <string>

#include <catch2/catch.hpp>

#include "mesh/xeddsa.h"
#include "tests/unit/mesh/packet_fixture.h"

namespace mesh::test {
namespace {

constexpr std::uint32_t alice = 0x11223344;

/// The feed, and a node that announces its key and signs.
struct Signing {
  Feed mesh;
  KeyPair pair = make_key_pair();
  std::uint32_t id = 100;
  std::int64_t now = 0;

  /// What is told of one packet from Alice once its window is over.
  std::string told_of(const proto::Data& data) {
    Sending sending;
    sending.packet.set_id(id++);
    mesh.receive("msh/2/e/LongFast/!aabbccdd", make_envelope(data, sending), now);
    mesh.plugin().node_keys().checker().wait_until_done();
    now += 10;
    const auto published = mesh.tick(now);
    REQUIRE(published.size() == 1);
    return published[0].payload;
  }

  /// Signed as the next packet.
  proto::Data signed_data(proto::Data data) const {
    const std::string message =
        signed_bytes({alice, id, static_cast<std::uint32_t>(data.portnum()), base::as_bytes(data.payload())});
    data.set_xeddsa_signature(std::string(base::as_text(*sign(pair, base::as_bytes(message)))));
    return data;
  }

  proto::Data announcement() const {
    proto::User user;
    user.set_public_key(std::string(base::as_text(pair.public_key.bytes)));
    proto::Data data;
    data.set_portnum(proto::NODEINFO_APP);
    data.set_payload(user.SerializeAsString());
    return data;
  }
};

TEST_CASE("a signed packet has its verdict in its message") {
  Signing alices;
  CHECK(has(alices.told_of(alices.signed_data(make_text("a"))), R"("signature":"key_unknown")"));
  CHECK(has(alices.told_of(alices.announcement()), R"("signature":"none")"));
  CHECK(has(alices.told_of(alices.signed_data(make_text("b"))), R"("signature":"valid")"));
  proto::Data altered = alices.signed_data(make_text("c"));
  altered.set_payload("d");
  CHECK(has(alices.told_of(altered), R"("signature":"invalid")"));
  CHECK(alices.mesh.count("mesh_signatures_valid") == 1);
}

TEST_CASE("a node's first announcement is verified with the key in it") {
  Signing alices;
  CHECK(has(alices.told_of(alices.signed_data(alices.announcement())), R"("signature":"valid")"));
}

TEST_CASE("a packet's signature is verified once, however many gateways heard it") {
  Signing alices;
  alices.told_of(alices.announcement());
  const proto::Data data = alices.signed_data(make_text("a"));
  for (const char* const gateway : {"!00000001", "!00000002", "!00000003"}) {
    Sending sending;
    sending.gateway = gateway;
    sending.packet.set_id(alices.id);
    alices.mesh.receive(topic_of(sending), make_envelope(data, sending), alices.now);
  }
  alices.mesh.plugin().node_keys().checker().wait_until_done();
  CHECK(alices.mesh.tick(alices.now + 10).size() == 1);
  CHECK(alices.mesh.count("mesh_signatures_valid") == 1);
}

TEST_CASE("while nobody listens no signature is verified") {
  Signing alices;
  alices.told_of(alices.announcement());
  alices.mesh.host().is_wanted = false;
  Sending sending;
  sending.packet.set_id(alices.id);
  alices.mesh.receive(topic_of(sending), make_envelope(alices.signed_data(make_text("a")), sending), 50);
  alices.mesh.plugin().node_keys().checker().wait_until_done();
  alices.mesh.tick(60);
  CHECK(alices.mesh.count("mesh_signatures_valid") == 0);
}

TEST_CASE("packets of a node whose announced key has changed say so") {
  Signing alices;
  CHECK_FALSE(has(alices.told_of(alices.announcement()), "key_changed"));
  alices.pair = make_key_pair();
  CHECK(has(alices.told_of(alices.announcement()), R"("key_changed":true)"));
  CHECK(has(alices.told_of(make_text("a")), R"("key_changed":true)"));
  CHECK(has(alices.told_of(alices.signed_data(make_text("b"))), R"("signature":"invalid")"));
}

}  // namespace
}  // namespace mesh::test
