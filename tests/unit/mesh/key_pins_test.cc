// SPDX-License-Identifier: Apache-2.0
#include "mesh/key_pins.h"

#include <string>

#include <catch2/catch.hpp>

#include "tests/unit/mesh/mesh_fixture.h"

namespace mesh::test {
namespace {

constexpr std::uint32_t alice = 0x11111111;

base::WallTime day(int number) { return base::WallTime(std::chrono::hours(24 * (20000 + number))); }

std::string key_text(char c) { return std::string(32, c); }

Pinning announce(KeyPins& pins, char key, base::WallTime now = day(0), std::uint32_t number = alice) {
  const std::string text = key_text(key);
  return pins.learn(number, base::as_bytes(text), now);
}

char key_of(const KeyPins& pins, std::uint32_t number = alice) {
  const auto key = pins.key_of(number);
  return key ? static_cast<char>(key->bytes[0]) : '-';
}

TEST_CASE("the first key of a node is pinned, and confirmed from then on") {
  KeyPins pins(10);
  CHECK_FALSE(pins.key_of(alice));
  CHECK(announce(pins, 'a') == Pinning::pinned);
  CHECK(announce(pins, 'a') == Pinning::confirmed);
  CHECK(key_of(pins) == 'a');
}

TEST_CASE("another key is refused, and reported once") {
  KeyPins pins(10);
  announce(pins, 'a');
  CHECK_FALSE(pins.pin_of(alice)->has_changed);
  CHECK(announce(pins, 'b') == Pinning::refused);
  CHECK(announce(pins, 'b') == Pinning::repeated);
  CHECK(announce(pins, 'c') == Pinning::refused);
  CHECK(key_of(pins) == 'a');
  CHECK(pins.pin_of(alice)->has_changed);
}

TEST_CASE("another key is taken over when the pinned one was silent for a week") {
  KeyPins pins(10);
  announce(pins, 'a', day(0));
  announce(pins, 'a', day(3));
  CHECK(announce(pins, 'b', day(10) - base::Duration(1000)) == Pinning::refused);
  CHECK(announce(pins, 'b', day(10)) == Pinning::replaced);
  CHECK(key_of(pins) == 'b');
  CHECK_FALSE(pins.pin_of(alice)->has_changed);
}

TEST_CASE("a clock that jumps back takes nothing over") {
  KeyPins pins(10);
  announce(pins, 'a', day(0));
  CHECK(announce(pins, 'b', base::WallTime{}) == Pinning::refused);
}

TEST_CASE("what is no key changes nothing") {
  KeyPins pins(10);
  announce(pins, 'a');
  CHECK(pins.learn(alice, {}, day(0)) == Pinning::none);
  CHECK(pins.learn(alice, base::as_bytes("short"), day(0)) == Pinning::unusable);
  CHECK(announce(pins, '\0') == Pinning::unusable);
  CHECK(key_of(pins) == 'a');
  CHECK_FALSE(pins.pin_of(alice)->has_changed);
}

TEST_CASE("a pin says whether the number was made from the key") {
  KeyPins pins(10);
  announce(pins, 'a');
  const std::uint32_t made = node_number_of(*pins.key_of(alice));
  announce(pins, 'a', day(0), made);
  CHECK_FALSE(pins.pin_of(alice)->is_own_number);
  CHECK(pins.pin_of(made)->is_own_number);
}

TEST_CASE("at the limit the pin goes that was announced once and is oldest, then the longest silent") {
  KeyPins pins(3);
  for (const std::uint32_t number : {10U, 11U, 10U, 12U, 13U}) announce(pins, 'a', day(0), number);
  CHECK(pins.size() == 3);
  CHECK_FALSE(pins.key_of(11));
  announce(pins, 'a', day(0), 12);
  announce(pins, 'a', day(0), 13);
  announce(pins, 'a', day(0), 14);
  CHECK_FALSE(pins.key_of(10));
  CHECK(pins.key_of(12));
}

TEST_CASE("without room nothing is pinned") {
  KeyPins pins(0);
  announce(pins, 'a');
  CHECK(pins.size() == 0);
  CHECK(pins.take_changes().empty());
}

TEST_CASE("pins come back as they were kept") {
  KeyPins before(10);
  announce(before, 'a');
  announce(before, 'b');
  const auto changes = before.take_changes();
  REQUIRE(changes.size() == 1);
  CHECK(before.take_changes().empty());
  KeyPins after(10);
  after.restore(changes[0].number, changes[0].value);
  CHECK(key_of(after) == 'a');
  CHECK(after.pin_of(alice)->has_changed);
  CHECK(announce(after, 'b') == Pinning::repeated);
  CHECK(after.take_changes().empty());
}

TEST_CASE("a forgotten pin is forgotten where it was kept") {
  KeyPins pins(1);
  announce(pins, 'a');
  pins.take_changes();
  announce(pins, 'b', day(0), 2);
  const auto changes = pins.take_changes();
  REQUIRE(changes.size() == 2);
  CHECK(changes[0].number == alice);
  CHECK(changes[0].value.empty());
}

TEST_CASE("a kept value that is cut off or too long pins nothing") {
  KeyPins before(10);
  announce(before, 'a');
  announce(before, 'b');
  std::vector<std::uint8_t> value = before.take_changes()[0].value;
  KeyPins after(10);
  for (std::size_t size = 0; size < value.size(); ++size)
    after.restore(alice, base::Bytes(value).first(size));
  value.push_back(0);
  after.restore(alice, value);
  CHECK(after.size() == 0);
}

TEST_CASE("a confirmation is kept again after six hours only") {
  KeyPins pins(10);
  announce(pins, 'a', day(0));
  announce(pins, 'a', day(0));
  pins.take_changes();
  announce(pins, 'a', day(0) + std::chrono::hours(5));
  CHECK(pins.take_changes().empty());
  announce(pins, 'a', day(0) + std::chrono::hours(6));
  CHECK(pins.take_changes().size() == 1);
}

}  // namespace
}  // namespace mesh::test
