// SPDX-License-Identifier: Apache-2.0
#include "mesh/reception.h"

#include <catch2/catch.hpp>

#include "mesh/channel_key.h"
#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

using Channels = std::vector<ChannelConfig>;

/// Keyring, readers and the bytes they read, kept together.
class Opening {
 public:
  explicit Opening(Channels channels) {
    MeshConfig config;
    config.channels = std::move(channels);
    auto opened = Keyring::open(config);
    REQUIRE(opened);
    keyring_ = *std::move(opened);
    receptions_.emplace(keyring_);
  }

  base::Expected<Reception, Outcome> read(const std::string& bytes) {
    bytes_ = bytes;
    const auto envelope = envelopes_.read(base::as_bytes(bytes_));
    REQUIRE(envelope);
    return receptions_->read(*envelope);
  }

 private:
  Keyring keyring_;
  EnvelopeReader envelopes_;
  std::optional<ReceptionReader> receptions_;
  std::string bytes_;
};

std::string text_of(const base::Expected<Reception, Outcome>& reception) {
  if (!reception) return "refused";
  const Text* const text = std::get_if<Text>(&reception->payload);
  return text == nullptr ? "no text" : std::string(text->text);
}

Sending sending_on(const std::string& channel, const std::string& psk) {
  Sending sending;
  sending.channel = channel;
  sending.psk = psk;
  return sending;
}

TEST_CASE("a decoded packet needs no key") {
  Opening opening(Channels{});
  const auto reception = opening.read(make_envelope(make_text("hi"), sending_on("Anything", "")));
  CHECK(text_of(reception) == "hi");
  CHECK(reception->channel == nullptr);
}

TEST_CASE("an encrypted packet is opened with the key of its channel") {
  Opening opening(Channels{{"Family", "AQIDBAUGBwgJCgsMDQ4PEA==", 3}});
  const auto reception =
      opening.read(make_envelope(make_text("hi"), sending_on("Family", "AQIDBAUGBwgJCgsMDQ4PEA==")));
  CHECK(text_of(reception) == "hi");
  CHECK(reception->channel->index == 3);
}

TEST_CASE("the well-known key opens the preset channels without any configuration") {
  CHECK(text_of(Opening(Channels{}).read(make_envelope(make_text("hi"), sending_on("MediumFast", "AQ==")))) ==
        "hi");
}

TEST_CASE("a name without keys, a foreign hash and a foreign key are told apart") {
  Opening opening(Channels{{"Family", "AQID"}});
  CHECK(opening.read(make_envelope(make_text("hi"), sending_on("Friends", "AQID"))).error() ==
        Outcome::no_key);
  CHECK(opening.read(make_envelope(make_text("hi"), sending_on("Family", "AQIE"))).error() ==
        Outcome::wrong_hash);
  // "AgED" has the bytes of "AQID" in another order, so the same hash.
  CHECK(opening.read(make_envelope(make_text("hello there"), sending_on("Family", "AgED"))).error() ==
        Outcome::wrong_key);
}

TEST_CASE("every key of a name is tried, also when their hashes are equal") {
  Opening opening(Channels{{"Family", "AQIE"}, {"Family", "AgED", 1}, {"Family", "AQID", 2}});
  const auto reception = opening.read(make_envelope(make_text("hello there"), sending_on("Family", "AQID")));
  CHECK(text_of(reception) == "hello there");
  CHECK(reception->channel->index == 2);
}

TEST_CASE("a key of another channel is not tried, even when its hash fits") {
  // TinyFast and LongFast have the same hash with the well-known key.
  MeshConfig config;
  Opening opening(Channels{{"Tiny", "AQ=="}});
  Sending sending = sending_on("Tiny", "AQ==");
  const std::string bytes = make_envelope(make_text("hi"), sending);
  CHECK(text_of(opening.read(bytes)) == "hi");
  CHECK(Opening(Channels{}).read(bytes).error() == Outcome::no_key);
}

