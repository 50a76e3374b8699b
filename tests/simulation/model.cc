// SPDX-License-Identifier: Apache-2.0
// What happens to the broker, as the model understands it. What it must hear for that is in model_heard.cc.
#include "tests/simulation/model.h"

#include <algorithm>
#include <utility>

#include "tests/support/naive_match.h"
#include "tests/support/packet_text.h"

namespace simulation {

using mqtt::Qos;
using support::packet_text;

namespace {

/// Topics only the broker speaks on (docs/conformance.md).
bool is_broker_topic(std::string_view topic) { return topic == "$SYS" || topic.starts_with("$SYS/"); }

/// The highest QoS of all subscriptions that the topic meets [MQTT-3.3.5-1].
std::optional<Qos> granted(const std::map<std::string, Qos>& subscriptions, std::string_view topic) {
  std::optional<Qos> highest;
  for (const auto& [filter, qos] : subscriptions) {
    if (support::naive_match(filter, topic)) highest = std::max(highest.value_or(qos), qos);
  }
  return highest;
}

}  // namespace

Model::Session* Model::find(int connection) {
  const auto owner = owner_of_.find(connection);
  return owner == owner_of_.end() ? nullptr : &sessions_.at(owner->second);
}

void Model::connect(int connection, const mqtt::Connect& connect, base::TimePoint now) {
  std::string client_id(connect.client_id);
  if (client_id.empty() && !connect.clean_start) {  // [MQTT-3.1.3-8]
    return refuse(connection, mqtt::Reason::client_identifier_not_valid, "client_id_refused");
  }
  if (client_id.empty()) client_id = assigned_id(++assigned_);
  const auto old = sessions_.find(client_id);
  if (old != sessions_.end() && old->second.connection != 0) {  // [MQTT-3.1.4-2]
    end_connection(old->second, "session_taken_over", now);
  }
  const bool is_present = !connect.clean_start && sessions_.contains(client_id);  // [MQTT-3.1.2-4, 3.1.2-6]
  if (!is_present) sessions_.erase(client_id);
  if (!is_present && sessions_.size() >= rules_.sessions) {
    return refuse(connection, mqtt::Reason::server_unavailable, "too_many_sessions");
  }
  Session& session = sessions_[client_id];
  session.client_id = client_id;
  session.is_lasting = !connect.clean_start;
  session.connection = connection;
  session.version = connect.version;
  session.keepalive = base::Duration(connect.keepalive_s * 1500);
  session.last_heard = now;
  session.will.reset();
  if (connect.will && !is_broker_topic(connect.will->topic) && !is_too_deep(connect.will->topic)) {
    session.will = Message{std::string(connect.will->topic),
                           std::string(base::as_text(connect.will->payload)), connect.will->qos};
    session.will_retain = connect.will->retain;
  }
  owner_of_[connection] = client_id;
  const bool says_present = is_present && connect.version != mqtt::Version::v31;  // 3.1 has no such flag
  answers_[connection] = {packet_text(mqtt::Connack{.session_present = says_present})};
  session.resends.assign(session.under_way.begin(), session.under_way.end());  // [MQTT-4.4.0-1]
}

void Model::refuse(int connection, mqtt::Reason reason, std::string why) {
  answers_[connection] = {packet_text(mqtt::Connack{.session_present = false, .reason = reason})};
  closing_[connection] = std::move(why);
}

void Model::lose(int connection, base::TimePoint now) {
  if (Session* session = find(connection)) end_connection(*session, {}, now);
}

/// Without DISCONNECT, so the will is published [MQTT-3.1.2-8]. `reason` empty: the broker need not close.
void Model::end_connection(Session& session, std::string reason, base::TimePoint now) {
  if (!reason.empty()) closing_[session.connection] = std::move(reason);
  if (closing_.count(session.connection) == 0) answers_.erase(session.connection);
  owner_of_.erase(session.connection);
  session.connection = 0;
  session.is_stalled = session.has_taken = false;
  session.offline_since = now;
  session.resends.clear();
  session.replays.clear();
  // Said in the same turn's end or not any more: QoS 1 and 2 wait again, QoS 0 is not kept for the absent.
  for (; !session.going.empty(); session.going.pop_back()) session.waiting.push_front(session.going.back());
  std::erase_if(session.waiting, [](const Message& message) { return message.qos == Qos::at_most_once; });

  const std::optional<Message> will = std::exchange(session.will, std::nullopt);
  const bool will_retain = session.will_retain;
  if (!session.is_lasting) sessions_.erase(std::string(session.client_id));
  if (will) publish(*will, will_retain);
}

void Model::stall(int connection) {
  if (Session* session = find(connection)) session->is_stalled = true;
}

void Model::take_some(int connection) {
  if (Session* session = find(connection)) session->has_taken = true;
}

void Model::drain(int connection) {
  if (Session* session = find(connection)) session->is_stalled = false;
}

std::optional<base::TimePoint> Model::deadline_of(const Session& session) const {
  if (session.connection == 0) return session.offline_since + rules_.session_expiry;
  if (session.keepalive == base::Duration::zero()) return std::nullopt;
  return session.last_heard + session.keepalive;  // [MQTT-3.1.2-24]
}

std::optional<base::TimePoint> Model::next_deadline() const {
  std::optional<base::TimePoint> next;
  for (const auto& [client_id, session] : sessions_) {
    if (const auto deadline = deadline_of(session)) next = std::min(next.value_or(*deadline), *deadline);
  }
  return next;
}

void Model::pass(base::TimePoint now) {
  while (const auto next = next_deadline()) {
    if (*next > now) return;
    const auto due =
        std::ranges::find_if(sessions_, [&](const auto& entry) { return deadline_of(entry.second) == next; });
    on_deadline(due->second, *next);
  }
}

void Model::on_deadline(Session& session, base::TimePoint now) {
  if (session.connection == 0) {
    sessions_.erase(std::string(session.client_id));
  } else if (std::exchange(session.has_taken, false)) {
    session.last_heard = now;  // slow, but not dead: it has taken something since
  } else {
    end_connection(session, "keep_alive_timeout", now);
  }
}

struct Model::Receive {
  Model& model;
  Session& session;
  base::TimePoint now;

