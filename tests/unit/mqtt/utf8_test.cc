// SPDX-License-Identifier: Apache-2.0
#include "broker/mqtt/utf8.h"

#include <array>
#include <bit>
#include <cstdint>
#include <string>

#include <catch2/catch.hpp>

#include "broker/base/bytes.h"
#include "tests/support/packet_text.h"
#include "tests/support/wire.h"

namespace {

bool is_valid(std::string_view words) { return mqtt::is_valid_utf8(base::as_text(support::wire(words))); }

/// The same by arithmetic: put the code point together, then ask whether it needed that many bytes.
bool is_valid_by_arithmetic(std::string_view text) {
  while (!text.empty()) {
    const auto first = static_cast<std::uint8_t>(text[0]);
    const int ones = std::countl_one(first);
    if (ones == 1 || ones > 4) return false;
    const std::size_t length = ones == 0 ? 1 : static_cast<std::size_t>(ones);
    if (text.size() < length) return false;
    std::uint32_t code_point = ones == 0 ? first : first & (0x7fU >> ones);
    for (std::size_t i = 1; i < length; ++i) {
      const auto byte = static_cast<std::uint8_t>(text[i]);
      if ((byte & 0xc0) != 0x80) return false;
      code_point = code_point << 6 | (byte & 0x3f);
    }
    constexpr std::array<std::uint32_t, 5> least = {0, 1, 0x80, 0x800, 0x10000};
    if (code_point < least[length] || code_point > 0x10ffff) return false;
    if (code_point >= 0xd800 && code_point <= 0xdfff) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Every byte at which a rule of UTF-8 begins or ends.
constexpr std::array<std::uint8_t, 24> borders = {0x00, 0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0,
                                                  0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec,
                                                  0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5};

}  // namespace

TEST_CASE("text of every length is valid") {
  CHECK(is_valid(""));
  CHECK(is_valid("'a'"));
  CHECK(is_valid("'msh/EU_868/2/e/LongFast/!deadbeef'"));
  CHECK(is_valid("c3 a9"));               // U+00E9
  CHECK(is_valid("e2 82 ac"));            // U+20AC
  CHECK(is_valid("f0 9f 90 9d"));         // U+1F41D
  CHECK(is_valid("'1234567' e2 82 ac"));  // across the eighth byte
  CHECK(is_valid("'12345678' f0 9f 90 9d '9'"));
}

TEST_CASE("the first and last code point of every length are valid [MQTT-1.5.3-1]") {
  for (const char* words : {"01", "7f", "c2 80", "df bf", "e0 a0 80", "ef bf bf", "f0 90 80 80",
                            "f4 8f bf bf", "ed 9f bf", "ee 80 80"}) {
    INFO(words);
    CHECK(is_valid(words));
  }
}

TEST_CASE("surrogates are not UTF-8 [MQTT-1.5.3-1]") {
  for (const char* words :
       {"ed a0 80", "ed ad bf", "ed ae 80", "ed af bf", "ed b0 80", "ed bf bf", "ed a0 bd ed b0 9d"}) {
    INFO(words);
    CHECK_FALSE(is_valid(words));
  }
}

TEST_CASE("longer forms than needed are not UTF-8 [MQTT-1.5.3-1]") {
  for (const char* words :
       {"c0 af", "e0 80 af", "f0 80 80 af", "c1 bf", "e0 9f bf", "f0 8f bf bf", "c0 80"}) {
    INFO(words);
    CHECK_FALSE(is_valid(words));
  }
}

TEST_CASE("nothing lies beyond U+10FFFF [MQTT-1.5.3-1]") {
  for (const char* words :
       {"f4 90 80 80", "f5 80 80 80", "f8 88 80 80 80", "fc 84 80 80 80 80", "fe", "ff"}) {
    INFO(words);
    CHECK_FALSE(is_valid(words));
  }
}

TEST_CASE("a character cut short or without its first byte is not UTF-8") {
  for (const char* words : {"80", "bf", "c3", "e2 82", "f0 9f 90", "c3 'a'", "e2 'a' ac", "e2 82 'a'",
                            "f0 9f 'a' 9d", "'abc' 80", "c3 a9 a9", "e2 82 ac 80"}) {
    INFO(words);
    CHECK_FALSE(is_valid(words));
  }
}

TEST_CASE("U+0000 is forbidden at every place of a word [MQTT-1.5.3-2]") {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      text[at] = '\0';
      INFO(size << " bytes, U+0000 at " << at);
      CHECK_FALSE(mqtt::is_valid_utf8(text));
    }
  }
}

TEST_CASE("a stray high byte is found at every place of a word") {
  for (std::size_t size = 1; size <= 20; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, '\x01');
      text[at] = '\x80';
      INFO(size << " bytes, 0x80 at " << at);
      CHECK_FALSE(mqtt::is_valid_utf8(text));
    }
  }
}

TEST_CASE("U+FEFF is an ordinary character [MQTT-1.5.3-3]") {
  CHECK(is_valid("ef bb bf"));
  CHECK(is_valid("'a' ef bb bf 'b'"));
}

TEST_CASE("control characters and non-characters may pass") {
  CHECK(is_valid("01 1f 7f"));
  CHECK(is_valid("ef bf be"));
  CHECK(is_valid("ef b7 90"));
}

TEST_CASE("every pair of bytes is judged as arithmetic judges it") {
  for (int value = 0; value < 65536; ++value) {
    const std::string text = {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
    if (mqtt::is_valid_utf8(text) != is_valid_by_arithmetic(text)) FAIL(support::quoted(text));
  }
}

TEST_CASE("every four bytes of borders are judged as arithmetic judges them") {
  std::string text(4, '\0');
  const auto set = [&text](std::size_t at, std::uint8_t byte) { text[at] = static_cast<char>(byte); };
  for (const std::uint8_t a : borders) {
    for (const std::uint8_t b : borders) {
      for (const std::uint8_t c : borders) {
        for (const std::uint8_t d : borders) {
          set(0, a), set(1, b), set(2, c), set(3, d);
          const std::string_view three = std::string_view(text).substr(1);
          if (mqtt::is_valid_utf8(text) != is_valid_by_arithmetic(text)) FAIL(support::quoted(text));
          if (mqtt::is_valid_utf8(three) != is_valid_by_arithmetic(three)) FAIL(support::quoted(three));
        }
      }
    }
  }
}
