// SPDX-License-Identifier: Apache-2.0
#include "mesh/utf8.h"

#include <catch2/catch.hpp>

namespace mesh::test {
namespace {

TEST_CASE("well-formed sequences are measured") {
  CHECK(utf8_sequence("a") == 1);
  CHECK(utf8_sequence("\x7f") == 1);
  CHECK(utf8_sequence("\xc2\x80") == 2);
  CHECK(utf8_sequence("\xdf\xbf") == 2);
  CHECK(utf8_sequence("\xe0\xa0\x80") == 3);
  CHECK(utf8_sequence("\xed\x9f\xbf") == 3);
  CHECK(utf8_sequence("\xee\x80\x80") == 3);
  CHECK(utf8_sequence("\xf0\x90\x80\x80") == 4);
  CHECK(utf8_sequence("\xf4\x8f\xbf\xbf more") == 4);
}

TEST_CASE("overlong forms, surrogates, too large numbers and lone bytes are no sequences") {
  for (const std::string_view text :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xc2", "\xe2\x82",
        "\xf0\x9f\x99", "\xc2\x41", "\xe2\x82\x41", "\xe2\x41\x82"}) {
    INFO(text.size());
    CHECK(utf8_sequence(text) == 0);
  }
}

TEST_CASE("a C string ends at its first NUL") {
  CHECK(c_string(std::string_view("ab\0cd", 5)) == "ab");
  CHECK(c_string("ab") == "ab");
  CHECK(c_string(std::string_view("\0x", 2)).empty());
}

}  // namespace
}  // namespace mesh::test
