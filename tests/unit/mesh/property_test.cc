// SPDX-License-Identifier: Apache-2.0
// Random input: nothing crashes, all that is published is JSON, and the two protobuf readers agree.
#include <random>
#include <string>

#include <catch2/catch.hpp>

#include "mesh/json_text.h"
#include "mesh/wire_rules.h"
#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

using Random = std::mt19937_64;

std::string random_bytes(Random& random, std::size_t max_size) {
  std::string bytes(random() % (max_size + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// Up to four bytes changed, removed or inserted.
std::string damaged(Random& random, std::string bytes) {
  for (std::uint64_t i = random() % 4 + 1; i > 0 && !bytes.empty(); --i) {
    const auto at = static_cast<std::ptrdiff_t>(random() % bytes.size());
    const char value = static_cast<char>(random());
    switch (random() % 3) {
      case 0:
        bytes[static_cast<std::size_t>(at)] = value;
        break;
      case 1:
        bytes.erase(bytes.begin() + at);
        break;
      default:
        bytes.insert(bytes.begin() + at, value);
    }
  }
  return bytes;
}

MeshConfig permissive() {
  MeshConfig config;
  config.unsupported = true;
  config.mirror = Mirror::gateway;
  config.channels = {{"Open", "none"}};
  return config;
}

void check_published(const std::vector<Published>& published) {
  for (const Published& message : published) {
    if (!is_json(message.payload)) FAIL("not JSON: " << to_hex(message.payload));
  }
}

TEST_CASE("random payloads of every port are survived and what they give is JSON") {
  Mesh mesh(permissive());
  Random random(1);
  for (int i = 0; i < 4000; ++i) {
    proto::Data data;
    data.set_portnum(static_cast<proto::PortNum>(random() % 80));
    data.set_payload(random_bytes(random, 60));
    if (random() % 2 != 0) data.set_request_id(1);
    Sending sending;
    sending.channel = random() % 2 != 0 ? "Open" : "LongFast";
    sending.psk = sending.channel == "Open" ? "none" : random() % 2 != 0 ? "AQ==" : "";
    check_published(mesh.receive(topic_of(sending), make_envelope(data, sending)));
  }
  CHECK(mesh.count(Outcome::published) > 100);
  CHECK(mesh.count(Outcome::payload_malformed) > 100);
}

TEST_CASE("damaged envelopes are survived and what they give is JSON") {
  Mesh mesh(permissive());
  Random random(2);
  for (int i = 0; i < 4000; ++i) {
    Sending sending;
    sending.psk = random() % 2 != 0 ? "AQ==" : "";
    const std::string envelope = make_envelope(make_text("{\"a\":[1,\"x\"]}"), sending);
    check_published(mesh.receive(topic_of(sending), damaged(random, envelope)));
  }
  CHECK(mesh.count(Outcome::not_an_envelope) > 100);
}

TEST_CASE("random texts are survived and what they give is JSON") {
  Mesh mesh(permissive());
  Random random(3);
  constexpr std::string_view alphabet = "{}[]\",:0123456789.-+eEtrufalsn\\/ \t\x01\xc3\xa9";
  for (int i = 0; i < 4000; ++i) {
    std::string text(random() % 12, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    check_published(mesh.receive(topic_of({}), make_envelope(make_text(text))));
  }
}

TEST_CASE("a text is taken as JSON exactly when a standard reader takes it") {
  JsonText json_text;
  Random random(4);
  constexpr std::string_view alphabet = "{}[]\",:01.-e \\u";
  int taken = 0;
  for (int i = 0; i < 40000; ++i) {
    std::string text(random() % 8, ' ');
    for (char& c : text) c = alphabet[random() % alphabet.size()];
    TextBuffer out;
    const bool is_taken = json_text.append_if_json(text, out);
    taken += is_taken ? 1 : 0;
    if (is_taken != is_json(text)) FAIL("text " << text << " gave " << out.view());
  }
  CHECK(taken > 100);
}

TEST_CASE("the library reads whatever the devices' rules let through") {
  Random random(5);
  std::string scratch;
  int read = 0;
  for (int i = 0; i < 20000; ++i) {
    proto::Telemetry telemetry;
    telemetry.mutable_environment_metrics()->set_iaq(static_cast<std::uint32_t>(random() % 70000));
    telemetry.mutable_environment_metrics()->set_temperature(1.5F);
    const std::string bytes = damaged(random, telemetry.SerializeAsString());
    const auto wire = readable_wire(base::as_bytes(bytes), telemetry_rule, scratch);
    if (!wire) continue;
    ++read;
    if (!telemetry.ParseFromArray(wire->data(), static_cast<int>(wire->size()))) FAIL(to_hex(bytes));
  }
  CHECK(read > 1000);
}

}  // namespace
}  // namespace mesh::test
