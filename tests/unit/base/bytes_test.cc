// SPDX-License-Identifier: Apache-2.0
#include "broker/base/bytes.h"

#include <array>

#include <catch2/catch.hpp>

using base::Bytes;
using base::Reader;

TEST_CASE("a reader reads big-endian numbers one after the other") {
  constexpr std::array<std::uint8_t, 5> bytes = {0x01, 0x12, 0x34, 0xff, 0xfe};
  Reader in(bytes);
  CHECK(in.u8() == 0x01);
  CHECK(in.u16() == 0x1234);
  CHECK(in.remaining() == 2);
  CHECK(in.u16() == 0xfffe);
  CHECK(in.remaining() == 0);
  CHECK(in.ok());
}

TEST_CASE("a prefixed field is a view into what is read") {
  constexpr std::array<std::uint8_t, 5> bytes = {0x00, 0x02, 'a', 'b', 'c'};
  Reader in(bytes);
  const Bytes field = in.prefixed();
  CHECK(field.data() == bytes.data() + 2);
  CHECK(base::as_text(field) == "ab");
  CHECK(base::as_text(in.rest()) == "c");
  CHECK(in.ok());
}

TEST_CASE("an empty prefixed field is no failure") {
  constexpr std::array<std::uint8_t, 3> bytes = {0x00, 0x00, 0x07};
  Reader in(bytes);
  CHECK(in.prefixed().empty());
  CHECK(in.ok());
  CHECK(in.u8() == 7);
}

TEST_CASE("a reader fails when bytes are missing and stays failed") {
  constexpr std::array<std::uint8_t, 3> bytes = {0x00, 0x05, 'a'};
  Reader in(bytes);
  CHECK(in.prefixed().empty());
  CHECK_FALSE(in.ok());
  CHECK(in.remaining() == 0);
  CHECK(in.u8() == 0);
  CHECK(in.u16() == 0);
  CHECK(in.rest().empty());
  CHECK_FALSE(in.ok());
}

TEST_CASE("half a number is none") {
  constexpr std::array<std::uint8_t, 1> bytes = {0x7f};
  Reader in(bytes);
  CHECK(in.u16() == 0);
  CHECK_FALSE(in.ok());
}

TEST_CASE("taking nothing is always possible") {
  Reader in({});
  CHECK(in.take(0).empty());
  CHECK(in.rest().empty());
  CHECK(in.ok());
}

TEST_CASE("text and bytes are views of the same memory") {
  constexpr std::string_view text = "a\0b";
  CHECK(base::as_text(base::as_bytes(text)).data() == text.data());
  CHECK(base::as_bytes(text).size() == text.size());
}
