// SPDX-License-Identifier: Apache-2.0
// Every setting at values that computations trip over: it is refused in words, or the real program serves
// with it.
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "broker/app/config/keys.h"
#include "broker/app/config/text.h"
#include "tests/hostile/program.h"
#include "tests/support/socket_client.h"
#include "tests/support/wire.h"

namespace {

constexpr std::string_view values[] = {
    "-1",
    "0",
    "1",
    "9223372036854775807",
    "-9223372036854775808",
    "1e308",
    "nan",
    "[]",
    "{}",
    "18446744073709551616",
    "\"\"",
    "\"x\"",
    "\"0\"",
    "\"0s\"",
    "\"1ms\"",
    "\"0/h\"",
    "\"1/h\"",
    "\"0B\"",
    "\"1B\"",
    "\"18446744073709551615\"",
    "\"99999999999999999999d\"",
    "\"!00000000\"",
    "\"!ffffffff\"",
};

/// The ends of "A..B", bare and as text.
std::vector<std::string> ends_of(std::string_view range) {
  const std::size_t dots = range.find("..");
  if (dots == std::string_view::npos) return {};
  std::vector<std::string> ends;
  for (const std::string_view end : {range.substr(0, dots), range.substr(dots + 2)}) {
    ends.emplace_back(end);
    ends.push_back('"' + std::string(end) + '"');
  }
  return ends;
}

/// What a setting needs beside it to make sense.
std::vector<std::string> company_of(std::string_view key) {
  if (key.starts_with("mesh.channel.")) return {"mesh.channel.0.name=\"a\"", "mesh.channel.0.psk=\"AQ==\""};
  return {};
}

bool is_taken(const std::vector<std::string>& settings) {
  std::vector<app::Override> overrides;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    overrides.push_back({"--set", setting.substr(0, equals), setting.substr(equals + 1)});
  }
  const auto config = app::parse_config("", "f", overrides);
  if (!config) CHECK_FALSE(config.error().front().what.empty());
  return config.has_value();
}

/// A subscription to everything, a gateway's envelope and a PINGREQ; how far it comes is the setting's
/// affair.
void use(std::uint16_t port) {
  support::SocketClient client(port);
  if (!client.connect("!aabbccd1") || !client.send("82 06 00 01 00 01 '#' 00")) return;
  if (!client.send(support::wire_packet(0x32,
                                        "00 1F 'msh/EU_868/2/e/LongFast/!aabbcc' 00 02 0A 3D 0D 44 33 22 11 "
                                        "15 FF FF FF FF 18 08 2A 0B 4B 37 74 31 "
                                        "37 70 AD 7A 82 78 8B 35 F0 DE BC 9A 3D 00 66 EE 5F 45 00 00 C8 40 "
                                        "48 03 60 AB FF FF FF FF FF FF FF FF 01 "
                                        "78 03 98 01 44 A8 01 01 12 08 'LongFast' 1A 09 '!aabbccd1'")))
    return;
  if (client.send("C0 00")) client.receive_some();
}

/// What names files, which would be made or are not there, and where the test finds the broker.
bool is_left_out(const app::ConfigKey& key) {
  return key.range == "path" || key.range == "list of paths" || key.name == "listener.*.bind";
}

}  // namespace

TEST_CASE("F22: with every setting at its extremes the broker serves, or says why not") {
  int served = 0;
  for (const app::ConfigKey& key : app::config_keys()) {
    if (is_left_out(key)) continue;
    std::vector<std::string> all(std::begin(values), std::end(values));
    for (std::string& end : ends_of(key.range)) all.push_back(std::move(end));
    for (const std::string& value : all) {
      std::vector<std::string> settings = company_of(key.name);
      settings.push_back(app::numbered_key(key.name, 0) + "=" + value);
      if (!is_taken(settings)) continue;
      INFO(settings.back());
      hostile::Program program(settings);
      INFO(program.log());
      if (program.port() == 0) {
        CHECK(program.log().find("start_failed") != std::string::npos);
        continue;
      }
      use(program.port());
      CHECK(program.is_running());
      CHECK(program.stop() == 0);
      ++served;
    }
  }
  CHECK(served > 100);
}
