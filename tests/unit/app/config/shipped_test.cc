// SPDX-License-Identifier: Apache-2.0
// conf/meshbroker.toml, keys.cc and config.h say the same.
#include <string>

#include <catch2/catch.hpp>

#include "broker/app/config/environment.h"
#include "broker/app/config/keys.h"
#include "broker/app/config/text.h"
#include "broker/app/config/toml.h"

namespace {

std::string shipped() {
  const auto text = app::read_file(SHIPPED_CONFIG);
  REQUIRE(text);
  return *text;
}

TEST_CASE("the shipped file gives the defaults and the channel that everybody starts with") {
  const auto config = app::parse_config(shipped(), "meshbroker.toml");
  REQUIRE(config);
  app::Config expected;
  expected.mesh.channels = {{"LongFast", "AQ==", 0, true}};
  expected.mesh.own_nodes.resize(1);  // an example
  CHECK(*config == expected);
  CHECK(app::keys_without_effect(*config).empty());
}

TEST_CASE("the shipped file has every key, with a line of help") {
  const std::string text = shipped();
  const toml::parse_result document = toml::parse(text);
  REQUIRE(document);
  for (const app::ConfigKey& key : app::config_keys()) {
    INFO(key.name);
    std::string path(key.name);
    if (const std::size_t star = path.find(".*"); star != std::string::npos) path.replace(star, 2, "[0]");
    const auto node = document.table().at_path(path);
    REQUIRE(node);
    std::size_t start = 0;
    for (auto line = node.node()->source().begin.line; line > 1; --line) start = text.find('\n', start) + 1;
    CHECK(text.substr(start, text.find('\n', start) - start).find("  # ") != std::string::npos);
  }
}

}  // namespace
