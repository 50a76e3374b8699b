// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/file.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/app/temporary_file.h"

namespace {

TEST_CASE("the file is read and named in the result") {
  const TemporaryFile file("[limits]\ninflight = 7");
  const auto loaded = app::load_config({file.path(), {}, {}});
  REQUIRE(loaded);
  CHECK(loaded->config.limits.inflight == 7);
  CHECK(loaded->file == file.path());
}

TEST_CASE("the environment wins over the file, --set over both") {
  const TemporaryFile file("[limits]\ninflight = 1\nsubscriptions = 1\nqueued_messages = 1");
  const auto loaded = app::load_config(
      {file.path(),
       {"MESHBROKER_LIMITS__SUBSCRIPTIONS=2", "MESHBROKER_LIMITS__QUEUED_MESSAGES=2", "HOME=/"},
       {"limits.queued_messages=3"}});
  REQUIRE(loaded);
  CHECK(loaded->config.limits.inflight == 1);
  CHECK(loaded->config.limits.subscriptions == 2);
  CHECK(loaded->config.limits.queued_messages == 3);
}

TEST_CASE("the examples of the documentation work") {
  const TemporaryFile file("");
  const auto loaded = app::load_config(
      {file.path(),
       {R"(MESHBROKER_MESH__ROOTS=["msh"])",
        "MESHBROKER_MESH__CHANNEL__0__PSK=AQ==", "MESHBROKER_MESH__CHANNEL__0__NAME=LongFast"},
       {R"(listener.0.bind="127.0.0.1:1883")", "broker.workers=2"}});
  REQUIRE(loaded);
  CHECK(loaded->config.mesh.channels == std::vector<app::Channel>{{"LongFast", "AQ==", 0, true}});
  CHECK(loaded->config.listeners[0].bind == app::Bind(app::TcpBind{"127.0.0.1", 1883}));
  CHECK(loaded->config.broker.workers == 2);
}

TEST_CASE("a file that is named and missing is a problem, never the defaults") {
  for (const char* missing : {"no/such.toml", ""}) {
    const auto loaded = app::load_config({missing, {}, {}});
    REQUIRE_FALSE(loaded);
    REQUIRE(loaded.error().size() == 1);
    CHECK(app::to_text(loaded.error()[0]).find("No such file") != std::string::npos);
  }
}

TEST_CASE("problems of the file, the environment and --set are told together") {
  const TemporaryFile file("x = 1");
  const auto loaded =
      app::load_config({file.path(), {"MESHBROKER_MESH__NODES=0", "MESHBROKER_A__B__FILE=no/such"}, {"y"}});
  REQUIRE_FALSE(loaded);
  REQUIRE(loaded.error().size() == 4);
  CHECK(loaded.error()[0].where == file.path() + ":1");
  CHECK(loaded.error()[1].where == "environment MESHBROKER_MESH__NODES");
  CHECK(loaded.error()[2].where == "environment MESHBROKER_A__B__FILE");
  CHECK(app::to_text(loaded.error()[3]) == "--set y: must be KEY=VALUE such as broker.workers=2");
}

TEST_CASE("a relative path is beside the file") {
  CHECK(app::path_beside("/etc/meshbroker/meshbroker.toml", "data") == "/etc/meshbroker/data");
  CHECK(app::path_beside("conf/meshbroker.toml", "data") == "conf/data");
  CHECK(app::path_beside("meshbroker.toml", "data") == "data");
  CHECK(app::path_beside("", "data") == "data");
  CHECK(app::path_beside("/etc/m.toml", "/srv/data") == "/srv/data");
  CHECK(app::path_beside("/etc/m.toml", "").empty());
}

}  // namespace
