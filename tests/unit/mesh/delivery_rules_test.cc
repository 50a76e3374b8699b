// SPDX-License-Identifier: Apache-2.0
#include "mesh/delivery_rules.h"

#include <catch2/catch.hpp>

#include "mesh/envelope.h"
#include "tests/unit/mesh/mesh_fixture.h"

using mesh::test::FakeHost;
using mesh::test::make_envelope;
using mesh::test::make_text;
using mesh::test::Sending;
using mesh::test::topic_of;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""min;
using mesh::DeliveryRules;

namespace {

const mesh::Roots roots({"msh"});

mesh::MeshConfig config_of(mesh::Deliver deliver) {
  mesh::MeshConfig config;
  config.deliver = deliver;
  return config;
}

/// One copy of a packet, and to whom it is about to go.
struct Copy {
  std::string by = "!aaaaaaaa";
  std::string to = "!bbbbbbbb";
  std::uint32_t id = 7;
  bool is_own = false;
  std::uint32_t rx_time = 1609459200;  // now, by the fake host's clock
  std::size_t frame_bytes = 200;
  std::uint32_t from = 0x11223344;
};

struct Rules {
  explicit Rules(mesh::Deliver deliver = mesh::Deliver::gateways) : rules(config_of(deliver), roots) {}

  bool allow(const Copy& copy, base::Duration at = 0s) {
    Sending sending;
    sending.gateway = copy.by;
    sending.packet.set_id(copy.id);
    sending.packet.set_from(copy.from);
    sending.packet.set_rx_time(copy.rx_time);
    const std::string topic = topic_of(sending), payload = make_envelope(make_text("hi"), sending);
    return allow_message({topic, base::as_bytes(payload)}, copy, at);
  }
  bool allow_message(const plugin::Draft& message, const Copy& copy, base::Duration at = 0s) {
    return rules.allow({{.id = copy.to, .user_name = {}}, message, copy.frame_bytes, copy.is_own}, host,
                       base::TimePoint(at));
  }
  std::uint64_t count(mesh::DeliveryOutcome outcome) const {
    return rules.counts()[static_cast<std::size_t>(outcome)].value;
  }
  FakeHost host;
  DeliveryRules rules;
};

}  // namespace

TEST_CASE("a gateway is sent the first copy of a packet that comes, and no other, within the window") {
  Rules rules;
  CHECK(rules.allow({}));
  CHECK_FALSE(rules.allow({.by = "!cccccccc"}));
  CHECK_FALSE(rules.allow({}, 15min - 1ms));
  CHECK(rules.allow({.to = "!dddddddd"}));
  CHECK(rules.allow({.id = 8}));
  CHECK(rules.allow({}, 15min));
  CHECK(rules.count(mesh::DeliveryOutcome::had_it) == 2);
}

TEST_CASE("its own publish always comes back, and no copy of others after it") {
  Rules rules;
  CHECK(rules.allow({}));
  for (int retransmission = 0; retransmission < 3; ++retransmission)
    CHECK(rules.allow({.by = "!bbbbbbbb", .is_own = true}));
  CHECK_FALSE(rules.allow({.by = "!cccccccc"}));
  CHECK(rules.allow({.by = "!bbbbbbbb", .id = 8, .is_own = true}));
  CHECK_FALSE(rules.allow({.by = "!cccccccc", .id = 8}));
}

TEST_CASE("packets without an id are no copies of each other") {
  Rules rules;
  CHECK(rules.allow({.id = 0}));
  CHECK(rules.allow({.id = 0}));
}

TEST_CASE("nothing that its buffer does not hold goes to a gateway, whatever it is") {
  Rules rules;
  CHECK(rules.allow({.id = 1, .frame_bytes = DeliveryRules::most_frame_bytes}));
  CHECK_FALSE(rules.allow({.id = 2, .frame_bytes = DeliveryRules::most_frame_bytes + 1}));
  CHECK_FALSE(rules.allow_message({"home/x", {}}, {.frame_bytes = 2000}));
  CHECK_FALSE(rules.allow({.id = 2, .is_own = true, .frame_bytes = 2000}));
}

