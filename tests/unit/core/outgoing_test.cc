// SPDX-License-Identifier: Apache-2.0
#include "broker/core/outgoing.h"

#include <string>

#include <catch2/catch.hpp>

#include "broker/mqtt/decode.h"
#include "tests/support/packet_text.h"
#include "tests/support/wire.h"

using core::Delivery;
using core::Outgoing;
using mqtt::Qos;

namespace {

std::string text_of(const core::Form& form) {
  std::vector<std::uint8_t> bytes(form.head.begin(), form.head.end());
  bytes.insert(bytes.end(), form.payload.begin(), form.payload.end());
  const auto frame = mqtt::next_frame(bytes, bytes.size());
  REQUIRE((frame && *frame));
  return support::packet_text(*mqtt::decode(**frame, mqtt::Version::v311));
}

mqtt::Publish decoded(std::span<std::uint8_t> bytes) {
  return *mqtt::decode_publish(**mqtt::next_frame(bytes, bytes.size()), mqtt::Version::v311);
}

}  // namespace

TEST_CASE("a QoS 0 frame is passed on byte for byte, where it lies") {
  base::Arena arena;
  auto bytes = support::wire_packet(0x30, "00 01 't' 'hello'");
  Outgoing outgoing(decoded(bytes), bytes, arena);
  const core::Form form = outgoing.form({});
  CHECK(form.head.data() == bytes.data());
  CHECK(form.head.size() == bytes.size());
  CHECK(form.payload.empty());
  CHECK(arena.used() == 0);
}

TEST_CASE("the retain flag and DUP of the publisher are not passed on [MQTT-3.3.1-3, 3.3.1-9]") {
  base::Arena arena;
  auto bytes = support::wire_packet(0x3b, "00 01 't' 00 07 'x'");
  Outgoing outgoing(decoded(bytes), bytes, arena);
  CHECK(text_of(outgoing.form({.qos = Qos::at_least_once, .packet_id = 9})) ==
        "PUBLISH topic=\"t\" qos=1 retain=0 dup=0 id=9 payload=\"x\"");
}

TEST_CASE("receivers with the same id share one form, patched in place; another id gets its own") {
  base::Arena arena;
  auto bytes = support::wire_packet(0x32, "00 01 't' 00 07 'x'");
  Outgoing outgoing(decoded(bytes), bytes, arena);
  const Delivery shared{.qos = Qos::at_least_once, .packet_id = 300};
  const core::Form first = outgoing.form(shared);
  CHECK(first.head.data() == bytes.data());
  CHECK(outgoing.form(shared).head.data() == first.head.data());
  const core::Form other = outgoing.form({.qos = Qos::at_least_once, .packet_id = 301});
  CHECK(other.head.data() != first.head.data());
  CHECK(text_of(first) == "PUBLISH topic=\"t\" qos=1 retain=0 dup=0 id=300 payload=\"x\"");
  CHECK(text_of(other) == "PUBLISH topic=\"t\" qos=1 retain=0 dup=0 id=301 payload=\"x\"");
}

TEST_CASE("a lower QoS is built once for the whole fan-out") {
  base::Arena arena;
  auto bytes = support::wire_packet(0x34, "00 01 't' 00 07 'x'");
  Outgoing outgoing(decoded(bytes), bytes, arena);
  const core::Form first = outgoing.form({});
  const std::size_t used = arena.used();
  CHECK(outgoing.form({}).head.data() == first.head.data());
  CHECK(arena.used() == used);
  CHECK(text_of(first) == "PUBLISH topic=\"t\" qos=0 retain=0 dup=0 id=0 payload=\"x\"");
}

TEST_CASE("a large payload is referenced, not copied") {
  base::Arena arena;
  const std::string payload(100'000, 'p');
  Outgoing outgoing(mqtt::Publish{.topic = "t", .payload = base::as_bytes(payload)}, arena);
  const core::Form& form = outgoing.form({.retain = true});
  CHECK(static_cast<const void*>(form.payload.data()) == payload.data());
  CHECK(arena.used() < 100);
  CHECK(text_of(form).starts_with("PUBLISH topic=\"t\" qos=0 retain=1 dup=0 id=0 payload=\"ppp"));
}

TEST_CASE("the kept message is made once, and is the one it was made from") {
  base::Arena arena;
  Outgoing outgoing(mqtt::Publish{.topic = "t", .payload = {}, .qos = Qos::exactly_once, .retain = true},
                    arena);
  const core::MessageRef first = outgoing.keep();
  CHECK(&*outgoing.keep() == &*first);
  CHECK(first->topic() == "t");
  CHECK(first->qos() == Qos::exactly_once);
  CHECK(first->retain());
  std::vector<core::MessageRef> held;
  Outgoing again(first, arena, held);
  CHECK(held.empty());
  CHECK(&*again.keep() == &*first);
}
