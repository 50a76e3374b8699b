// SPDX-License-Identifier: Apache-2.0
#include "mesh/envelope_peek.h"

#include <catch2/catch.hpp>

#include "mesh/envelope.h"
#include "tests/unit/mesh/mesh_fixture.h"

using mesh::peek_envelope;
using mesh::test::make_envelope;
using mesh::test::make_text;
using mesh::test::Sending;

TEST_CASE("what tells packets apart is read without decoding, encrypted or not") {
  const std::string psk = GENERATE("", "AQ==");
  Sending sending;
  sending.psk = psk;
  const std::string bytes = make_envelope(make_text("hi"), sending);
  const auto peek = peek_envelope(base::as_bytes(bytes));
  REQUIRE(peek);
  CHECK(peek->from == 0x11223344);
  CHECK(peek->to == 0xffffffff);
  CHECK(peek->id == 7);
  CHECK(peek->rx_time == 1609459200);
  CHECK(peek->channel_id == "LongFast");
  CHECK(peek->gateway_id == "!aabbccdd");
}

TEST_CASE("no beginning of an envelope is one, nor anything without packet, channel and gateway") {
  const std::string bytes = make_envelope(make_text("hi"));
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_FALSE(peek_envelope(base::as_bytes(std::string_view(bytes).substr(0, length))));
  CHECK_FALSE(peek_envelope(base::as_bytes(std::string(mesh::max_envelope_bytes + 1, '\n'))));
  mesh::proto::ServiceEnvelope envelope;
  envelope.set_channel_id("c");
  envelope.set_gateway_id("g");
  CHECK_FALSE(peek_envelope(base::as_bytes(envelope.SerializeAsString())));
  envelope.mutable_packet();
  CHECK(peek_envelope(base::as_bytes(envelope.SerializeAsString())));
}
