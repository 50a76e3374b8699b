// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "broker/admin/broker_counts.h"
#include "broker/app/config/config.h"
#include "broker/app/connect_bytes.h"
#include "broker/app/connection.h"
#include "broker/app/doors.h"
#include "broker/app/entrance.h"
#include "broker/app/forwarding.h"
#include "broker/app/greeting.h"
#include "broker/app/http_service.h"
#include "broker/app/inbox.h"
#include "broker/app/listener_counters.h"
#include "broker/app/logins.h"
#include "broker/app/rationed_log.h"
#include "broker/app/worker_counters.h"
#include "broker/base/deadline_queue.h"
#include "broker/base/log.h"
#include "broker/core/broker.h"
#include "broker/net/loop.h"
#include "broker/net/tcp_listener.h"
#include "broker/net/timer.h"

namespace app {

class Worker;

/// What a worker tells the server.
class WorkerHost {
 public:
  /// All its sessions have been looked at by the newest files.
  virtual void on_reviewed() = 0;
  /// Once a second, on the first worker's thread: its broker may say something.
  virtual void on_tick(core::Broker& broker, base::TimePoint now) = 0;
  /// It has read an Ask. The worker's thread.
  virtual void on_answer() = 0;
  /// It reads nothing any more, and all it had to forward is in the mailboxes. The worker's thread.
  virtual void on_reading_stopped() = 0;

 protected:
  ~WorkerHost() = default;
};

/// The broker machine plus one loop: its listeners, greetings and connections. Owned by the server;
/// everything but `inbox().post` on its own thread once it runs.
class Worker final : GreetingHost, ConnectionHost {
 public:
  /// All outlive the worker.
  struct Parts {
    std::uint32_t index;  // of `count` workers
    std::uint32_t count;
    WorkerHost& host;
    core::Commons& commons;
    core::Journal* journal;  // its own; null: nothing survives a restart
    const Config& config;
    const core::Limits& limits;
    const Entrance& entrance;
    Doors& doors;
    LoginDesk& desk;
    const AccessControl& access;  // as at start; need not outlive it
    HttpBackend& backend;
    const base::Log& log;
    net::LoopSizes loop_sizes;
  };
  Worker(const Parts& parts, const std::vector<plugin::Plugin*>& plugins);

  /// Serves what is bound already; false: the system refuses. `listener` outlives the worker.
  [[nodiscard]] bool listen_bound(const Listener& listener, net::Descriptor bound);
  /// Adds a listening address; the error says which and why. `listener` outlives the worker. `port`: what to
  /// bind instead of the listener's own, which may be 0.
  [[nodiscard]] base::Expected<net::Address, std::string> listen(const Listener& listener,
                                                                 std::uint16_t port);
  /// Before anybody runs: another worker, to which messages are forwarded and clients handed over.
  void meet(Worker& other);
  /// Before anybody runs: what the journal has kept of this worker's clients, and every retained message.
  void restore(const core::RestoredSession& kept) { broker_.restore(kept, loop_.now()); }
  void restore(const core::RestoredRetained& kept) { broker_.restore(kept); }
  void restore(const core::RestoredWill& kept) { broker_.restore(kept, loop_.now()); }
  /// Serves until Stop.
  void run() {
    loop_.run();
    events_.summarize();
  }
  /// Any thread.
  Inbox& inbox() { return inbox_; }

  net::Loop& loop() { return loop_; }
  /// What it has counted so far. Any thread.
  admin::WorkerCounts counts() const;
  const ListenerCounters& listener_counters() const { return at_listeners_; }

 private:
  std::vector<base::Count> sent_by_type() const;
  struct Waiting {
    std::unique_ptr<Greeting> greeting;
    std::uint64_t id;
  };
  // GreetingHost, ConnectionHost
  void on_connect(Greeting& greeting, const Hello& hello) override;
  void on_greeting_over(Greeting& greeting, core::CloseReason reason, std::string_view why) override;
  void on_connection_over(Connection& connection, const Ending& ending) override;
  void on_slow(Connection& connection) override;
  bool is_turn_full() const override { return broker_.is_turn_full() || forwarding_.is_any_above_mark(); }
  bool is_stopping() const override { return is_stopping_; }
  void on_put_off(Connection& connection) override;
  void on_traced(const TracedPacket& packet) override { log_traced(parts_.log, packet); }
  bool is_journal_behind() const override { return parts_.journal != nullptr && parts_.journal->is_behind(); }
  core::Sequence kept() const override { return kept_; }
  void on_withheld(Connection& connection) override { withholding_.push_back(&connection); }

