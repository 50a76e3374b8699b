// SPDX-License-Identifier: Apache-2.0
#include "mesh/keyring.h"

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

Keyring opened(const MeshConfig& config) {
  auto keyring = Keyring::open(config);
  REQUIRE(keyring);
  return *std::move(keyring);
}

MeshConfig with_channels(std::vector<ChannelConfig> channels, bool default_key) {
  MeshConfig config;
  config.channels = std::move(channels);
  config.default_key = default_key;
  return config;
}

TEST_CASE("the well-known key is there for all sixteen preset names and for nothing else") {
  const Keyring keyring = opened({});
  CHECK(keyring.channels().size() == 16);
  CHECK(keyring.named("LongFast").size() == 1);
  CHECK(keyring.named("LongFast")[0].hash == 8);
  CHECK(keyring.named("TinyFast")[0].hash == 8);
  CHECK(keyring.named("NarrowSlow")[0].hash == 18);
  CHECK(keyring.named("Custom").empty());
  CHECK(keyring.named("longfast").empty());
  CHECK(keyring.named("LongFas").empty());
}

TEST_CASE("default_key = false leaves only what is configured") {
  const Keyring keyring = opened(with_channels({{"Family", "AQ=="}}, false));
  CHECK(keyring.channels().size() == 1);
  CHECK(keyring.named("LongFast").empty());
}

TEST_CASE("the configured keys of a preset name come first, the well-known key last") {
  const Keyring keyring = opened(with_channels({{"LongFast", "AQID", 3}, {"LongFast", "AQIDBA", 4}}, true));
  const auto channels = keyring.named("LongFast");
  REQUIRE(channels.size() == 3);
  CHECK(channels[0].index == 3);
  CHECK(channels[1].index == 4);
  CHECK(channels[2].hash == 8);
}

TEST_CASE("a configured well-known key is not tried twice") {
  CHECK(opened(with_channels({{"LongFast", "AQ=="}}, true)).named("LongFast").size() == 1);
}

TEST_CASE("the well-known key inherits index and JSON permission from the configured channel of its name") {
  const Keyring keyring = opened(with_channels({{"LongFast", "AQID", 5, false}}, true));
  const Channel& fallback = keyring.named("LongFast")[1];
  CHECK(fallback.index == 5);
  CHECK_FALSE(fallback.json);
}

TEST_CASE("one channel with json = false forbids JSON for its name") {
  const Keyring keyring =
      opened(with_channels({{"A", "AQID"}, {"A", "AQIDBA", 0, false}, {"B", "AQID"}}, true));
  CHECK_FALSE(keyring.json_allowed("A"));
  CHECK(keyring.json_allowed("B"));
  CHECK(keyring.json_allowed("unknown"));
}

TEST_CASE("a PSK that cannot be read names its channel") {
  const auto keyring = Keyring::open(with_channels({{"A", "AQ=="}, {"B", "?"}}, true));
  REQUIRE_FALSE(keyring);
  CHECK(keyring.error().channel == 1);
  CHECK_FALSE(keyring.error().what.empty());
}

TEST_CASE("a channel with a root is tried below that root only") {
  Channel channel{"A", {}};
  CHECK(channel.serves("msh/US"));
  channel.root = "msh/EU_868";
  CHECK(channel.serves("msh/EU_868"));
  CHECK(channel.serves("msh/EU_868/Berlin"));
  CHECK(channel.serves("msh/EU_868/"));
  CHECK(channel.serves(""));  // not known
  CHECK_FALSE(channel.serves("msh/EU_8681"));
  CHECK_FALSE(channel.serves("msh/EU"));
  CHECK_FALSE(channel.serves("msh/US"));
}

TEST_CASE("a slash at the end of a channel's root is tolerated, and its JSON permission counts there") {
  MeshConfig config;
  config.channels = {{"A", "AQID", 0, false, "msh/EU_868/"}};
  const Keyring keyring = opened(config);
  CHECK(keyring.named("A")[0].root == "msh/EU_868");
  CHECK_FALSE(keyring.json_allowed("A", "msh/EU_868"));
  CHECK(keyring.json_allowed("A", "msh/US"));
  CHECK_FALSE(keyring.json_allowed("A"));
}

TEST_CASE("a key of one root leaves the well-known key to the others") {
  MeshConfig config;
  config.channels = {{"LongFast", "AQ==", 2, true, "msh/EU_868"}};
  const Keyring keyring = opened(config);
  REQUIRE(keyring.named("LongFast").size() == 2);
  CHECK(keyring.named("LongFast")[1].root.empty());
}

TEST_CASE("share URLs come behind the configured channels, and give no key twice") {
  MeshConfig config;
  config.share_urls = {
      "https://meshtastic.org/e/#CgUSAQEoARIGCAE4A0AD",
      "https://meshtastic.org/e/?add=true#CigSIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fGgRUZWFt"};
  config.channels = {{"Team", "AQID", 4}, {"LongFast", "AQ==", 3}};
  const Keyring keyring = opened(config);
  REQUIRE(keyring.named("LongFast").size() == 1);
  CHECK(keyring.named("LongFast")[0].index == 3);
  REQUIRE(keyring.named("Team").size() == 2);
  CHECK(keyring.named("Team")[0].index == 4);
  CHECK(keyring.named("Team")[1].key.size == 32);
}

TEST_CASE("a share URL that cannot be read is named by its place") {
  MeshConfig config;
  config.share_urls = {"https://meshtastic.org/e/#CgUSAQEoARIGCAE4A0AD", "https://meshtastic.org/e/#?"};
  const auto keyring = Keyring::open(config);
  REQUIRE_FALSE(keyring);
  CHECK(keyring.error().channel == 1);
  CHECK(keyring.error().entry == KeyringProblem::Entry::share_url);
}

TEST_CASE("what a keyring gave out stays when its keys are replaced") {
  Keyring keyring = opened(with_channels({{"A", "AQID"}}, false));
  const Channel& channel = keyring.named("A")[0];
  keyring.replace(*KeySet::open(with_channels({{"B", "AQID"}}, false)));
  CHECK(keyring.named("A").empty());
  CHECK(keyring.named("B").size() == 1);
  CHECK(channel.name == "A");
}

}  // namespace
}  // namespace mesh::test
