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

}  // namespace
}  // namespace mesh::test
