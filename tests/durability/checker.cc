// SPDX-License-Identifier: Apache-2.0
#include "tests/durability/checker.h"

#include <algorithm>
#include <utility>

#include "tests/support/naive_match.h"

namespace durability {
namespace {

std::string session_text(ClientNumber client) { return "session of client " + std::to_string(client); }

}  // namespace

std::string_view name_of(FaultKind kind) {
  static constexpr std::string_view names[] = {"lost",  "doubled",        "reordered",     "altered",
                                               "stray", "wrong retained", "wrong session", "protocol"};
  return names[static_cast<std::size_t>(kind)];
}

void Checker::connecting(ClientNumber client, bool is_clean) {
  Session& session = sessions_[client];
  ++now_;
  session.is_clean = is_clean;
  session.expected = session.existence;
  if (!is_clean && session.existence == Existence::none) session.existence = Existence::unsure;
  if (!is_clean) return;
  if (session.existence == Existence::sure) session.existence = Existence::unsure;
  // The broker may throw away all that it still has for the session.
  for (Window& window : session.windows) window.certain_from = never;
}

void Checker::connected(ClientNumber client, bool is_session_present) {
  Session& session = sessions_[client];
  ++now_;
  const Existence expected = session.is_clean ? Existence::none : session.expected;
  if (is_session_present && expected == Existence::none) {
    fault(FaultKind::wrong_session, session_text(client) + " is back from the dead");
  }
  if (!is_session_present && expected == Existence::sure) {
    fault(FaultKind::wrong_session, session_text(client) + " is forgotten");
  } else if (!is_session_present) {
    // A new session: what the one before was given counts no more.
    session.windows.clear();
    session.arrived.clear();
    session.newest.clear();
  }
  session.existence = session.is_clean ? Existence::none : Existence::sure;
}

void Checker::subscribing(ClientNumber client, std::string_view filter) {
  Session& session = sessions_[client];
  ++now_;
  for (Window& window : session.windows) {
    if (window.filter == filter) window.certain_to = std::min(window.certain_to, now_);
  }
  session.windows.push_back({.filter = std::string(filter), .possible_from = now_});
}

void Checker::subscribed(ClientNumber client, std::string_view filter, int qos) {
  Session& session = sessions_[client];
  ++now_;
  const auto is_asked = [&](const Window& window) { return window.filter == filter; };
  const auto last = std::ranges::find_if(session.windows.rbegin(), session.windows.rend(), is_asked);
  if (last == session.windows.rend()) return;
  last->qos = qos;
  if (!session.is_clean) last->certain_from = now_;
}

void Checker::unsubscribing(ClientNumber client, std::string_view filter) {
  ++now_;
  for (Window& window : sessions_[client].windows) {
    if (window.filter == filter) window.certain_to = std::min(window.certain_to, now_);
  }
}

void Checker::unsubscribed(ClientNumber client, std::string_view filter) {
  ++now_;
  for (Window& window : sessions_[client].windows) {
    if (window.filter == filter) window.possible_to = std::min(window.possible_to, now_);
  }
}

void Checker::publishing(const Publication& publication) {
  messages_[publication.name] = {.publication = publication, .sent = ++now_};
  if (publication.is_retained) retained_[publication.topic].push_back(publication.name);
}

void Checker::acknowledged(MessageName name) {
  const auto found = messages_.find(name);
  if (found == messages_.end()) return;
  found->second.acknowledged = ++now_;
  ++acknowledged_;
}

/// A cleared retained message has no payload to know it by, and below mesh/ the broker itself publishes: both
/// are passed over.
void Checker::arrived(ClientNumber client, const Arrival& arrival) {
  ++now_;
  ++arrived_;
  if (arrival.payload.empty() || arrival.topic.starts_with("mesh/")) return;
  const auto name = name_in(arrival.payload);
  const auto found = name ? messages_.find(*name) : messages_.end();
  if (found == messages_.end()) {
    fault(FaultKind::altered, "a message that nobody has published came to " + session_text(client));
  } else if (payload_of(found->second.publication) != arrival.payload ||
             found->second.publication.topic != arrival.topic) {
    fault(FaultKind::altered, text_of(*name) + " came altered to " + session_text(client));
  } else {
    judge_arrival(client, found->second, arrival);
  }
}

void Checker::judge_arrival(ClientNumber client, const Message& message, const Arrival& arrival) {
  Session& session = sessions_[client];
  const MessageName name = message.publication.name;
  const std::string what = text_of(name) + " at " + session_text(client);
  if (!is_possible(session, message, arrival.is_retained)) fault(FaultKind::stray, what);
  if (arrival.is_retained) return;
  const auto [earlier, is_first] = session.arrived.try_emplace(name, arrival.qos);
  const bool is_again = !is_first;
  // A subscription may have another QoS by now: only what came at QoS 2 is remembered.
  const bool is_unremembered = arrival.qos == 0 || earlier->second < 2 || session.is_clean;
  earlier->second = std::max(earlier->second, arrival.qos);
  const bool may_come_again = arrival.qos == 1 || (arrival.qos == 0 && message.publication.qos == 1) ||
                              (is_unremembered && is_published_again(message));
  if (is_again && !may_come_again) fault(FaultKind::doubled, what);
  if (!is_again) judge_order(client, message, arrival.qos);
}

bool Checker::is_published_again(const Message& message) const {
  return message.publication.qos > 0 && std::ranges::any_of(kills_, [&message](Tick kill) {
           return message.sent < kill && kill < message.acknowledged;
         });
}

/// A message that is sent again at QoS 1 may have been passed on before a session has subscribed to it: what
/// comes then is its repetition, in no order. So only what a subscription covered all the time is judged.
void Checker::judge_order(ClientNumber client, const Message& message, int qos) {
  const Publication& publication = message.publication;
  if (!is_covered(sessions_[client], message)) return;
  const Stream stream{publication.name.publisher, publication.topic, publication.qos, qos};
  std::uint32_t& newest = sessions_[client].newest[stream];
  if (publication.name.sequence < newest) {
    fault(FaultKind::reordered, text_of(publication.name) + " came behind " + std::to_string(newest) +
                                    " to " + session_text(client));
  }
  newest = std::max(newest, publication.name.sequence);
}

bool Checker::is_possible(const Session& session, const Message& message, bool is_replay) const {
  return std::ranges::any_of(session.windows, [&](const Window& window) {
    if (!matches(window.filter, message.publication.topic)) return false;
    return is_replay || (window.possible_from <= message.acknowledged && window.possible_to >= message.sent);
  });
}

bool Checker::is_covered(const Session& session, const Message& message) const {
  return std::ranges::any_of(session.windows, [&](const Window& window) {
    return window.qos > 0 && window.certain_from <= message.sent &&
           window.certain_to > std::min(message.acknowledged, now_) &&
           matches(window.filter, message.publication.topic);
  });
}

bool Checker::is_owed(const Session& session, const Message& message) const {
  const Publication& publication = message.publication;
  if (message.acknowledged == never || publication.qos == 0 || publication.bytes == 0) return false;
  return is_covered(session, message);
}

bool Checker::matches(const std::string& filter, const std::string& topic) const {
  const auto [known, is_new] = known_matches_.try_emplace(filter + '\n' + topic, false);
  if (is_new) known->second = support::naive_match(filter, topic);
  return known->second;
}

/// A publisher's own messages are in order; another's only if it was sent behind the acknowledgement.
bool Checker::is_superseded(const Message& older, const std::vector<MessageName>& of_topic) const {
  return std::ranges::any_of(of_topic, [&](MessageName name) {
    const Message& newer = messages_.at(name);
    if (newer.acknowledged == never) return false;
    const MessageName old_name = older.publication.name;
    const bool is_behind = name.publisher == old_name.publisher && name.sequence > old_name.sequence;
    return is_behind || older.acknowledged < newer.sent;
  });
}

std::string Checker::wrong_value(const std::string& topic, const std::vector<MessageName>& of_topic,
                                 const std::string& found) const {
  const bool may_be_untouched = std::ranges::none_of(
      of_topic, [&](MessageName name) { return messages_.at(name).acknowledged != never; });
  if (found.empty() && may_be_untouched) return "";
  for (const MessageName name : of_topic) {
    const Message& message = messages_.at(name);
    if (payload_of(message.publication) == found && !is_superseded(message, of_topic)) return "";
  }
  const auto name = name_in(found);
  return topic + " has " + (found.empty() ? "nothing" : name ? text_of(*name) : "no payload of ours");
}

std::vector<Fault> Checker::judge_retained(const std::map<std::string, std::string>& found) const {
  std::vector<Fault> faults;
  for (const auto& [topic, of_topic] : retained_) {
    const auto value = found.find(topic);
    const std::string wrong = wrong_value(topic, of_topic, value == found.end() ? "" : value->second);
    if (!wrong.empty()) faults.push_back({FaultKind::wrong_retained, wrong});
  }
  for (const auto& [topic, value] : found) {
    if (!retained_.contains(topic)) faults.push_back({FaultKind::wrong_retained, topic + " was never set"});
  }
  return faults;
}

std::vector<Checker::Owed> Checker::owed() const {
  std::vector<Owed> owed;
  for (const auto& [client, session] : sessions_) {
    for (const auto& [name, message] : messages_) {
      if (is_owed(session, message) && !session.arrived.contains(name)) owed.push_back({client, name});
    }
  }
  return owed;
}

bool Checker::has_arrived(const Owed& owed) const {
  return sessions_.at(owed.client).arrived.contains(owed.name);
}

std::vector<Fault> Checker::close() const {
  std::vector<Fault> faults = faults_;
  for (const Owed& each : owed()) {
    faults.push_back({FaultKind::lost, text_of(each.name) + " at " + session_text(each.client)});
  }
  return faults;
}

}  // namespace durability
