// SPDX-License-Identifier: Apache-2.0
#include "mesh/explain.h"

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

Explanation explained(const std::string& bytes, const MeshConfig& config = {}) {
  const auto keyring = Keyring::open(config);
  return explain(base::as_bytes(bytes), *keyring, config);
}

bool says(const Explanation& explanation, std::string_view part) {
  for (const std::string& line : explanation.lines) {
    if (line.find(part) != std::string::npos) return true;
  }
  return false;
}

Sending on_channel(const std::string& channel, const std::string& psk) {
  Sending sending;
  sending.channel = channel;
  sending.psk = psk;
  return sending;
}

TEST_CASE("a readable envelope is explained and mirrored") {
  const Explanation explanation = explained(make_envelope(make_text("hi"), on_channel("LongFast", "AQ==")));
  REQUIRE(explanation.json);
  CHECK(explanation.json->find(R"("payload":{"text":"hi"})") != std::string::npos);
  CHECK(says(explanation, "channel \"LongFast\", published by gateway \"!aabbccdd\""));
  CHECK(says(explanation, "from !11223344 to everyone"));
  CHECK(says(explanation, "key for \"LongFast\": AES-128, hash 8, fits"));
  CHECK(says(explanation, "decrypted: port 1 TEXT_MESSAGE_APP, payload of 2 bytes"));
}

TEST_CASE("a missing key, a foreign key and a foreign hash come with advice") {
  MeshConfig config;
  config.channels = {{"Family", "AQID"}};
  const auto on_family = [&config](const std::string& psk) {
    return explained(make_envelope(make_text("hello there"), on_channel("Family", psk)), config);
  };
  CHECK(
      says(explained(make_envelope(make_text("hi"), on_channel("Else", "AQID"))), "add a [[mesh.channel]]"));
  CHECK(says(on_family("AQIE"), "the sender uses another PSK"));
  CHECK(says(on_family("AQIE"), "does not fit"));
  CHECK(says(on_family("AgED"), "another PSK with the same hash"));
  CHECK_FALSE(on_family("AgED").json);
}

TEST_CASE("bytes that are no envelope are explained") {
  CHECK(says(explained(""), "there are no bytes"));
  CHECK(says(explained("hello"), "could not decode this as ServiceEnvelope"));
  CHECK(says(explained(std::string(5000, 'x')), "too long"));
  CHECK(says(explained(from_hex("120161")), "lacks its packet"));
}

TEST_CASE("a payload that does not decode, a direct message and an unknown port are explained") {
  proto::Data broken;
  broken.set_portnum(proto::NODEINFO_APP);
  broken.set_payload("\xff");
  CHECK(says(explained(make_envelope(broken)), "could not decode that payload"));
  CHECK(says(explained(make_envelope(make_text("x"), on_channel("PKI", "AQ=="))), "a direct message"));
  proto::Data strange;
  strange.set_portnum(static_cast<proto::PortNum>(200));
  const Explanation explanation = explained(make_envelope(strange));
  CHECK(says(explanation, "port 200, payload"));
  CHECK(says(explanation, "mesh.json.unsupported"));
  CHECK_FALSE(explanation.json);
}

TEST_CASE("unsupported = true shows the empty type") {
  MeshConfig config;
  config.unsupported = true;
  proto::Data routing;
  routing.set_portnum(proto::ROUTING_APP);
  CHECK(explained(make_envelope(routing), config).json);
}

TEST_CASE("json = false is obeyed and explained") {
  MeshConfig config;
  config.channels = {{"Family", "AQID", 0, false}};
  const Explanation explanation =
      explained(make_envelope(make_text("x"), on_channel("Family", "AQID")), config);
  CHECK_FALSE(explanation.json);
  CHECK(says(explanation, "json = false"));
}

TEST_CASE("controls of a stranger do not reach the terminal, and keys are never shown") {
  MeshConfig config;
  config.channels = {{"\x1b[31m", "c2VjcmV0c2VjcmV0ISEhIQ=="}};
  const Explanation explanation =
      explained(make_envelope(make_text("x"), on_channel("\x1b[31m", "c2VjcmV0c2VjcmV0ISEhIQ==")), config);
  CHECK(explanation.json);
  for (const std::string& line : explanation.lines) {
    CHECK(line.find('\x1b') == std::string::npos);
    CHECK(line.find("secret") == std::string::npos);
    CHECK(line.find("c2Vj") == std::string::npos);
  }
}

}  // namespace
}  // namespace mesh::test
