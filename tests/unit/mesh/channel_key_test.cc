// SPDX-License-Identifier: Apache-2.0
#include "mesh/channel_key.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

std::string parsed(std::string_view text) {
  const auto psk = parse_psk(text);
  return psk ? to_hex(base::as_text(*psk)) : "refused: " + std::string(psk.error());
}

bool is_refused(std::string_view text) { return !parse_psk(text).has_value(); }

TEST_CASE("a PSK is read as base64, padded or not") {
  CHECK(parsed("AQ==") == "01");
  CHECK(parsed("AQ") == "01");
  CHECK(parsed("1PG7OiApB1nwvP+rz05pAQ==") == "d4f1bb3a20290759f0bcffabcf4e6901");
  CHECK(parsed("1PG7OiApB1nwvP+rz05pAQ") == "d4f1bb3a20290759f0bcffabcf4e6901");
  CHECK(parsed("AQID") == "010203");
}

TEST_CASE("a PSK is read in the URL alphabet as well") {
  CHECK(parsed("1PG7OiApB1nwvP-rz05pAQ") == "d4f1bb3a20290759f0bcffabcf4e6901");
  CHECK(parsed("_w==") == parsed("/w=="));
}

TEST_CASE("a PSK may say that it is base64") {
  CHECK(parsed("base64:AQ==") == "01");
  CHECK(parsed("base64:") == "");
}

TEST_CASE("a PSK is read as hex behind 0x") {
  CHECK(parsed("0x01") == "01");
  CHECK(parsed("0xD4f1") == "d4f1");
  CHECK(parsed("0XFF") == "ff");
}

TEST_CASE("the apps' words for a PSK are understood") {
  CHECK(parsed("none") == "");
  CHECK(parsed("") == "");
  CHECK(parsed("default") == "01");
  CHECK(parsed("simple0") == "01");
  CHECK(parsed("simple9") == "0a");
  CHECK(parsed("simple254") == "ff");
}

TEST_CASE("what is no PSK is refused") {
  for (const std::string_view text :
       {"0x", "0x1", "0x1g", "AQ=", "A", "AQIDB", "AQ==AQ==", "A Q=", "=", "====", "*", "simple255", "simple",
        "simple-1", "0xzz", "AQ===", "base64:*"}) {
    INFO(text);
    CHECK(is_refused(text));
  }
}

TEST_CASE("a PSK longer than an AES-256 key is refused, one of that length is not") {
  CHECK_FALSE(is_refused("0x" + std::string(64, 'a')));
  CHECK(is_refused("0x" + std::string(66, 'a')));
}

TEST_CASE("one byte 0 and no byte at all mean no encryption") {
  CHECK(expand_psk({}).size == 0);
  CHECK(expand_psk(base::as_bytes(std::string_view("\0", 1))).size == 0);
}

TEST_CASE("the hash of a channel without a key is the hash of its name") {
  CHECK(channel_hash("LongFast", Key{}) == 0x0a);
  CHECK(channel_hash("", Key{}) == 0);
}

TEST_CASE("padding does not change a channel's hash") {
  const std::string key = from_hex("010203");
  CHECK(channel_hash("x", expand_psk(base::as_bytes(key))) == ('x' ^ 1 ^ 2 ^ 3));
}

}  // namespace
}  // namespace mesh::test