  base::Expected<net::Address, std::string> listen_at(const Listener& listener, const net::Address& address,
                                                      net::TcpListener::Reach reach);
  net::TcpListener::Events events_of(const Listener& listener);
  [[nodiscard]] bool admits(Greeting& greeting, const Hello& hello);
  void on_stream(const Listener& listener, std::unique_ptr<net::TcpStream> stream);
  void on_exhausted(const Listener& listener, const std::optional<net::Address>& refused, int status);
  void on_refused(const Listener& listener, const net::Address& peer, const Doors::Refusal& refusal);
  Greeting& greet(const Listener& listener, Doors::Ticket ticket, std::unique_ptr<net::TcpStream> stream);
  void accept(Greeting& greeting, const Hello& hello);
  bool logs_in(const Hello& hello) const;
  struct Who {
    std::optional<std::string> user;
    core::Proof proof = core::Proof::password;
  };
  static Who who_is(const Greeting& greeting);
  bool review();
  void hand_over(Greeting& greeting, const Hello& hello, std::uint32_t owner);
  std::string new_client_id() const;
  [[nodiscard]] bool before_flush();
  void after_flush();
  void note_levels();
  void go_on_with_put_off();
  void on_time();
  void end_late_greetings();
  void look_at_slow();
  void arm_timer();
  void tick();
  void tell_reading_stopped();
  void post();
  void drain_mail();
  void on_mail(const std::unique_ptr<Arrive>& arrive);
  void on_mail(Forward& forward);
  void on_mail(const Kept& kept);
  void on_mail(const std::shared_ptr<const LoginVerdict>& verdict);
  void on_mail(const std::shared_ptr<const ClientQuestion>& question);
  void on_mail(const std::shared_ptr<const ClientAnswer>& answer) { http_->on_mail(*answer); }
  void on_mail(const std::shared_ptr<const Reloaded>& reloaded) { http_->on_mail(*reloaded); }
  void on_mail(NewAccess& access);
  void on_mail(Ask&) { parts_.host.on_answer(); }
  void on_mail(StopReading&);
  void on_mail(Stop&);
  void remove(Connection& connection);
  bool trace(std::string_view client_id, base::Duration time);

  Parts parts_;
  net::Loop loop_;
  Inbox inbox_;
  Forwarding forwarding_;
  std::vector<Inbox*> inboxes_;  // of all workers, by their index
  RationedLog events_;           // what strangers cause
  Authority authority_;          // older than the sessions that ask it
  core::Broker broker_;
  Logins logins_;
  core::CloseCounters closings_{core::close_reason_names};
  std::unique_ptr<HttpService> http_;  // the first worker's; null: another's
  PassageCounters passage_{passage_names};
  PacketCounters packets_;
  Levels levels_{level_names};
  ListenerCounters at_listeners_;
  bool is_exhausted_ = false;  // nobody has been accepted since a pause was logged
  base::Buffer scratch_;
  const Connection::Parts connection_parts_;
  net::Timer timer_;
  std::optional<base::TimePoint> armed_for_;
  std::optional<base::TimePoint> next_tick_;  // of plugins and the server; none: another worker has them
  enum class Due : std::uint8_t { no, after_reads, now } due_ = Due::no;
  std::vector<std::unique_ptr<net::TcpListener>> listeners_;
  ConnectBytes connect_bytes_;
  std::unordered_map<const Greeting*, Waiting> greetings_;
  base::DeadlineQueue<std::pair<const Greeting*, std::uint64_t>> connect_deadlines_;
  std::uint64_t last_greeting_ = 0;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::deque<Connection*> put_off_;  // who has read more than fitted into the turn
  base::DeadlineQueue<std::pair<Connection*, std::uint64_t>> stall_deadlines_;
  std::unordered_map<const Connection*, std::uint64_t> watched_;  // with a backlog, since their last on_slow
  std::uint64_t last_watch_ = 0;
  core::Sequence kept_;                                   // by the journal
  std::vector<Connection*> withholding_;                  // who waits for it to come further
  std::vector<std::unique_ptr<ForwardBatch>> forwarded_;  // what this turn's pieces may refer to
  bool is_reviewing_ = false;
  bool is_stopping_ = false;
  bool has_told_ = false;                        // the server of it
  std::vector<const Greeting*> over_greetings_;  // destroyed after the flush
  std::vector<Connection*> over_connections_;
};

}  // namespace app