  std::vector<UnderWay>::iterator under_way(mqtt::PacketId id, bool is_released) const {
    return std::ranges::find_if(session.under_way, [=](const UnderWay& each) {
      return each.id == id && each.is_released == is_released;
    });
  }

  void operator()(const mqtt::Publish& packet) const { model.on_publish(session, packet, now); }
  void operator()(const mqtt::Puback& packet) const {
    const auto at = under_way(packet.packet_id, false);
    if (at != session.under_way.end() && at->message.qos == Qos::at_least_once) session.under_way.erase(at);
  }
  void operator()(const mqtt::Pubrec& packet) const {
    const auto at = under_way(packet.packet_id, false);
    if (at != session.under_way.end() && at->message.qos == Qos::exactly_once) at->is_released = true;
    model.answer(session, mqtt::Pubrel{packet.packet_id});  // whatever it was for, so that it can end
  }
  void operator()(const mqtt::Pubrel& packet) const {
    session.received.erase(packet.packet_id);
    model.answer(session, mqtt::Pubcomp{packet.packet_id});
  }
  void operator()(const mqtt::Pubcomp& packet) const {
    const auto at = under_way(packet.packet_id, true);
    if (at != session.under_way.end()) session.under_way.erase(at);
  }
  void operator()(const mqtt::Subscribe& packet) const {
    mqtt::Suback suback{.packet_id = packet.packet_id, .reasons = {}};
    for (const auto& entry : packet.entries) suback.reasons.push_back(model.subscribe(session, entry));
    model.answer(session, suback);
  }
  void operator()(const mqtt::Unsubscribe& packet) const {
    for (const std::string_view filter : packet.filters) model.unsubscribe(session, std::string(filter));
    model.answer(session, mqtt::Unsuback{packet.packet_id});
  }
  void operator()(const mqtt::Pingreq&) const { model.answer(session, mqtt::Pingresp{}); }
  void operator()(const mqtt::Disconnect&) const {
    session.will.reset();  // [MQTT-3.14.4-3]
    model.end_connection(session, "disconnected", now);
  }
  template <class Other>
  void operator()(const Other&) const {  // a second CONNECT [MQTT-3.1.0-2], and what only servers send
    model.end_connection(session, "protocol_error", now);
  }
};

void Model::receive(int connection, const mqtt::Packet& packet, base::TimePoint now) {
  Session* session = find(connection);
  if (session == nullptr) return fail(connection, "still served after its end");
  session->last_heard = now;
  std::visit(Receive{*this, *session, now}, packet);
}

void Model::on_publish(Session& session, const mqtt::Publish& packet, base::TimePoint now) {
  if (is_too_deep(packet.topic)) return end_connection(session, "topic_too_deep", now);
  const bool is_new = packet.qos != Qos::exactly_once || !session.received.contains(packet.packet_id);
  if (is_new && packet.qos == Qos::exactly_once) {
    if (session.received.size() == rules_.pending_qos2) {
      return end_connection(session, "receive_maximum_exceeded", now);
    }
    session.received.insert(packet.packet_id);
  }
  if (packet.qos == Qos::at_least_once) answer(session, mqtt::Puback{packet.packet_id});
  if (packet.qos == Qos::exactly_once) answer(session, mqtt::Pubrec{packet.packet_id});
  if (!is_new || is_broker_topic(packet.topic)) return;
  publish({std::string(packet.topic), std::string(base::as_text(packet.payload)), packet.qos}, packet.retain);
}

mqtt::Reason Model::subscribe(Session& session, const mqtt::Subscribe::Entry& entry) {
  const std::string filter(entry.filter);
  const bool is_further = !session.subscriptions.contains(filter);
  const bool is_beyond = is_further && session.subscriptions.size() >= rules_.subscriptions;
  if (is_too_deep(filter) || is_beyond) {
    return session.version == mqtt::Version::v31 ? mqtt::Reason::success : mqtt::Reason::unspecified_error;
  }
  session.subscriptions[filter] = entry.options.qos;
  // Also for a filter that was there before [MQTT-3.8.4-3]; what it still was owed for is owed anew.
  std::erase_if(session.replays, [&](const Replay& replay) { return replay.filter == filter; });
  Replay replay{.filter = filter, .qos = entry.options.qos, .owed = {}, .served = {}};
  for (const auto& [topic, message] : retained_) {
    if (support::naive_match(filter, topic)) replay.owed.insert(topic);
  }
  session.replays.push_back(std::move(replay));
  return static_cast<mqtt::Reason>(entry.options.qos);
}

void Model::unsubscribe(Session& session, const std::string& filter) {
  session.subscriptions.erase(filter);
  std::erase_if(session.replays, [&](const Replay& replay) { return replay.filter == filter; });
}

void Model::answer(const Session& session, const mqtt::Packet& packet) {
  answers_[session.connection].push_back(packet_text(packet));
}

void Model::publish(const Message& message, bool is_retained) {
  if (is_retained) retain(message);
  for (auto& [client_id, session] : sessions_) {
    const auto qos = granted(session.subscriptions, message.topic);
    if (qos) offer(session, {message.topic, message.payload, std::min(message.qos, *qos)});
  }
}

/// The newest of each topic; an empty one clears it and is not stored [MQTT-3.3.1-5, 3.3.1-10, 3.3.1-11]. A
/// further topic than the limit allows is not stored.
void Model::retain(const Message& message) {
  if (!message.payload.empty()) {
    if (retained_.contains(message.topic) || retained_.size() < rules_.retained_messages) {
      retained_[message.topic] = message;
    }
    return;
  }
  retained_.erase(message.topic);
  for (auto& [client_id, session] : sessions_) {
    for (Replay& replay : session.replays) replay.owed.erase(message.topic);
  }
}

void Model::offer(Session& session, Message message) {
  if (goes_at_once(session, message.qos)) {
    session.going.push_back(std::move(message));
  } else if (session.connection != 0 || message.qos != Qos::at_most_once) {
    enqueue(session, std::move(message));
  }
}

/// Behind nothing of its kind that waits, and with room in the window.
bool Model::goes_at_once(const Session& session, Qos qos) const {
  if (session.connection == 0 || session.is_stalled) return false;
  if (qos != Qos::at_most_once) return session.waiting.empty() && is_window_open(session);
  return std::ranges::none_of(session.waiting,
                              [](const Message& each) { return each.qos == Qos::at_most_once; });
}

bool Model::is_window_open(const Session& session) const {
  const auto going =
      std::ranges::count_if(session.going, [](const Message& each) { return each.qos != Qos::at_most_once; });
  return session.under_way.size() + static_cast<std::size_t>(going) < rules_.inflight;
}

/// At a limit the oldest QoS 0 goes first, then the new one. One that does not fit even then drives nobody
/// out.
void Model::enqueue(Session& session, Message message) {
  std::deque<Message> left = session.waiting;
  while (!fits(left, message)) {
    const auto oldest = std::ranges::find(left, Qos::at_most_once, &Message::qos);
    if (oldest == left.end()) return;
    left.erase(oldest);
  }
  left.push_back(std::move(message));
  session.waiting = std::move(left);
}

bool Model::fits(const std::deque<Message>& waiting, const Message& more) const {
  std::size_t bytes = cost(more);
  for (const Message& each : waiting) bytes += cost(each);
  return waiting.size() < rules_.queued_messages && bytes <= rules_.queued_bytes;
}

std::size_t Model::cost(const Message& message) const {
  return rules_.message_overhead + message.topic.size() + message.payload.size();
}

bool Model::is_too_deep(std::string_view topic) const {
  return static_cast<std::size_t>(std::ranges::count(topic, '/')) + 1 > rules_.topic_levels;
}

void Model::end_turn() {
  for (auto& [client_id, session] : sessions_) {
    if (session.connection == 0 || session.is_stalled) continue;
    std::deque<Message> held;
    for (Message& message : session.waiting) {
      const bool goes = message.qos == Qos::at_most_once || is_window_open(session);
      (goes ? session.going : held).push_back(std::move(message));
    }
    session.waiting = std::move(held);
  }
}

std::size_t Model::undelivered_count() const {
  std::size_t count = 0;
  for (const auto& [client_id, session] : sessions_) {
    if (session.connection != 0) count += session.waiting.size() + session.under_way.size();
  }
  return count;
}

}  // namespace simulation
