// SPDX-License-Identifier: Apache-2.0
#include "tests/support/restored_text.h"

#include <fmt/format.h>

namespace support {
namespace {

unsigned number_of(mqtt::Qos qos) { return static_cast<unsigned>(qos); }

/// Topic and payload alone: with which QoS it is passed on stands beside it.
std::string content_of(const core::MessageRef& message) {
  if (!message) return "nothing";
  return fmt::format("{}={}", message->topic(), base::as_text(message->payload()));
}

std::string flags_of(const core::MessageRef& message) {
  return fmt::format("q{}{}", number_of(message->qos()), message->retain() ? " retain" : "");
}

std::string owner_of(std::string_view user, core::Proof proof) {
  if (user.empty()) return "";
  return fmt::format(" of {}{}", user, proof == core::Proof::tls ? " by tls" : "");
}

void add(std::vector<std::string>& lines, const core::RestoredSession& session) {
  const core::SessionKey key = session.key;
  lines.push_back(
      fmt::format("session {} {}{}", key, session.client_id, owner_of(session.user, session.proof)));
  for (const auto& each : session.subscriptions)
    lines.push_back(fmt::format("subscription {} {} q{}", key, each.filter, number_of(each.qos)));
  for (const auto& [entry, message, is_released] : session.messages)
    lines.push_back(fmt::format("entry {} {} q{}{} #{}{} {}", key, entry.number, number_of(entry.qos),
                                entry.retain ? " retain" : "", entry.packet_id,
                                is_released ? " released" : "", content_of(message)));
  for (const mqtt::PacketId id : session.received) lines.push_back(fmt::format("received {} #{}", key, id));
}

}  // namespace

std::vector<std::string> lines_of(const core::Restored& restored) {
  std::vector<std::string> lines;
  for (const auto& each : restored.sessions) add(lines, each);
  for (const auto& [message, stamp] : restored.retained)
    lines.push_back(fmt::format("retained {} {} {}", stamp, flags_of(message), content_of(message)));
  for (const auto& [key, client_id, user, proof, message] : restored.wills)
    lines.push_back(fmt::format("will {} {}{} {} {}", key, client_id, owner_of(user, proof),
                                flags_of(message), content_of(message)));
  for (const auto& each : restored.forwards)
    lines.push_back(fmt::format("forward {} {} {} {} {}", each.from, each.to, each.number,
                                flags_of(each.message), content_of(each.message)));
  for (const auto& [name, value] : restored.kept) lines.push_back(fmt::format("kept {} {}", name, value));
  return lines;
}

}  // namespace support
