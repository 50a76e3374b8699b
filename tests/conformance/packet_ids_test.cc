// SPDX-License-Identifier: Apache-2.0
// A packet id in use is given to no second message, however often the ids have gone round [MQTT-2.3.1-4].
#include <array>

#include <catch2/catch.hpp>

#include "tests/conformance/core_stage.h"
#include "tests/conformance/packets.h"

using conformance::CoreStage;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// More than there are ids.
constexpr int messages = 70'000;

Bytes bytes_of(std::string_view packet) {
  const auto pattern = conformance::parse_packets(packet, "a");
  REQUIRE(pattern);
  return pattern->front().bytes;
}

/// A message goes to `a`, who answers as told; its packet id comes back.
std::array<std::uint8_t, 2> deliver(CoreStage& stage, const Bytes& publish, const Bytes& answer) {
  stage.send("b", publish);
  static_cast<void>(stage.receive("b", SIZE_MAX));
  const Bytes got = stage.receive("a", SIZE_MAX);
  REQUIRE(got.size() == 8);
  Bytes answered = answer;
  if (!answered.empty()) {
    answered.insert(answered.end(), {got[5], got[6]});
    stage.send("a", answered);
    static_cast<void>(stage.receive("a", SIZE_MAX));
  }
  return {got[5], got[6]};
}

}  // namespace

TEST_CASE("ids of messages that wait for PUBACK, PUBREC or PUBCOMP are passed over for ever") {
  CoreStage stage;
  stage.send("a", bytes_of("CONNECT + SUBSCRIBE 1 t:2"));
  stage.send("b", bytes_of("CONNECT id=b"));
  static_cast<void>(stage.receive("a", SIZE_MAX));
  const Bytes qos1 = bytes_of("PUBLISH t 'x' qos=1 id=1");
  const Bytes qos2 = bytes_of("PUBLISH t 'x' qos=2 id=1 + PUBREL 1");
  const auto unacknowledged = deliver(stage, qos1, {});
  const auto unreceived = deliver(stage, qos2, {});
  const auto released = deliver(stage, qos2, {0x50, 0x02});
  int reused = 0;
  for (int i = 0; i < messages; ++i) {
    const auto id = deliver(stage, qos1, {0x40, 0x02});
    const bool is_null = id[0] == 0 && id[1] == 0;
    if (is_null || id == unacknowledged || id == unreceived || id == released) ++reused;
  }
  CHECK(reused == 0);
}