TEST_CASE("what was heard before the window goes to no gateway but the one that says so") {
  Rules rules;
  constexpr std::uint32_t now = 1609459200;
  CHECK_FALSE(rules.allow({.rx_time = now - 901}));
  CHECK(rules.allow({.is_own = true, .rx_time = now - 901}));
  CHECK(rules.allow({.to = "!dddddddd", .rx_time = now - 900}));
  CHECK(rules.allow({.id = 8, .rx_time = 0}));
  CHECK(rules.allow({.id = 9, .rx_time = now + 100'000}));
}

TEST_CASE("what is no envelope is judged by its size alone") {
  Rules rules;
  for (int i = 0; i < 2; ++i) {
    CHECK(rules.allow_message({"msh/2/e/LongFast/!aaaaaaaa", base::as_bytes("no envelope")}, {}));
    CHECK(rules.allow_message({"msh/2/map/", {}}, {}));
    CHECK(rules.allow_message({"home/x", {}}, {}));
  }
}

TEST_CASE("who is judged, and for what, is the operator's choice") {
  Rules gateways(mesh::Deliver::gateways), everyone(mesh::Deliver::everyone), off(mesh::Deliver::off);
  CHECK(gateways.rules.judges("!bbbbbbbb"));
  CHECK(gateways.rules.judges("MeshtasticAppleMqttProxy-1"));
  CHECK_FALSE(gateways.rules.judges("home-assistant"));
  CHECK(everyone.rules.judges("home-assistant"));
  CHECK(off.rules.judges("!bbbbbbbb"));
  CHECK_FALSE(off.rules.judges("home-assistant"));

  const Copy consumer{.to = "home-assistant", .rx_time = 1, .frame_bytes = 2000};
  CHECK(everyone.allow(consumer));
  CHECK_FALSE(everyone.allow(consumer));
  CHECK(off.allow({}));
  CHECK(off.allow({}));
  CHECK_FALSE(off.allow({.frame_bytes = 2000}));
}

namespace {

struct Released final : DeliveryRules::OwnPackets {
  bool is_released(std::uint32_t packet_id, std::string_view receiver) const override {
    return packet_id == 7 && receiver == "!bbbbbbbb";
  }
};

}  // namespace

TEST_CASE("what bears the broker's own number goes to whom the broker sends it, and from nobody else") {
  Rules rules;
  rules.rules.set_own_number(0x0b0b0b0b);
  CHECK_FALSE(rules.allow({.from = 0x0b0b0b0b}));
  CHECK_FALSE(rules.allow({.by = "!0b0b0b0b"}));
  CHECK(rules.allow({.id = 9, .is_own = true, .from = 0x0b0b0b0b}));
  const Released released;
  rules.rules.set_own_packets(released);
  CHECK(rules.allow({.id = 7, .from = 0x0b0b0b0b}));
  CHECK_FALSE(rules.allow({.id = 7, .from = 0x0b0b0b0b}));
  CHECK_FALSE(rules.allow({.to = "!dddddddd", .id = 7, .from = 0x0b0b0b0b}));
}

TEST_CASE("after a restart nobody is sent what gateways were sent before it, but its own") {
  Rules before, after;
  CHECK(before.allow({}));
  before.rules.on_tick(before.host, base::TimePoint(1s));
  for (const auto& [name, value] : before.host.kept)
    after.rules.restore(name, base::as_bytes(value), base::TimePoint(2s));
  CHECK_FALSE(after.allow({.to = "!dddddddd"}, 3s));
  CHECK(after.allow({.by = "!dddddddd", .to = "!dddddddd", .is_own = true}, 3s));
  CHECK(after.allow({.id = 8}, 3s));
  CHECK(after.allow({.to = "!eeeeeeee"}, 16min));
  after.rules.on_tick(after.host, base::TimePoint(17min));
  CHECK(after.host.kept.size() == 1);  // of the new one; the old second is removed
}
