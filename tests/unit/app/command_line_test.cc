// SPDX-License-Identifier: Apache-2.0
#include "broker/app/command_line.h"

#include <string>

#include <catch2/catch.hpp>

namespace {

using Texts = std::vector<std::string>;

base::Expected<app::Arguments, app::EarlyExit> parse(std::vector<const char*> words) {
  words.insert(words.begin(), "meshbroker");
  return app::parse_command_line(static_cast<int>(words.size()), words.data(), "1.2.3");
}

app::Arguments arguments(std::vector<const char*> words) {
  const auto parsed = parse(std::move(words));
  INFO((parsed ? "" : parsed.error().err));
  REQUIRE(parsed);
  return *parsed;
}

TEST_CASE("without a command it serves, from no particular file") {
  const app::Arguments parsed = arguments({});
  CHECK(parsed.command == app::Command::serve);
  CHECK_FALSE(parsed.config_file);
  CHECK(parsed.settings.empty());
}

TEST_CASE("each command is known by its name") {
  CHECK(arguments({"serve"}).command == app::Command::serve);
  CHECK(arguments({"check"}).command == app::Command::check);
  CHECK(arguments({"decode"}).command == app::Command::decode);
  CHECK(arguments({"health"}).command == app::Command::health);
}

TEST_CASE("passwd takes a file and a user, and -D") {
  const app::Arguments set = arguments({"passwd", "users", "ann"});
  CHECK(set.command == app::Command::passwd);
  CHECK(set.password_change.file == "users");
  CHECK(set.password_change.user == "ann");
  CHECK_FALSE(set.password_change.is_removal);
  CHECK(arguments({"passwd", "-D", "users", "ann"}).password_change.is_removal);
  CHECK(arguments({"passwd", "users", "-D", "ann"}).password_change.user == "ann");
}

TEST_CASE("import-mosquitto takes one file") {
  const app::Arguments parsed = arguments({"import-mosquitto", "mosquitto.conf"});
  CHECK(parsed.command == app::Command::import_mosquitto);
  CHECK(parsed.input == "mosquitto.conf");
  CHECK(parse({"import-mosquitto"}).error().code == 2);
  CHECK(parse({"import-mosquitto", "a", "b"}).error().code == 2);
}

TEST_CASE("passwd takes no password as an argument") {
  CHECK(parse({"passwd", "users", "ann", "secret"}).error().code == 2);
  CHECK(parse({"passwd", "-b", "users", "ann", "secret"}).error().code == 2);
  CHECK(parse({"passwd", "users"}).error().code == 2);
}

TEST_CASE("the file and the settings come with or without a command, before or after it") {
  for (const auto& words : {std::vector<const char*>{"-c", "a.toml", "--set", "x=1"},
                            std::vector<const char*>{"serve", "-c", "a.toml", "--set", "x=1"},
                            std::vector<const char*>{"-c", "a.toml", "check", "--set", "x=1"},
                            std::vector<const char*>{"--set=x=1", "health", "--config", "a.toml"}}) {
    const app::Arguments parsed = arguments(words);
    CHECK(parsed.config_file == "a.toml");
    CHECK(parsed.settings == Texts{"x=1"});
  }
}

TEST_CASE("the option --set may be repeated, keeps its order and is not changed") {
  CHECK(arguments({"--set", "a=1", "--set", "a=2", "serve", "--set", "b=[\"x\",\"y\"]", "--set", "c="})
            .settings == Texts{"a=1", "a=2", "b=[\"x\",\"y\"]", "c="});
  CHECK(arguments({"--set", R"(listener.0.bind="127.0.0.1:1883")"}).settings ==
        Texts{R"(listener.0.bind="127.0.0.1:1883")"});
}

TEST_CASE("decode takes hex or a dash, and keys by channel") {
  const app::Arguments parsed = arguments({"decode", "--psk", "LongFast=AQ==", "--psk", "a b=0x01", "0a0b"});
  CHECK(parsed.input == "0a0b");
  REQUIRE(parsed.psks.size() == 2);
  CHECK(parsed.psks[0].name == "LongFast");
  CHECK(parsed.psks[0].psk == "AQ==");
  CHECK(parsed.psks[1].name == "a b");
  CHECK(arguments({"decode", "-"}).input == "-");
  CHECK(arguments({"decode"}).input == "-");
  CHECK(arguments({"decode", "ff", "--psk", "a=none"}).input == "ff");
  CHECK(arguments({"decode", "-c", "a.toml", "-"}).config_file == "a.toml");
}

TEST_CASE("wrong usage says what and ends with 2") {
  for (const auto& words :
       {std::vector<const char*>{"srve"}, std::vector<const char*>{"--sett", "a=1"},
        std::vector<const char*>{"-c"}, std::vector<const char*>{"-c", "a", "-c", "b"},
        std::vector<const char*>{"check", "x"}, std::vector<const char*>{"serve", "check"},
        std::vector<const char*>{"serve", "--psk", "a=AQ=="}, std::vector<const char*>{"decode", "a", "b"},
        std::vector<const char*>{"--set"}, std::vector<const char*>{"--set", "a=1", "b=1"},
        std::vector<const char*>{"passwd", "f"}}) {
    INFO(words.front());
    const auto parsed = parse(words);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == 2);
    CHECK(parsed.error().out.empty());
    CHECK(parsed.error().err.find("--help") != std::string::npos);
  }
}

TEST_CASE("a key that is none is refused without being repeated") {
  for (const char* psk : {"LongFast", "=AQ==", "a=hunter2!", "a=0xg0"}) {
    INFO(psk);
    const auto parsed = parse({"decode", "--psk", psk, "00"});
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == 2);
    CHECK(parsed.error().err.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("help and version go to standard output and end with 0") {
  const auto version = parse({"--version"});
  REQUIRE_FALSE(version);
  CHECK(version.error().code == 0);
  CHECK(version.error().out == "meshbroker 1.2.3\n");
  const auto help = parse({"--help"});
  REQUIRE_FALSE(help);
  CHECK(help.error().code == 0);
  for (const char* word : {"serve", "check", "decode", "health", "--set", "-c,--config", "--version"}) {
    CHECK(help.error().out.find(word) != std::string::npos);
  }
  CHECK(help.error().err.empty());
}

TEST_CASE("each command explains itself") {
  for (const char* command : {"serve", "check", "decode", "health"}) {
    const auto help = parse({command, "--help"});
    REQUIRE_FALSE(help);
    CHECK(help.error().code == 0);
    CHECK(help.error().out.find(command) != std::string::npos);
    CHECK(help.error().out.find("--config") != std::string::npos);
  }
  CHECK(parse({"decode", "--help"}).error().out.find("--psk") != std::string::npos);
}

}  // namespace
