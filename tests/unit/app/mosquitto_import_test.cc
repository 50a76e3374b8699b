// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "broker/app/config/text.h"
#include "broker/app/mosquitto/import.h"
#include "broker/app/mosquitto/options.h"

namespace {

using app::mosquitto::convert;
using app::mosquitto::find_option;
using app::mosquitto::Imported;

Imported import_text(std::string text) { return convert({{"m.conf", std::move(text)}}); }

app::Config config_of(std::string text) {
  const Imported imported = import_text(std::move(text));
  INFO(imported.toml);
  CHECK_FALSE(imported.is_refused);
  const auto config = app::parse_config(imported.toml, "toml");
  REQUIRE(config);
  return *config;
}

std::string file_text(const char* name) {
  std::ifstream file(name);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("every option of mosquitto's manual is known") {
  std::ifstream names(MOSQUITTO_OPTIONS);
  std::size_t count = 0;
  for (std::string name; std::getline(names, name); ++count) {
    INFO(name);
    CHECK(find_option(name) != nullptr);
  }
  CHECK(count > 100);
}

TEST_CASE("the manual's table says of each option what the code does") {
  const std::string page = file_text(FROM_MOSQUITTO);
  for (const app::mosquitto::Option& option : app::mosquitto::options()) {
    const std::string key(option.key);
    const std::string here = key.empty() ? "none" : key.starts_with('(') ? key : "`" + key + "`";
    INFO(option.name);
    CHECK(page.find("| `" + std::string(option.name) + "` | " + here + " |\n") != std::string::npos);
    CHECK((option.take == nullptr) == key.empty());
  }
}

TEST_CASE("every key that an option becomes is one of the configuration") {
  for (const app::mosquitto::Option& option : app::mosquitto::options()) {
    if (option.key.empty() || option.key.starts_with('(')) continue;
    INFO(option.name);
    CHECK(file_text(SHIPPED_CONFIG).find(option.key.substr(option.key.rfind('.') + 1)) != std::string::npos);
  }
}

TEST_CASE("without a listener only this machine is served, without users") {
  const app::Config config = config_of("");
  REQUIRE(config.listeners.size() == 1);
  CHECK(import_text("").toml.find("\nbind = \"127.0.0.1:1883\"\n") != std::string::npos);
  CHECK(config.listeners[0].allow_anonymous == app::AllowAnonymous::yes);
  CHECK(config.broker.data_dir.empty());
}

TEST_CASE("a listener lets in nobody without a user unless the file says so") {
  CHECK(config_of("listener 1884").listeners[0].allow_anonymous == app::AllowAnonymous::no);
  CHECK(config_of("port 1884").listeners[0].allow_anonymous == app::AllowAnonymous::no);
  CHECK(config_of("listener 1884\nallow_anonymous true").listeners[0].allow_anonymous ==
        app::AllowAnonymous::yes);
}

TEST_CASE("with per_listener_settings allow_anonymous is of its listener alone") {
  const app::Config config =
      config_of("per_listener_settings true\nlistener 1884\nallow_anonymous true\nlistener 1885\n");
  REQUIRE(config.listeners.size() == 2);
  CHECK(config.listeners[0].allow_anonymous == app::AllowAnonymous::yes);
  CHECK(config.listeners[1].allow_anonymous == app::AllowAnonymous::no);
}

TEST_CASE("a second password file is named and does not replace the first") {
  const Imported imported =
      import_text("per_listener_settings true\nlistener 1\npassword_file /a\nlistener 2\npassword_file /b\n");
  CHECK(imported.toml.find("password_file = \"/a\"") != std::string::npos);
  CHECK(imported.toml.find("/b") == std::string::npos);
  REQUIRE(imported.notes.size() == 1);
  CHECK(imported.notes[0].starts_with("m.conf:5: "));
}

TEST_CASE("a listener of a name or an interface is open to this machine alone") {
  for (const char* text : {"listener 1884 broker.example", "listener 1884\nbind_interface eth0"}) {
    const Imported imported = import_text(text);
    CHECK(imported.toml.find("bind = \"127.0.0.1:1884\"") != std::string::npos);
    CHECK(imported.notes.size() == 1);
  }
}

TEST_CASE("listeners of every kind get their address") {
  const std::string toml =
      import_text(
          "listener 1 ::1\nlistener 2\nsocket_domain ipv4\nlistener 0 /run/m.sock\nlistener 3 localhost")
          .toml;
  for (const char* bind : {"[::1]:1", "0.0.0.0:2", "unix:/run/m.sock", "127.0.0.1:3"}) {
    CHECK(toml.find("bind = \"" + std::string(bind) + "\"") != std::string::npos);
  }
}

TEST_CASE("certificates are asked for only where they are required") {
  const std::string tls = "listener 1\ncafile /ca\ncertfile /c\nkeyfile /k\nuse_identity_as_username true\n";
  const app::Config without = config_of(tls);
  CHECK(without.listeners[0].tls.client_ca.empty());
  const app::Config with = config_of(tls + "require_certificate true\n");
  CHECK(with.listeners[0].tls.client_ca == "/ca");
  CHECK(with.listeners[0].tls.require_client_certificate);
}

TEST_CASE("a listener with a psk_hint and no psk_file is not opened to others") {
  const Imported imported = import_text("listener 1884\npsk_hint h\n");
  CHECK(imported.is_refused);
  CHECK(imported.toml.find("bind = \"127.0.0.1:1884\"") != std::string::npos);
}

TEST_CASE("numbers become limits, 0 the largest") {
  const app::Config config = config_of(
      "max_inflight_messages 0\nmax_queued_messages 50\nmax_queued_bytes 0\nmax_packet_size 1000\n"
      "persistent_client_expiration 2w\nsys_interval 30\nlistener 1\nmax_connections -1\n");
  CHECK(config.limits.inflight == 65535);
  CHECK(config.limits.queued_messages == 50);
  CHECK(config.limits.packet_bytes == 1000);
  CHECK(config.limits.session_expiry == std::chrono::hours(24 * 14));
  CHECK(config.listeners[0].max_connections == 0);
}

TEST_CASE("what mosquitto would refuse is refused with its line") {
  for (const char* text : {"\nno_such 1", "\nport", "\nport x", "\npersistence yes", "\nlistener 0",
                           "\nlistener 70000", "\nlog_type loud", "\npersistent_client_expiration d",
                           "\npersistent_client_expiration 1q", "\nprotocol http_api"}) {
    const Imported imported = import_text(text);
    INFO(text);
    CHECK(imported.is_refused);
    REQUIRE_FALSE(imported.notes.empty());
    CHECK(imported.notes[0].starts_with("m.conf:2: "));
  }
}

TEST_CASE("quotes and backslashes of a path arrive as they were, and CRLF ends a line") {
  const app::Config config = config_of("password_file /a \"b\\c\r\nacl_file\t/x\r\n");
  CHECK(config.auth.password_file == "/a \"b\\c");
  CHECK(config.auth.acl_file == "/x");
}

TEST_CASE("a NUL or a byte that is no UTF-8 is refused and not written") {
  for (const std::string& bad : {std::string("\0", 1), std::string("\xff")}) {
    const Imported imported = import_text("password_file /a" + bad);
    CHECK(imported.is_refused);
    CHECK(imported.toml.find("/a") == std::string::npos);
  }
}

TEST_CASE("a line of a megabyte is one option") {
  CHECK(import_text("password_file /" + std::string(1 << 20, 'a')).notes.size() <= 1);
  CHECK(import_text(std::string(1 << 20, 'a')).notes.at(0).size() < 300);
}

TEST_CASE("a bridge is told once, without its secrets") {
  const Imported imported = import_text("connection c\naddress a\nremote_password hunter2\ntopic # both\n");
  REQUIRE(imported.notes.size() == 1);
  CHECK((imported.toml + imported.notes[0]).find("hunter2") == std::string::npos);
}

TEST_CASE("a relative path is told") {
  for (const char* option : {"password_file", "certfile", "cafile", "psk_file"}) {
    CHECK(import_text(std::string(option) + " here").notes.at(0).starts_with("m.conf:1: "));
  }
  CHECK(import_text("password_file /users").notes.empty());
}

TEST_CASE("the log is as loud as the loudest type") {
  CHECK(import_text("log_type error\nlog_type all\nlog_type warning").toml.find("\"debug\"") !=
        std::string::npos);
  CHECK(import_text("log_type error").toml.find("\"error\"") != std::string::npos);
}

}  // namespace
