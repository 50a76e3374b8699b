// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/nearest.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

TEST_CASE("a slip of the pen leads to the key that was meant") {
  const std::pair<const char*, const char*> cases[] = {
      {"broker.worker", "broker.workers"},
      {"brokr.workers", "broker.workers"},
      {"mesh.root", "mesh.roots"},
      {"limits.packetbytes", "limits.packet_bytes"},
      {"listener.*.allow_anonymus", "listener.*.allow_anonymous"},
      {"mesh.channels", "mesh.channel"},
      {"limit", "limits"},
      {"listeners", "listener"},
      {"mesh.jsn.mirror", "mesh.json.mirror"},
  };
  for (const auto& [written, meant] : cases) {
    INFO(written);
    CHECK(app::nearest_key(written) == meant);
  }
}

TEST_CASE("the right key in the wrong section is found") {
  CHECK(app::nearest_key("broker.inflight") == "limits.inflight");
  CHECK(app::nearest_key("bind") == "listener.*.bind");
}

TEST_CASE("any text has a nearest key") {
  CHECK_FALSE(app::nearest_key("").empty());
  CHECK_FALSE(app::nearest_key(std::string(100'000, 'x')).empty());
}

}  // namespace