/// Bytes as they are, with the channel hash of a key.
std::string envelope_with(const std::string& encrypted, std::uint32_t id, const std::string& psk) {
  proto::ServiceEnvelope envelope;
  proto::MeshPacket& packet = *envelope.mutable_packet();
  packet = make_packet();
  packet.set_id(id);
  packet.set_encrypted(encrypted);
  packet.set_channel(channel_hash("Family", expand_psk(*parse_psk(psk))));
  envelope.set_channel_id("Family");
  envelope.set_gateway_id("!1");
  return envelope.SerializeAsString();
}

TEST_CASE("a key whose hash does not fit is not tried, even when its result would decode") {
  Opening opening(Channels{{"Family", "none"}, {"Family", "AQIE"}});
  const std::string plain = make_text("hi").SerializeAsString();
  CHECK(text_of(opening.read(envelope_with(plain, 7, "none"))) == "hi");
  CHECK(opening.read(envelope_with(plain, 7, "AQIE")).error() == Outcome::wrong_key);
}

TEST_CASE("of two keys that both open a packet the one with the sensible result wins") {
  // The two bytes of "AQE=" cancel each other, so both keys have the hash of the name. Under this id they
  // turn the bytes into a Data of port 123, which does not exist, and into one of port 5.
  constexpr std::uint32_t id = 68998;
  const std::string encrypted = from_hex("087b");
  Opening opening(Channels{{"Family", "none", 1}, {"Family", "AQE=", 2}});
  const auto reception = opening.read(envelope_with(encrypted, id, "none"));
  REQUIRE(reception);
  CHECK(reception->data->portnum() == proto::ROUTING_APP);
  CHECK(reception->channel->index == 2);
  Opening only_the_first(Channels{{"Family", "none", 1}});
  CHECK(only_the_first.read(envelope_with(encrypted, id, "none"))->data->portnum() == 123);
}

TEST_CASE("a channel without encryption is opened with the empty key") {
  Opening opening(Channels{{"Open", "none"}});
  Sending sending = sending_on("Open", "none");
  CHECK(text_of(opening.read(make_envelope(make_text("hi"), sending))) == "hi");
}

TEST_CASE("decrypted bytes must be a Data message with a port from 1 to 511") {
  Opening opening(Channels{{"Open", "none"}});
  proto::Data data = make_text("hi");
  for (const int port : {0, 512, 100000}) {
    INFO(port);
    data.set_portnum(static_cast<proto::PortNum>(port));
    CHECK(opening.read(make_envelope(data, sending_on("Open", "none"))).error() == Outcome::wrong_key);
  }
  data.set_portnum(static_cast<proto::PortNum>(511));
  CHECK(opening.read(make_envelope(data, sending_on("Open", "none"))));
}

TEST_CASE("a direct message stays closed, whatever keys there are") {
  Opening opening(Channels{{"PKI", "none"}});
  const auto reception = opening.read(make_envelope(make_text("hi"), sending_on("PKI", "none")));
  REQUIRE(reception);
  CHECK(reception->data == nullptr);
  CHECK(reception->is_unsupported());
  CHECK_FALSE(reception->is_complete());
}

TEST_CASE("a packet without content is unsupported, not an error") {
  proto::ServiceEnvelope envelope;
  *envelope.mutable_packet() = make_packet();
  envelope.set_channel_id("LongFast");
  envelope.set_gateway_id("!1");
  const auto reception = Opening(Channels{}).read(envelope.SerializeAsString());
  REQUIRE(reception);
  CHECK(reception->is_unsupported());
}

TEST_CASE(
    "a payload that does not decode makes a reception incomplete, and still keeps the key that opened it") {
  proto::Data data;
  data.set_portnum(proto::NODEINFO_APP);
  data.set_payload("\xff");
  Opening opening(Channels{{"LongFast", "AQ==", 4}});
  const auto reception = opening.read(make_envelope(data, sending_on("LongFast", "AQ==")));
  REQUIRE(reception);
  CHECK_FALSE(reception->is_complete());
  CHECK(reception->channel->index == 4);
}

}  // namespace
}  // namespace mesh::test
