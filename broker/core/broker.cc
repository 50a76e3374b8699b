// SPDX-License-Identifier: Apache-2.0
#include "broker/core/broker.h"

#include <algorithm>
#include <utility>

#include "broker/core/told.h"

namespace core {
namespace {

/// Turn memory that replays and queues of all sessions together may use.
constexpr std::size_t turn_bytes = 4 * 1024 * 1024;
/// Reminders of gone sessions that are no reason to clean up.
constexpr std::size_t stale_reminders = 10'000;
/// Sessions looked at again in one turn: each may have as many rules as its user, or a long queue to be
/// dropped.
constexpr std::size_t reviews_per_slice = 100;

/// Who the client has proven to be; empty: nobody.
std::string_view user_of(const mqtt::Connect& connect) { return connect.user_name.value_or(""); }

}  // namespace

Broker::Broker(Parts parts)
    : parts_(std::move(parts)),
      router_({parts_.limits, counters_, effort_, parts_.log, parts_.commons, parts_.journal},
              parts_.interest),
      publishing_({router_, parts_.turn, counters_, effort_, parts_.wall_clock}),
      services_{router_,        publishing_,      *this,   parts_.limits,  counters_,   effort_,
                parts_.turn,    parts_.log,       held_,   parts_.journal, last_entry_, owed_,
                parts_.lasting, parts_.authority, endings_},
      sessions_(parts_.commons.sessions) {}

Session* Broker::connect(Link& link, const mqtt::Connect& connect, base::TimePoint now, Proof proof) {
  if (connect.client_id.empty() && !connect.clean_start) {  // [MQTT-3.1.3-8]
    link.send(mqtt::Connack{.session_present = false, .reason = mqtt::Reason::client_identifier_not_valid});
    link.close(CloseReason::client_id_refused, "no client id, but a session to keep");
    return nullptr;
  }
  Session* const old = sessions_.find(connect.client_id);
  if (old != nullptr && !old->user().empty() && old->user() != user_of(connect)) {
    link.send(mqtt::Connack{.session_present = false, .reason = mqtt::Reason::not_authorized});
    link.close(CloseReason::not_authorized, "the client id is that of another user's session");
    return nullptr;
  }
  const Told told(parts_.journal);
  Session* session = take_over(connect, old, now);
  const bool is_present = session != nullptr;
  if (!is_present && parts_.commons.sessions >= parts_.limits.sessions) {
    link.send(mqtt::Connack{.session_present = false, .reason = mqtt::Reason::server_unavailable});
    link.close(CloseReason::too_many_sessions, "the broker has as many as limits.sessions allows");
    return nullptr;
  }
  if (!is_present) session = &make_session(connect, proof);
  counters_.add(is_present ? Metric::sessions_resumed : Metric::sessions_started);
  link.hold(told.since());
  session->attach(link, connect, is_present, now);
  schedule(*session);
  return session;
}

Session& Broker::make_session(const mqtt::Connect& connect, Proof proof) {
  const bool has_journal = parts_.journal != nullptr;
  Session& session = sessions_.make(
      {.client_id = connect.client_id.empty() ? parts_.new_client_id() : std::string(connect.client_id),
       .slot = 0,
       .is_lasting = connect.session_expiry_s != 0,
       .key = has_journal ? parts_.commons.next_key() : 0,
       .user = std::string(user_of(connect)),
       .proof = proof},
      services_);
  session.begin();
  return session;
}

void Broker::erase(Session& session) {
  session.forget();
  sessions_.erase(session);
}

void Broker::expire(Session& session, base::TimePoint now) {
  counters_.add(Metric::sessions_expired);
  log_expired(session, now);
  erase(session);
}

/// Those that were made at once end at once.
void Broker::log_expired(const Session& session, base::TimePoint now) {
  if (!expired_lines_.admits(now)) return counters_.add(Metric::log_lines_suppressed);
  constexpr std::string_view event = "session_expired";
  if (const std::uint64_t lines = expired_lines_.take_suppressed(); lines != 0)
    parts_.log.warn("log_suppressed", {{"what", event}, {"suppressed", lines}});
  parts_.log.info(event, {{"client", session.client_id()}});
}

void Broker::restore(const RestoredSession& kept, base::TimePoint now) {
  if (!kept.messages.empty()) last_entry_ = std::max(last_entry_, kept.messages.back().entry.number);
  if (is_gone(kept.user, kept.proof)) {
    counters_.add(Metric::sessions_revoked);
    return parts_.journal->end_session(kept.key);
  }
  Session& session = sessions_.make({.client_id = kept.client_id,
                                     .slot = 0,
                                     .is_lasting = true,
                                     .key = kept.key,
                                     .user = kept.user,
                                     .proof = kept.proof},
                                    services_);
  session.restore(kept, now);
  counters_.add(Metric::sessions_restored);
  schedule(session);
}

void Broker::restore(const RestoredWill& kept, base::TimePoint now) {
  const plugin::Client who{.id = kept.client_id, .user_name = kept.user};
  const auto access = parts_.authority == nullptr ? nullptr : parts_.authority->access_of(who);
  const bool may = access == nullptr || access->may_write(kept.message->topic());
  if (may && !is_gone(kept.user, kept.proof)) {
    counters_.add(Metric::wills_published);
    Outgoing outgoing(kept.message, parts_.turn, held_);
    static_cast<void>(publishing_.publish(who, outgoing, now));
  } else {
    counters_.add(Metric::wills_denied);
  }
  parts_.journal->clear_will(kept.key);
}

void Broker::take_forwarded(const Forwarded& forwarded, base::TimePoint now) {
  publishing_.at(now);
  if (forwarded.shared) {
    Outgoing outgoing(forwarded.shared, parts_.turn, held_);
    router_.publish_local(outgoing, forwarded.stamp);
  } else {
    Outgoing outgoing(forwarded.publish, forwarded.frame, parts_.turn);
    if (forwarded.is_named) outgoing.to_named();
    router_.publish_local(outgoing, forwarded.stamp);
  }
}

/// The session to go on with, if there is one and the client wants it [MQTT-3.1.2-4, 3.1.2-6].
Session* Broker::take_over(const mqtt::Connect& connect, Session* old, base::TimePoint now) {
  if (old == nullptr) return nullptr;
  if (old->is_online()) {
    old->end_link(CloseReason::session_taken_over, "another connection with the same client id", now);
  } else if (old->deadline() <= now) {  // it comes in the turn in which its session would have gone
    expire(*old, now);
    return nullptr;
  }
  if (!connect.clean_start && old->is_lasting() && old->user() == user_of(connect)) return old;
  erase(*old);
  return nullptr;
}

bool Broker::work(base::TimePoint now) {
  publishing_.at(now);
  effort_.grant(Effort::per_turn);
  std::vector<Reminder> due = std::exchange(busy_, {});
  std::size_t next = 0;
  while (next < due.size() && parts_.turn.used() < turn_bytes && !effort_.is_used_up()) {
    Session* session = find(due[next++]);
    if (session == nullptr) continue;
    session->is_busy = false;
    session->work();
  }
  // Who had no turn goes first in the next one.
  busy_.insert(busy_.begin(), due.begin() + static_cast<std::ptrdiff_t>(next), due.end());
  return !busy_.empty();
}

bool Broker::review(base::TimePoint now) {
  publishing_.at(now);
  for (std::size_t left = reviews_per_slice; left > 0 && reviewed_ < sessions_.slots(); ++reviewed_) {
    Session* const session = sessions_.at(reviewed_);
    if (session == nullptr) continue;
    --left;
    review(*session, now);
  }
  if (reviewed_ < sessions_.slots()) return true;
  reviewed_ = SIZE_MAX;
  return false;
}

void Broker::review(Session& session, base::TimePoint now) {
  switch (parts_.authority->standing_of(session.user(), session.proof())) {
    case Standing::good:
      return session.take_access();
    case Standing::changed:
      session.take_access();
      return session.end_link(CloseReason::credentials_changed, "the user has another password now", now);
    case Standing::gone:
      session.dismiss(CloseReason::user_removed, "there is no such user any more", now);
      counters_.add(Metric::sessions_revoked);
      return erase(session);
  }
}

void Broker::on_time(base::TimePoint now) {
  while (const auto due = deadlines_.pop_due(now)) {
    Session* session = find(*due);
    // A reminder that was overtaken by an earlier one is dropped, or they would multiply.
    if (session == nullptr || !session->scheduled_for || *session->scheduled_for > now) continue;
    session->scheduled_for.reset();
    const auto deadline = session->deadline();
    if (deadline && *deadline <= now && session->on_deadline(now)) {
      expire(*session, now);
      continue;
    }
    schedule(*session);
  }
}

void Broker::end_turn() {
  for (const Reminder& reminder : std::exchange(offline_, {})) {
    Session* session = find(reminder);
    if (session == nullptr || session->is_online()) continue;
    if (session->is_lasting()) {
      schedule(*session);
    } else {
      erase(*session);
    }
  }
}

void Broker::on_busy(Session& session) {
  if (std::exchange(session.is_busy, true)) return;
  busy_.push_back(reminder_of(session));
}

void Broker::on_offline(Session& session) { offline_.push_back(reminder_of(session)); }

/// At most one live reminder a session: a later deadline waits for the earlier one to come up.
void Broker::schedule(Session& session) {
  const auto deadline = session.deadline();
  if (!deadline || (session.scheduled_for && *session.scheduled_for <= *deadline)) return;
  session.scheduled_for = *deadline;
  deadlines_.push(*deadline, reminder_of(session));
  if (deadlines_.size() > stale_reminders + 4 * sessions_.size()) rebuild_reminders();
}

/// Sessions that ended leave theirs behind until its time: a flood of short ones must not fill the memory
/// with them.
void Broker::rebuild_reminders() {
  deadlines_.clear();
  sessions_.each([this](Session& session) {
    if (session.scheduled_for) deadlines_.push(*session.scheduled_for, reminder_of(session));
  });
}

std::vector<SessionFacts> Broker::clients(std::string_view after, std::size_t count,
                                          base::TimePoint now) const {
  std::vector<const Session*> later;
  sessions_.each([&later, after](const Session& session) {
    if (session.client_id() > after) later.push_back(&session);
  });
  const auto end = later.begin() + static_cast<std::ptrdiff_t>(std::min(count, later.size()));
  std::ranges::partial_sort(later, end, {}, &Session::client_id);
  std::vector<SessionFacts> page;
  for (auto each = later.begin(); each != end; ++each) page.push_back((*each)->facts(now));
  return page;
}

std::optional<SessionFacts> Broker::client(std::string_view client_id, base::TimePoint now) const {
  const Session* const session = sessions_.find(client_id);
  if (session == nullptr) return std::nullopt;
  return session->facts(now);
}

bool Broker::disconnect(std::string_view client_id, CloseReason reason, base::TimePoint now) {
  Session* const session = sessions_.find(client_id);
  if (session == nullptr || !session->is_online()) return false;
  session->end_link(reason, "an operator has ended it", now);
  return true;
}

}  // namespace core
