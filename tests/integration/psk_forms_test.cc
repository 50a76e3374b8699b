// SPDX-License-Identifier: Apache-2.0
// The configuration checks a PSK, the mesh uses it; neither may know the other. What one takes the other
// takes, and both read the same bytes.
#include <string>

#include <catch2/catch.hpp>

#include "broker/app/config/values.h"
#include "mesh/channel_key.h"

namespace {

constexpr const char* texts[] = {
    "",
    "none",
    "default",
    "simple0",
    "simple9",
    "simple254",
    "simple255",
    "simple",
    "simple-1",
    "simple01",
    "simplex",
    "random",
    "AQ==",
    "AQ=",
    "AQ",
    "A",
    "AQ===",
    "AQID",
    "AQIDBA",
    "AQIDBA==",
    "AQIDBAU",
    "AQIDBAU=",
    "-_-_",
    "+/+/",
    "base64:AQ==",
    "base64:",
    "base64:none",
    "base64:default",
    "0x",
    "0X01",
    "0x01",
    "0x1",
    "0x0g",
    "0xABcd",
    "=",
    "==",
    "AQ==AQ==",
    "A=Q=",
    " AQ==",
    "AQ== ",
    "AQ\n",
    "Default",
    "NONE",
    "nonee",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20",
    "0x+1",
    "0x 1",
    "\xff",
    "AQ\xc3\xa4",
};

TEST_CASE("configuration and mesh read every PSK alike") {
  for (const std::string text : texts) {
    INFO(text);
    const auto checked = app::psk_bytes(text);
    const auto used = mesh::parse_psk(text);
    if (text == "random") {  // base64, by accident: the configuration knows what is meant
      CHECK_FALSE(checked);
      continue;
    }
    REQUIRE(checked.has_value() == used.has_value());
    if (checked) CHECK(*checked == *used);
  }
}

}  // namespace
