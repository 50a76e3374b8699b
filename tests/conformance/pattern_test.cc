// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/pattern.h"

#include <catch2/catch.hpp>

using conformance::parse_pattern;

namespace {

/// The bytes of a pattern without names.
std::vector<std::uint8_t> bytes_of(std::string_view text) {
  const auto pattern = parse_pattern(text);
  REQUIRE(pattern);
  if (pattern->empty()) return {};
  REQUIRE(pattern->size() == 1);
  return pattern->front().bytes;
}

using Bytes = std::vector<std::uint8_t>;

}  // namespace

TEST_CASE("bytes are two hexadecimal digits each, text stands in quotes") {
  CHECK(bytes_of("00 fF 'a b'") == Bytes{0x00, 0xff, 'a', ' ', 'b'});
  CHECK(bytes_of("").empty());
  CHECK(bytes_of("''").empty());
}

TEST_CASE("* repeats the byte or text before it") {
  CHECK(bytes_of("ab*3") == Bytes{0xab, 0xab, 0xab});
  CHECK(bytes_of("'xy'*2 00*0") == Bytes{'x', 'y', 'x', 'y'});
}

TEST_CASE("() puts a two-byte length in front, {} the shortest Remaining Length") {
  CHECK(bytes_of("('ab')") == Bytes{0, 2, 'a', 'b'});
  CHECK(bytes_of("82 {00 01 ('t') 00}") == Bytes{0x82, 6, 0, 1, 0, 1, 't', 0});
  CHECK(bytes_of("{00*127}").size() == 1 + 127);
  CHECK(bytes_of("{00*128}").size() == 2 + 128);
  CHECK(bytes_of("{00*16384}").size() == 3 + 16384);
  const Bytes long_length = bytes_of("{00*128}");
  CHECK(long_length[0] == 0x80);
  CHECK(long_length[1] == 0x01);
}

TEST_CASE("<name> stands for the two bytes of an id and counts as two") {
  const auto pattern = parse_pattern("32 {('t') <m> 'x'}");
  REQUIRE(pattern);
  REQUIRE(pattern->size() == 3);
  CHECK((*pattern)[0].bytes == Bytes{0x32, 6, 0, 1, 't'});
  CHECK((*pattern)[1].id == "m");
  CHECK((*pattern)[2].bytes == Bytes{'x'});
  CHECK(size_of(*pattern) == 8);
}

TEST_CASE("what is not in the language is an error that says why") {
  const auto error = [](std::string_view text) {
    const auto pattern = parse_pattern(text);
    return pattern ? std::string("none") : pattern.error();
  };
  CHECK(error("0") == "not two hexadecimal digits: 0");
  CHECK(error("00 zz 00") == "not two hexadecimal digits: zz");
  CHECK(error("'a") == "no ' to end what was opened");
  CHECK(error("<m") == "no > to end what was opened");
  CHECK(error("<>") == "<> without a name");
  CHECK(error("{00 (01}") == "not two hexadecimal digits: }");
  CHECK(error("{00") == "no } to end what was opened");
  CHECK(error("00)") == "not two hexadecimal digits: )");
  CHECK(error("00*") == "* without a count");
  CHECK(error("(00*65536)") == "more bytes in () than two length bytes can say");
}
