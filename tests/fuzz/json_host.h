// SPDX-License-Identifier: Apache-2.0
// What the mesh targets share.
#pragma once
#include <string_view>

#include <simdjson.h>

#include "broker/base/check.h"
#include "broker/plugin/plugin.h"
#include "mesh/mesh_config.h"

namespace fuzz {

inline bool is_json(std::string_view text) {
  simdjson::dom::parser parser;
  return parser.parse(simdjson::padded_string(text)).error() == simdjson::SUCCESS;
}

/// Everything that is published must be JSON, and so UTF-8; the broker's status is one word.
class JsonHost final : public plugin::Host {
 public:
  void keep(std::string_view, base::Bytes) override {}
  bool wants_below(std::string_view) const override { return true; }
  bool wants_named(std::string_view) const override { return true; }
  bool wants_any_named() const override { return true; }
  base::WallTime wall_time() const override { return {}; }
  void publish(const plugin::Publication& publication) override {
    CHECK(publication.topic == "mesh/status" || is_json(base::as_text(publication.payload)));
  }
};

inline mesh::MeshConfig permissive_config() {
  mesh::MeshConfig config;
  config.mirror = mesh::Mirror::gateway;
  config.unsupported = true;
  config.channels = {{"LongFast", "none"}};
  return config;
}

}  // namespace fuzz
