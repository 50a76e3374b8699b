// SPDX-License-Identifier: Apache-2.0
#include "broker/app/config/environment.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/app/temporary_file.h"

namespace {

using Texts = std::vector<std::string>;

Texts keys_of(const app::EnvironmentSettings& settings) {
  Texts keys;
  for (const app::Override& setting : settings.overrides) keys.push_back(setting.key);
  return keys;
}

TEST_CASE("a variable is a key in capitals with two underscores between its parts") {
  const auto settings =
      app::environment_settings({"MESHBROKER_MESH__CHANNEL__0__PSK=AQ==", "PATH=/bin", "MESHBROKER"});
  REQUIRE(settings.overrides.size() == 1);
  CHECK(settings.overrides[0].key == "mesh.channel.0.psk");
  CHECK(settings.overrides[0].value == "AQ==");
  CHECK(settings.overrides[0].where == "environment MESHBROKER_MESH__CHANNEL__0__PSK");
  CHECK(settings.problems.empty());
}

TEST_CASE("single underscores stay in the key") {
  CHECK(keys_of(app::environment_settings(
            {"MESHBROKER_AUTH__PASSWORD_FILE=p", "MESHBROKER_MESH__NODE_SHORT_NAME="})) ==
        Texts{"auth.password_file", "mesh.node_short_name"});
}

TEST_CASE("a value may hold equals signs and be empty") {
  const auto settings = app::environment_settings({"MESHBROKER_A__B=x=y=", "MESHBROKER_A__C="});
  CHECK(settings.overrides[0].value == "x=y=");
  CHECK(settings.overrides[1].value.empty());
}

TEST_CASE("variables that others make for a service of our name are not ours") {
  const auto settings =
      app::environment_settings({"MESHBROKER_PORT=tcp://10.0.0.1:1883", "MESHBROKER_PORT_1883_TCP=x",
                                 "MESHBROKER_SERVICE_HOST=10.0.0.1", "MESHBROKER_VERSION=1", "MESHBROKER_=1",
                                 "MESHBROKER_MESH=1", "meshbroker_mesh__nodes=1"});
  CHECK(settings.overrides.empty());
  CHECK(settings.problems.empty());
}

TEST_CASE("a section and one underscore only is a slip that is told") {
  const auto settings =
      app::environment_settings({"MESHBROKER_MESH_ROOTS=[]", "MESHBROKER_LISTENER_0_BIND=:1"});
  REQUIRE(settings.problems.size() == 2);
  CHECK(app::to_text(settings.problems[0]) ==
        "environment MESHBROKER_MESH_ROOTS: must have two underscores between section and key");
}

TEST_CASE("elements of lists come by number, whatever the order of the environment") {
  CHECK(
      keys_of(app::environment_settings({"MESHBROKER_LISTENER__10__BIND=x", "MESHBROKER_LISTENER__2__BIND=x",
                                         "MESHBROKER_LISTENER__0__BIND=x"})) ==
      Texts{"listener.0.bind", "listener.2.bind", "listener.10.bind"});
}

TEST_CASE("with the suffix __FILE the value is read from the file, without its last line break") {
  const std::pair<const char*, const char*> contents[] = {
      {"AQ==", "AQ=="}, {"AQ==\n", "AQ=="}, {"AQ==\r\n", "AQ=="},
      {"a\n\n", "a\n"}, {"", ""},           {"0x01", "0x01"}};
  for (const auto& [content, value] : contents) {
    const TemporaryFile file(content);
    const auto settings =
        app::environment_settings({"MESHBROKER_MESH__CHANNEL__0__PSK__FILE=" + file.path()});
    REQUIRE(settings.overrides.size() == 1);
    CHECK(settings.overrides[0].key == "mesh.channel.0.psk");
    CHECK(settings.overrides[0].value == value);
  }
}

TEST_CASE("a file that cannot be read is a problem of its variable") {
  const auto settings = app::environment_settings({"MESHBROKER_MESH__NODE_NAME__FILE=no/such/file"});
  CHECK(settings.overrides.empty());
  REQUIRE(settings.problems.size() == 1);
  CHECK(app::to_text(settings.problems[0]) ==
        "environment MESHBROKER_MESH__NODE_NAME__FILE: cannot read no/such/file: No such file or directory; "
        "name a file "
        "that holds the value");
}

TEST_CASE("a variable with and without __FILE is a problem: which one holds?") {
  const TemporaryFile file("b");
  CHECK(app::environment_settings({"MESHBROKER_MESH__TOPIC=a", "MESHBROKER_MESH__TOPIC__FILE=" + file.path()})
            .problems.size() == 1);
}

TEST_CASE("reading stops at a named limit and says so; a folder is no file") {
  CHECK(app::read_file("/dev/zero").error().find("too large") != std::string::npos);
  CHECK_FALSE(app::read_file("/"));
  const TemporaryFile file(std::string("a\0b", 3));
  CHECK(app::read_file(file.path()) == std::string("a\0b", 3));
}

}  // namespace
