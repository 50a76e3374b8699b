// SPDX-License-Identifier: Apache-2.0
#include "broker/base/buffer.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/support/wire.h"

using support::wire;

namespace {

std::vector<std::uint8_t> content(const base::Buffer& buffer) {
  return {buffer.bytes().begin(), buffer.bytes().end()};
}

}  // namespace

TEST_CASE("a buffer appends numbers big-endian") {
  base::Buffer out;
  out.u8(0xab);
  out.u16(0x1234);
  CHECK(content(out) == wire("ab 12 34"));
  CHECK(out.size() == 3);
}

TEST_CASE("a prefixed field has its length before it") {
  base::Buffer out;
  out.prefixed("ab");
  out.prefixed(std::string_view());
  CHECK(content(out) == wire("00 02 'ab' 00 00"));
  base::Buffer longest;
  longest.prefixed(std::string(65535, 'x'));
  CHECK(longest.size() == 65537);
  CHECK(longest.bytes()[0] == 0xff);
  CHECK(longest.bytes()[1] == 0xff);
}

TEST_CASE("bytes are appended as they are") {
  base::Buffer out;
  out.put(wire("00 ff"));
  out.put({});
  CHECK(content(out) == wire("00 ff"));
}

TEST_CASE("extended room is written by the caller, after what was there") {
  base::Buffer out;
  out.u8(1);
  const auto room = out.extend(2);
  REQUIRE(room.size() == 2);
  room[0] = 2;
  room[1] = 3;
  out.u8(4);
  CHECK(content(out) == wire("01 02 03 04"));
  CHECK(out.extend(0).empty());
}

TEST_CASE("a cleared buffer begins anew in the same memory") {
  base::Buffer out;
  out.put(wire("01 02 03"));
  const std::uint8_t* memory = out.bytes().data();
  out.clear();
  CHECK(out.size() == 0);
  out.u8(9);
  CHECK(content(out) == wire("09"));
  CHECK(out.bytes().data() == memory);
}
