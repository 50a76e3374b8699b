// SPDX-License-Identifier: Apache-2.0
#include "broker/app/simulate/tape.h"

#include <sstream>

#include <catch2/catch.hpp>

namespace app::simulate {
namespace {

std::string line_of(const TapeMessage& message) {
  std::ostringstream out;
  write_tape(message, out);
  return out.str();
}

}  // namespace

TEST_CASE("what is written on a tape is read again") {
  const TapeMessage message{std::chrono::milliseconds{1500}, "msh/a b/100%/\x01", {0x00, 0x7f, 0xff}};
  const std::string line = line_of(message);
  CHECK(line == "1500 msh/a%20b/100%25/%01 007FFF\n");
  const auto read = read_tape(line.substr(0, line.size() - 1));
  REQUIRE(read);
  CHECK(read->at == message.at);
  CHECK(read->topic == message.topic);
  CHECK(read->payload == message.payload);
}

TEST_CASE("a message without a payload and hex digits of either case are read") {
  CHECK(read_tape("0 t ")->payload.empty());
  CHECK(read_tape("0 t aB")->payload == std::vector<std::uint8_t>{0xab});
}

TEST_CASE("a line that is none is refused, whatever is wrong with it") {
  const std::string line =
      GENERATE(as<std::string>(), "", "5", "5 t", " t 00", "x t 00", "5x t 00", "-1 t 00",
               "99999999999999999999 t 00", "9223372036854775807 t 00", "3162240000001 t 00", "5  00",
               "5 a/# 00", "5 %4 00", "5 %zz 00", "5 t 0", "5 t 0g", "5 t 00 00");
  CAPTURE(line);
  CHECK_FALSE(read_tape(line));
}

TEST_CASE("a tape may be as long as a century") { CHECK(read_tape("3162240000000 t 00")); }

}  // namespace app::simulate
