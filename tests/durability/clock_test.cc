// SPDX-License-Identifier: Apache-2.0
// F35: the wall clock jumps while the broker is away. Sessions expire by it, for the monotonic clock begins
// anew with each start of the machine.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/durability/data_dir.h"
#include "tests/hostile/program.h"
#include "tests/support/socket_client.h"

namespace durability {
namespace {

constexpr int minute = 60;
constexpr int hour = 60 * minute;

constexpr std::string_view connack_new = "20 02 00 00";
constexpr std::string_view connack_present = "20 02 01 00";

/// A broker on `data_dir` whose wall clock is wrong by `shift_s`, and whose sessions live for an hour.
hostile::Program program_with_clock(const DataDir& data_dir, int shift_s) {
  std::vector<std::string> settings = data_dir.settings();
  settings.emplace_back("limits.session_expiry=\"1h\"");
  return hostile::Program(settings, {"LD_PRELOAD=" MESHBROKER_SHIFTED_CLOCK,
                                     "MESHBROKER_CLOCK_SHIFT=" + std::to_string(shift_s)});
}

/// "me" or "us" comes with clean_session = 0, hears `connack`, and goes for good.
bool visit(const hostile::Program& program, std::string_view id, std::string_view connack) {
  support::SocketClient client(program.port());
  client.send("10 0e 0004 'MQTT' 04 00 0000 0002 '" + std::string(id) + "'");
  if (!client.expect(connack)) return false;
  client.send("e0 00");
  return client.is_closed();
}

/// Whether the session is still there for a broker that is started with its clock shifted.
bool is_kept(int shift_s, bool is_killed) {
  const DataDir data_dir;
  {
    hostile::Program program = program_with_clock(data_dir, 0);
    REQUIRE(visit(program, "me", connack_new));
    // Its CONNACK promises that what was before it, "me" going, is kept.
    REQUIRE(visit(program, "us", connack_new));
    if (!is_killed) REQUIRE(program.stop() == 0);
  }
  const hostile::Program later = program_with_clock(data_dir, shift_s);
  return visit(later, "me", connack_present);
}

TEST_CASE("shifted clock: the preloaded library shifts the wall clock") {
  const std::string command = "test $(( $(LD_PRELOAD=" MESHBROKER_SHIFTED_CLOCK
                              " MESHBROKER_CLOCK_SHIFT=7200 date +%s) - $(date +%s) )) -gt 7000";
  CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("F35: a session is kept while its hour is not over, and not longer") {
  const bool is_killed = GENERATE(true, false);
  CAPTURE(is_killed);
  CHECK(is_kept(50 * minute, is_killed));
  CHECK_FALSE(is_kept(70 * minute, is_killed));
}

TEST_CASE("F35: a clock that is set back loses no session") {
  const bool is_killed = GENERATE(true, false);
  CAPTURE(is_killed);
  CHECK(is_kept(-50 * hour, is_killed));
}

}  // namespace
}  // namespace durability
