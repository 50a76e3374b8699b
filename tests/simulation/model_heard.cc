// SPDX-License-Identifier: Apache-2.0
// What the broker says, judged. Answers to one connection come in the order of what they answer; what is sent
// again comes in the order of its first sending and before anything new; messages of one topic and QoS come
// in their order [MQTT-4.6.0-6]; nothing else is ordered.
#include <algorithm>

#include "tests/simulation/model.h"
#include "tests/support/naive_match.h"
#include "tests/support/packet_text.h"

namespace simulation {

using mqtt::Qos;
using support::packet_text;

namespace {

bool is_published_as(const Message& message, const mqtt::Publish& publish) {
  return message.topic == publish.topic && message.qos == publish.qos;
}

bool has_payload(const Message& message, const mqtt::Publish& publish) {
  return message.payload == base::as_text(publish.payload);
}

/// Payloads may be long.
std::string short_text(std::string_view payload) {
  constexpr std::size_t shown = 24;
  return support::quoted(payload.substr(0, shown)) + " (" + std::to_string(payload.size()) + " bytes)";
}

std::string text_of(const Message& message) {
  return message.topic + " q" + std::to_string(static_cast<int>(message.qos)) + " " +
         short_text(message.payload);
}

}  // namespace

void Model::heard(int connection, const mqtt::Packet& packet) {
  Session* session = find(connection);
  if (session != nullptr && is_resend(*session, packet)) return;
  const auto* publish = std::get_if<mqtt::Publish>(&packet);
  if (publish != nullptr && session != nullptr) return heard_publish(*session, *publish);
  const std::string text = publish != nullptr ? "PUBLISH" : packet_text(packet);
  const auto owed = answers_.find(connection);
  if (owed == answers_.end() || owed->second.empty())
    return fail(connection, "nothing owed, but heard " + text);
  if (owed->second.front() != text) {
    return fail(connection, "owed " + owed->second.front() + ", but heard " + text);
  }
  owed->second.pop_front();
}

/// What was under way, with its id and DUP, or its PUBREL [MQTT-4.4.0-1, 3.3.1-1].
bool Model::is_resend(Session& session, const mqtt::Packet& packet) {
  if (session.resends.empty()) return false;
  const UnderWay& next = session.resends.front();
  bool is_it = false;
  if (const auto* pubrel = std::get_if<mqtt::Pubrel>(&packet)) {
    is_it = next.is_released && pubrel->packet_id == next.id;
  } else if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) {
    is_it = !next.is_released && publish->dup && publish->packet_id == next.id &&
            publish->retain == next.retain && is_published_as(next.message, *publish) &&
            has_payload(next.message, *publish);
  }
  if (is_it) session.resends.pop_front();
  return is_it;
}

void Model::heard_publish(Session& session, const mqtt::Publish& publish) {
  const auto& answers = answers_[session.connection];
  if (!answers.empty() && answers.front().starts_with("CONNACK")) {  // [MQTT-3.2.0-1]
    return fail(session.connection, "PUBLISH before CONNACK");
  }
  if (!session.resends.empty()) {
    const UnderWay& next = session.resends.front();
    return fail(session.connection, "id " + std::to_string(next.id) + " (" + text_of(next.message) + ", " +
                                        (next.is_released ? "released" : "sent") +
                                        ") is to be sent again first, but heard PUBLISH " +
                                        std::string(publish.topic) + " " +
                                        short_text(base::as_text(publish.payload)));
  }
  if (publish.dup)
    return fail(session.connection, "DUP on the first sending of " + std::string(publish.topic));
  const bool is_owed = publish.retain ? heard_replay(session, publish) : heard_live(session, publish);
  if (is_owed && publish.qos != Qos::at_most_once) begins(session, publish);
}

bool Model::heard_live(Session& session, const mqtt::Publish& publish) {
  const auto first = std::ranges::find_if(
      session.going, [&](const Message& message) { return is_published_as(message, publish); });
  if (first == session.going.end()) {
    fail(session.connection,
         "not owed: " +
             text_of({std::string(publish.topic), std::string(base::as_text(publish.payload)), publish.qos}));
    return false;
  }
  if (!has_payload(*first, publish)) {
    fail(session.connection,
         "owed first: " + text_of(*first) + ", but heard " + short_text(base::as_text(publish.payload)));
    return false;
  }
  session.going.erase(first);
  return true;
}

