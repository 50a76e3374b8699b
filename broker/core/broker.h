// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "broker/base/deadline_queue.h"
#include "broker/core/forwarded.h"
#include "broker/core/line_ration.h"
#include "broker/core/publishing.h"
#include "broker/core/sessions.h"

namespace core {

/// The whole broker as a pure machine of sessions and a router: no socket, no clock, no thread. A worker is
/// this plus one loop. Everything happens inside its calls, on the worker's thread.
class Broker final : public SessionOwner {
 public:
  /// What the machine is given; all outlive it.
  struct Parts {
    const Limits& limits;
    base::Arena& turn;
    const base::Log& log;
    std::function<std::string()> new_client_id;  // for clients that bring none; unguessable
    Commons& commons;
    Interest* interest = nullptr;          // told what its sessions subscribe to; null: nobody asks
    Interest* lasting = nullptr;           // the same of those that are kept when their connection ends
    Journal* journal = nullptr;            // told what must survive a restart; null: nothing does
    const Authority* authority = nullptr;  // null: everybody may do everything
    base::WallTime (*wall_clock)() = [] { return base::WallTime{}; };  // for plugins
  };
  explicit Broker(Parts parts);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  void add_plugin(plugin::Plugin& added) { publishing_.add(added); }
  void add_peer(Peer& peer) { router_.add_peer(peer); }

  /// Before anybody connects: what a journal has kept. Wills come last, when all that may want them is there.
  void restore(const RestoredSession& kept, base::TimePoint now);
  void restore(const RestoredRetained& kept) { router_.restore(kept); }
  void restore(const RestoredWill& kept, base::TimePoint now);

  /// A decoded CONNECT of a client that may come in; `user_name` is who it has proven to be, by `proof`.
  /// Answers with CONNACK; null: it refused, and has closed the link. Another connection of the same client
  /// is closed first [MQTT-3.1.4-2].
  Session* connect(Link& link, const mqtt::Connect& connect, base::TimePoint now,
                   Proof proof = Proof::password);

  /// What another worker has forwarded.
  void take_forwarded(const Forwarded& forwarded, base::TimePoint now);

  /// One slice of what each session still has to send, as far as a turn's memory goes. True when there is
  /// more: call again after the flush.
  bool work(base::TimePoint now);
  /// What this turn's reads may cost is used up: whoever has more to say is heard in the next turn.
  bool is_turn_full() const { return effort_.is_used_up(); }
  /// Somebody is.
  void on_put_off() { counters_.add(Metric::reads_put_off); }
  /// What may be done from now on; with a new allowance, in steps.
  Effort& effort() { return effort_; }
  /// The authority has changed its mind about anybody: `review` looks at every session again, a few with each
  /// call, and is true as long as there are more. Whose user is gone goes, connection, session, queue and
  /// will; whose password has changed is disconnected.
  void start_review() { reviewed_ = 0; }
  [[nodiscard]] bool review(base::TimePoint now);
  /// Keep-alives and session ends due at `now`.
  void on_time(base::TimePoint now);
  /// Once a second, on one worker: plugins are told.
  void tick(base::TimePoint now) { publishing_.tick(now); }
  /// What it says of itself, retained as long as it runs: below $SYS/.
  void say(std::string_view topic, std::string_view payload) {
    publishing_.say({.topic = topic, .payload = base::as_bytes(payload), .retain = true});
  }
  /// Its plugins are told that the broker stops; on one worker.
  void stop() { publishing_.stop(); }
  std::optional<base::TimePoint> next_deadline() const { return deadlines_.next(); }
  /// The last call of a turn before the flush: sessions that ended with their connection go.
  void end_turn();
  /// The flush is over: what its pieces referred to goes.
  void after_flush() {
    held_.clear();
    effort_.grant(Effort::per_turn);
  }

  /// At most `count` clients with ids above `after`, in their order. Looks at all: for people, not programs.
  std::vector<SessionFacts> clients(std::string_view after, std::size_t count, base::TimePoint now) const;
  std::optional<SessionFacts> client(std::string_view client_id, base::TimePoint now) const;
  /// Ends its connection; the session stays if it is to. False: it has none.
  bool disconnect(std::string_view client_id, CloseReason reason, base::TimePoint now);

  Router& router() { return router_; }
  const Router& router() const { return router_; }
  const CoreCounters& counters() const { return counters_; }
  /// Messages that wait for slow and absent clients, over all sessions.
  const Owed& owed() const { return owed_; }
  std::size_t session_count() const { return sessions_.size(); }
  std::size_t reminder_count() const { return deadlines_.size(); }

 private:
  struct Reminder {
    std::uint32_t slot;
    std::uint64_t serial;
    friend auto operator<=>(const Reminder&, const Reminder&) = default;
  };
  void on_busy(Session& session) override;
  void on_offline(Session& session) override;
  Reminder reminder_of(const Session& session) const {
    return {session.slot(), sessions_.serial_of(session)};
  }
  Session* find(const Reminder& reminder) const { return sessions_.find(reminder.slot, reminder.serial); }
  Session& make_session(const mqtt::Connect& connect, Proof proof);
  void erase(Session& session);
  void expire(Session& session, base::TimePoint now);
  void log_expired(const Session& session, base::TimePoint now);
  Session* take_over(const mqtt::Connect& connect, Session* old, base::TimePoint now);
  void review(Session& session, base::TimePoint now);
  bool is_gone(std::string_view user, Proof proof) const {
    return parts_.authority != nullptr && parts_.authority->standing_of(user, proof) == Standing::gone;
  }
  void schedule(Session& session);
  void rebuild_reminders();

  Parts parts_;
  CoreCounters counters_{metric_names};
  Effort effort_;
  Router router_;
  Publishing publishing_;
  std::vector<MessageRef> held_;
  EntryNumber last_entry_ = 0;
  Owed owed_;
  LineRation expired_lines_;
  Endings endings_;
  Services services_;
  Sessions sessions_;
  base::DeadlineQueue<Reminder> deadlines_;
  std::vector<Reminder> busy_, offline_;
  std::size_t reviewed_ = SIZE_MAX;  // slots, of a review that is not over
};

}  // namespace core
