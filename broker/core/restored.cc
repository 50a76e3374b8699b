// SPDX-License-Identifier: Apache-2.0
#include "broker/core/restored.h"

#include <algorithm>

#include "broker/base/owner.h"
#include "broker/mqtt/topic.h"

namespace core {
namespace {

/// At which QoS the session wants it; 0: not, or not so that it would be kept for it.
mqtt::Qos wanted_qos(const RestoredSession& session, const Message& message) {
  mqtt::Qos highest = mqtt::Qos::at_most_once;
  for (const RestoredSession::Subscription& each : session.subscriptions) {
    if (mqtt::matches(each.filter, message.topic())) highest = std::max(highest, each.qos);
  }
  return std::min(highest, message.qos());
}

EntryNumber last_number(const Restored& restored) {
  EntryNumber last = 0;
  for (const RestoredSession& session : restored.sessions) {
    if (!session.messages.empty()) last = std::max(last, session.messages.back().entry.number);
  }
  return last;
}

/// Sessions of different workers share no message.
MessageRef copy_of(const Message& message) {
  return MessageRef::make({.topic = message.topic(),
                           .payload = message.payload(),
                           .qos = message.qos(),
                           .retain = message.retain()});
}

}  // namespace

std::vector<SettledForward> settle_forwards(Restored& restored) {
  std::vector<SettledForward> settled;
  EntryNumber last = last_number(restored);
  for (const RestoredForward& forward : std::exchange(restored.forwards, {})) {
    ++last;
    for (RestoredSession& session : restored.sessions) {
      if (base::owner_of(session.client_id, restored.workers) != forward.to) continue;
      const mqtt::Qos qos = wanted_qos(session, *forward.message);
      if (qos == mqtt::Qos::at_most_once) continue;
      const Entry entry{.number = last, .qos = qos};
      const MessageRef own = copy_of(*forward.message);
      session.messages.push_back({entry, own, false});
      settled.push_back({session.key, entry, own});
    }
  }
  return settled;
}

}  // namespace core