/// RETAIN is only set on what answers a subscription [MQTT-3.3.1-8, 3.3.1-9]. Taken for one that owes it, if
/// there is one, before one that may send it.
bool Model::heard_replay(Session& session, const mqtt::Publish& publish) {
  auto replay = std::ranges::find_if(session.replays, [&](const Replay& each) {
    return each.owed.contains(std::string(publish.topic)) && is_replay(each, publish);
  });
  if (replay == session.replays.end()) {
    replay =
        std::ranges::find_if(session.replays, [&](const Replay& each) { return is_replay(each, publish); });
  }
  if (replay == session.replays.end()) {
    fail(session.connection, "not owed as retained: " + std::string(publish.topic) + " " +
                                 short_text(base::as_text(publish.payload)));
    return false;
  }
  const auto& answers = answers_[session.connection];
  if (std::ranges::any_of(answers, [](const std::string& text) { return text.starts_with("SUBACK"); })) {
    fail(session.connection, "a retained message before the SUBACK");
    return false;
  }
  replay->served.insert(std::string(publish.topic));
  replay->owed.erase(std::string(publish.topic));
  return true;
}

bool Model::is_replay(const Replay& replay, const mqtt::Publish& publish) const {
  const auto stored = retained_.find(std::string(publish.topic));
  return stored != retained_.end() && !replay.served.contains(stored->first) &&
         support::naive_match(replay.filter, stored->first) && has_payload(stored->second, publish) &&
         publish.qos == std::min(stored->second.qos, replay.qos);
}

/// A new QoS 1 or 2 message is under way: an id of its own [MQTT-2.3.1-4], within the window.
void Model::begins(Session& session, const mqtt::Publish& publish) {
  if (publish.packet_id == 0) fail(session.connection, "packet id 0");
  if (std::ranges::count(session.under_way, publish.packet_id, &UnderWay::id) != 0) {
    fail(session.connection, "id " + std::to_string(publish.packet_id) + " is still under way");
  }
  session.under_way.push_back(
      {.id = publish.packet_id,
       .message = {std::string(publish.topic), std::string(base::as_text(publish.payload)), publish.qos},
       .retain = publish.retain});
  if (session.under_way.size() > rules_.inflight) fail(session.connection, "more under way than allowed");
}

void Model::closed(int connection, std::string_view reason) {
  const auto owed = closing_.find(connection);
  if (owed == closing_.end()) return fail(connection, "closed without need: " + std::string(reason));
  if (owed->second != reason) {
    fail(connection, "closed for " + std::string(reason) + " instead of " + owed->second);
  }
  if (!answers_[connection].empty()) fail(connection, "closed, but was owed " + answers_[connection].front());
  answers_.erase(connection);
  closing_.erase(owed);
}

void Model::check_nothing_owed() {
  for (const auto& [connection, reason] : closing_) fail(connection, "not closed: " + reason);
  for (const auto& [connection, answers] : answers_) {
    if (!answers.empty()) fail(connection, "never said: " + answers.front());
  }
  for (auto& [client_id, session] : sessions_) {
    if (session.connection != 0) check(session);
  }
}

void Model::check(Session& session) {
  if (!session.resends.empty()) {
    fail(session.connection, "not sent again: id " + std::to_string(session.resends.front().id));
  }
  if (!session.going.empty()) fail(session.connection, "never said: " + text_of(session.going.front()));
  if (!session.is_stalled) finish_replays(session);
}

/// While the window is full a replay may wait, with those behind it and for as long.
void Model::finish_replays(Session& session) {
  if (!is_window_open(session)) return;
  for (const Replay& replay : session.replays) {
    if (replay.owed.empty()) continue;
    fail(session.connection, "retained message not sent for " + replay.filter + ": " + *replay.owed.begin());
  }
  session.replays.clear();
}

void Model::fail(int connection, std::string what) {
  if (fault_.empty()) fault_ = "connection " + std::to_string(connection) + ": " + what;
}

}  // namespace simulation
