// SPDX-License-Identifier: Apache-2.0
#include "mesh/envelope.h"

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

/// The outcome; published stands for "read".
Outcome outcome_of(const std::string& bytes) {
  EnvelopeReader reader;
  const auto envelope = reader.read(base::as_bytes(bytes));
  return envelope ? Outcome::published : envelope.error();
}

proto::ServiceEnvelope whole() {
  proto::ServiceEnvelope envelope;
  *envelope.mutable_packet() = make_packet();
  envelope.set_channel_id("LongFast");
  envelope.set_gateway_id("!aabbccdd");
  return envelope;
}

TEST_CASE("an envelope gives packet, channel id and gateway id") {
  EnvelopeReader reader;
  const std::string bytes = whole().SerializeAsString();
  const auto envelope = reader.read(base::as_bytes(bytes));
  REQUIRE(envelope);
  CHECK(envelope->packet->from() == 0x11223344);
  CHECK(envelope->channel_id == "LongFast");
  CHECK(envelope->gateway_id == "!aabbccdd");
}

TEST_CASE("an envelope that lacks one of its three parts is incomplete") {
  proto::ServiceEnvelope envelope = whole();
  envelope.clear_packet();
  CHECK(outcome_of(envelope.SerializeAsString()) == Outcome::incomplete);
  envelope = whole();
  envelope.clear_channel_id();
  CHECK(outcome_of(envelope.SerializeAsString()) == Outcome::incomplete);
  envelope = whole();
  envelope.clear_gateway_id();
  CHECK(outcome_of(envelope.SerializeAsString()) == Outcome::incomplete);
}

TEST_CASE("an id that is empty for a C program is missing") {
  proto::ServiceEnvelope envelope = whole();
  envelope.set_gateway_id(std::string("\0!aabbccdd", 10));
  CHECK(outcome_of(envelope.SerializeAsString()) == Outcome::incomplete);
}

TEST_CASE("ids are read up to their first NUL") {
  proto::ServiceEnvelope envelope = whole();
  envelope.set_channel_id(std::string("LongFast\0\xff", 10));
  EnvelopeReader reader;
  const std::string bytes = envelope.SerializeAsString();
  const auto read = reader.read(base::as_bytes(bytes));
  REQUIRE(read);
  CHECK(read->channel_id == "LongFast");
}

TEST_CASE("what is no envelope says so") {
  CHECK(outcome_of("") == Outcome::empty);
  CHECK(outcome_of("hello") == Outcome::not_an_envelope);
  CHECK(outcome_of("{\"from\":1}") == Outcome::not_an_envelope);
  const std::string bytes = whole().SerializeAsString();
  CHECK(outcome_of(bytes.substr(0, 20)) == Outcome::not_an_envelope);
}

TEST_CASE("an envelope at the size limit is read, one byte more is not") {
  proto::ServiceEnvelope envelope = whole();
  const std::size_t rest = envelope.ByteSizeLong() - 8;
  envelope.set_channel_id(std::string(max_envelope_bytes - rest - 1, 'c'));
  REQUIRE(envelope.ByteSizeLong() == max_envelope_bytes);
  CHECK(outcome_of(envelope.SerializeAsString()) == Outcome::published);
  envelope.mutable_channel_id()->push_back('c');
  CHECK(outcome_of(envelope.SerializeAsString()) == Outcome::oversize);
}

TEST_CASE("a reader holds nothing of the envelope before") {
  EnvelopeReader reader;
  const std::string full = whole().SerializeAsString();
  REQUIRE(reader.read(base::as_bytes(full)));
  proto::ServiceEnvelope bare;
  bare.mutable_packet()->set_id(1);
  bare.set_channel_id("x");
  bare.set_gateway_id("y");
  const std::string bytes = bare.SerializeAsString();
  const auto envelope = reader.read(base::as_bytes(bytes));
  REQUIRE(envelope);
  CHECK(envelope->packet->from() == 0);
  CHECK(envelope->packet->rx_rssi() == 0);
}

TEST_CASE("a node id is an exclamation mark and eight hex digits") {
  CHECK(node_id(0) == "!00000000");
  CHECK(node_id(0xabcd) == "!0000abcd");
  CHECK(node_id(0xffffffff) == "!ffffffff");
}

}  // namespace
}  // namespace mesh::test
