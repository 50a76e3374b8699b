// SPDX-License-Identifier: Apache-2.0
#include "mesh/share_url.h"

#include <string>

#include <catch2/catch.hpp>

#include "mesh/channel_text.h"
#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

/// The default primary channel of EU_868 with LongFast.
const std::string one = "CgUSAQEoARIGCAE4A0AD";
/// Nameless with the default key and ShortTurbo, "Family" with 16 bytes, "Open" without a key of its own.
const std::string three = "CgMSAQEKGhIQAAECAwQFBgcICQoLDA0ODxoGRmFtaWx5CgYaBE9wZW4SCAgBEAg4A0AD";
/// "Team" with 32 bytes and no radio settings.
const std::string team = "CigSIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4fGgRUZWFt";

std::vector<SharedChannel> read(const std::string& fragment, const std::string& front = "e/#") {
  const auto channels = read_share_url("https://meshtastic.org/" + front + fragment);
  INFO((channels ? std::string_view() : channels.error()));
  REQUIRE(channels);
  return *channels;
}

std::string problem_of(const std::string& url) {
  const auto channels = read_share_url(url);
  return channels ? "none" : std::string(channels.error());
}

bool is_refused(const std::string& fragment) {
  return !read_share_url("https://meshtastic.org/e/#" + fragment);
}

TEST_CASE("a shared channel without a name has that of the modem preset") {
  const auto channels = read(one);
  REQUIRE(channels.size() == 1);
  CHECK(channels[0].name == "LongFast");
  CHECK(channel_hash(channels[0].name, channels[0].key) == 8);
  CHECK(read("CgcSAQEaAgB4EggIARAEOANAAw")[0].name == "MediumFast");  // the name is a NUL and more
  CHECK(read("CgMSAQESBDgDQAM")[0].name == "Custom");                 // no preset in use
}

TEST_CASE("shared channels have their place, and a secondary without a key borrows the primary's") {
  const auto channels = read(three);
  REQUIRE(channels.size() == 3);
  CHECK(channels[0].name == "ShortTurbo");
  CHECK(channels[1].name == "Family");
  CHECK(channels[1].index == 1);
  CHECK(to_hex(base::as_text(channels[1].key.view())) == "000102030405060708090a0b0c0d0e0f");
  CHECK(channels[2].name == "Open");
  CHECK(channels[2].key == channels[0].key);
}

TEST_CASE("a share URL is taken in every form that the apps have used") {
  for (const char* const front : {"e/#", "e/?add=true#", "d/#", "c/#", "v/#", "E/#"})
    CHECK(read(team, front)[0].name == "Team");
  CHECK(read(team + "?add=true")[0].name == "Team");
  CHECK(read_share_url("http://www.meshtastic.org/e/#" + team));
  CHECK(read("CgcSAQEaAgB4EggIARAEOANAAw==").size() == 1);
}

TEST_CASE("a channel to be added that borrows a key which is not there is refused") {
  CHECK(read("CgYaBFRlYW0")[0].key.size == 0);  // the primary of a whole set: not encrypted
  CHECK(problem_of("https://meshtastic.org/e/?add=true#CgYaBFRlYW0")
            .starts_with("adds a channel with the key"));
  CHECK(problem_of("https://meshtastic.org/e/#CgYaBFRlYW0?add=true")
            .starts_with("adds a channel with the key"));
}

TEST_CASE("a share URL of another site, without content or with damaged content is refused") {
  CHECK(problem_of("https://example.org/e/#" + one).starts_with("must begin"));
  CHECK(problem_of("https://meshtastic.org/e/").starts_with("has nothing behind the #"));
  CHECK(problem_of("https://meshtastic.org/e/#!!").find("no base64") != std::string::npos);
  CHECK(problem_of("https://meshtastic.org/e/#" + one.substr(0, 6)).find("no set") != std::string::npos);
  CHECK(problem_of("https://meshtastic.org/v/#CAUSCwoJITAwMDAwMDA1") == "shares a contact, not channels");
  CHECK(problem_of("https://meshtastic.org/e/#EgYIATgDQAM") == "has no channel in it");
  CHECK(problem_of("https://meshtastic.org/e/#" + std::string(3000, 'A')).starts_with("is longer"));
}

TEST_CASE("what no device can hold is refused in a share URL") {
  CHECK(
      is_refused("CgYSAQEaAWEKBhIBARoBYQoGEgEBGgFhCgYSAQEaAWEKBhIBARoBYQoGEgEBGgFhCgYSAQEaAWEKBhIBARoBYQoGEgE"
                 "BGgFh"));                                                     // nine channels
  CHECK(is_refused("ChESAQEaDDEyMzQ1Njc4OTAxMg"));                              // a name of 12 bytes
  CHECK(is_refused("CiYSIQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABoBYQ"));  // a key of 33
  CHECK(is_refused("CgYSAQEaAf8"));                                             // a name that is no UTF-8
}

std::vector<std::string> described(const std::string& text, KeyBytes keys = KeyBytes::hidden) {
  const auto lines = describe_channels(text, keys);
  REQUIRE(lines);
  return *lines;
}

TEST_CASE("a description has names, key lengths and hashes, and keys only when they shall be shown") {
  const auto lines = described("https://meshtastic.org/e/#" + three);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] ==
        R"(0 "ShortTurbo": AES-128, key of 16 bytes, which everybody knows ("default"), hash 14)");
  CHECK(lines[1] == R"(1 "Family": AES-128, key of 16 bytes, hash 54)");
  CHECK(described("https://meshtastic.org/e/#" + three, KeyBytes::shown)[1] ==
        lines[1] + ", psk AAECAwQFBgcICQoLDA0ODw==");
}

TEST_CASE("a name and a psk are described like a shared channel") {
  CHECK(described("LongFast=AQ==")[0] ==
        R"("LongFast": AES-128, key of 16 bytes, which everybody knows ("default"), hash 8)");
  CHECK(described("a=simple9")[0].find("simple9") != std::string::npos);
  CHECK(described("a=none")[0] == R"("a": no encryption, hash 97)");
  CHECK(described("a=none", KeyBytes::shown)[0] == R"("a": no encryption, hash 97)");
  CHECK(described("a\x1b=0x0102")[0].find('\x1b') == std::string::npos);
}

TEST_CASE("what is neither share URL nor name and psk is said to be so without a word of it") {
  for (const std::string text : {"secret", "=secret", "name=secret!", "https://meshtastic.org/e/#secret!"}) {
    const auto lines = describe_channels(text, KeyBytes::shown);
    REQUIRE_FALSE(lines);
    CHECK(lines.error().find("secret") == std::string::npos);
  }
}

}  // namespace
}  // namespace mesh::test
