// SPDX-License-Identifier: Apache-2.0
#include "broker/core/restored.h"

#include <catch2/catch.hpp>

#include "broker/base/owner.h"

using core::MessageRef;
using core::Restored;
using mqtt::Qos;

namespace {

std::string id_on(std::uint32_t worker, std::uint32_t workers) {
  for (int i = 0;; ++i) {
    std::string id = "c" + std::to_string(i);
    if (base::owner_of(id, workers) == worker) return id;
  }
}

MessageRef message(std::string_view topic, Qos qos) {
  return MessageRef::make({.topic = topic, .payload = {}, .qos = qos});
}

core::RestoredSession session(core::SessionKey key, std::string client_id, std::string filter, Qos qos) {
  core::RestoredSession made;
  made.key = key;
  made.client_id = std::move(client_id);
  made.subscriptions = {{std::move(filter), qos}};
  return made;
}

}  // namespace

TEST_CASE("what a worker had not taken becomes messages of its sessions that want it, behind all others") {
  Restored restored;
  restored.workers = 2;
  restored.sessions.push_back(session(1, id_on(1, 2), "t/+", Qos::exactly_once));
  restored.sessions.push_back(session(2, id_on(0, 2), "t/+", Qos::exactly_once));  // another worker's
  restored.sessions.push_back(session(3, id_on(1, 2), "u", Qos::exactly_once));
  restored.sessions[0].messages.push_back({{.number = 41}, message("t/x", Qos::at_least_once), false});
  restored.forwards.push_back({0, 1, 1, message("t/a", Qos::at_least_once)});
  restored.forwards.push_back({0, 1, 2, message("t/b", Qos::exactly_once)});

  const auto settled = core::settle_forwards(restored);

  CHECK(restored.forwards.empty());
  REQUIRE(settled.size() == 2);
  CHECK(settled[0].key == 1);
  CHECK(settled[0].entry.number == 42);
  CHECK(settled[0].entry.qos == Qos::at_least_once);
  CHECK(settled[1].entry.qos == Qos::exactly_once);
  REQUIRE(restored.sessions[0].messages.size() == 3);
  CHECK(restored.sessions[0].messages[2].message->topic() == "t/b");
  CHECK(restored.sessions[0].messages[2].entry.packet_id == 0);
  CHECK(restored.sessions[1].messages.empty());
  CHECK(restored.sessions[2].messages.empty());
}

TEST_CASE("the highest QoS of a session's filters counts, and QoS 0 is not kept") {
  Restored restored;
  restored.sessions.push_back(session(1, "a", "#", Qos::at_most_once));
  restored.sessions.push_back(session(2, "b", "#", Qos::at_most_once));
  restored.sessions[1].subscriptions.push_back({"t", Qos::at_least_once});
  restored.forwards.push_back({0, 0, 1, message("t", Qos::exactly_once)});
  const auto settled = core::settle_forwards(restored);
  REQUIRE(settled.size() == 1);
  CHECK(settled[0].key == 2);
  CHECK(settled[0].entry.qos == Qos::at_least_once);
}
