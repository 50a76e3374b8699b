// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "broker/base/log.h"
#include "broker/base/time.h"
#include "broker/core/access.h"
#include "broker/core/close_reason.h"
#include "broker/core/endings.h"
#include "broker/core/inflight.h"
#include "broker/core/keepalive.h"
#include "broker/core/limits.h"
#include "broker/core/link.h"
#include "broker/core/out_queue.h"
#include "broker/core/publishing.h"
#include "broker/core/received_ids.h"
#include "broker/core/restored.h"
#include "broker/core/retained_walks.h"
#include "broker/core/router.h"
#include "broker/core/session_facts.h"

namespace core {

class Session;

/// What is told of a session's turns; the broker keeps the lists.
class SessionOwner {
 public:
  /// It has more to send than one slice: `work` is wanted next turn.
  virtual void on_busy(Session& session) = 0;
  /// Its connection is gone. A session that does not outlive it is erased at the end of the turn.
  virtual void on_offline(Session& session) = 0;

 protected:
  ~SessionOwner() = default;
};

/// What all sessions of a worker owe their clients, as it is now.
struct Owed {
  std::size_t waiting = 0;        // messages in their queues
  std::size_t waiting_bytes = 0;  // of these, as limits.queued_bytes counts them
  std::size_t inflight = 0;       // messages sent at QoS 1 and 2, not acknowledged yet
};

/// What every session of a worker works with; filled once by the broker.
struct Services {
  Router& router;
  Publishing& publishing;
  SessionOwner& owner;
  const Limits& limits;
  CoreCounters& counters;
  Effort& effort;
  base::Arena& turn;
  const base::Log& log;
  std::vector<MessageRef>& held;  // what this turn's pieces refer to; emptied after the flush
  Journal* journal;               // null: nothing survives a restart
  EntryNumber& last_entry;        // given on this worker
  Owed& owed;
  Interest* lasting;           // told what lasting sessions subscribe to; null: nobody asks
  const Authority* authority;  // null: everybody may do everything
  Endings& endings;
};

/// One client's protocol state. Knows no socket and no clock; everything it does goes to its link and to
/// Services. Owned by Sessions; worker's thread.
class Session {
 public:
  /// What it is from its first to its last day.
  struct Identity {
    std::string client_id;
    std::uint32_t slot;
    bool is_lasting;     // it is kept when its connection ends
    SessionKey key = 0;  // in the journal; 0: there is no journal
    std::string user{};  // whose it is; empty: an anonymous client's
    Proof proof = Proof::password;
  };
  Session(Identity identity, const Services& services)
      : client_id_(std::move(identity.client_id)),
        user_(std::move(identity.user)),
        proof_(identity.proof),
        slot_(identity.slot),
        is_lasting_(identity.is_lasting),
        key_(identity.key),
        services_(services) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// It is new: the journal hears of it.
  void begin();
  /// It is as the journal has kept it; its client is away.
  void restore(const RestoredSession& kept, base::TimePoint now);
  /// It is over for good: the journal forgets it.
  void forget();
  /// A connection has been accepted. Sends CONNACK, re-sends what was under way [MQTT-4.4.0-1], then what
  /// waited.
  void attach(Link& link, const mqtt::Connect& connect, bool is_present, base::TimePoint now);

  /// The hot case of on_packet on its own: PUBACK, PUBREC, PUBREL or PUBCOMP.
  void on_ack(mqtt::PacketType type, mqtt::PacketId id, base::TimePoint now);
  /// Any packet but PUBLISH.
  void on_packet(const mqtt::Packet& packet, base::TimePoint now);
  /// `frame` is the packet's bytes in the read arena; they are passed on and may be patched in place.
  void on_publish(const mqtt::Publish& publish, std::span<std::uint8_t> frame, base::TimePoint now);
  /// One slice of what is still to be sent. The broker calls it, at most once a turn.
  void work();
  /// There may be something to send now: the socket takes bytes again, the window has room.
  void want_work();
  /// The connection ended, or sent what is no MQTT: not a DISCONNECT, so the will is published
  /// [MQTT-3.1.2-8].
  void on_link_lost(CloseReason reason, base::TimePoint now);
  /// Ends the connection from this side; the will is published.
  void end_link(CloseReason reason, std::string_view why, base::TimePoint now);
  /// The same of a client that has no rights any more: its will is dropped.
  void dismiss(CloseReason reason, std::string_view why, base::TimePoint now);
  /// What its client may do is asked for anew.
  void take_access();

  /// From the router, in the middle of a fan-out: changes nothing but this session, closes nothing.
  void deliver(Outgoing& outgoing, mqtt::Qos granted, mqtt::PacketId preferred_id);

  /// When on_deadline wants to be called: end of keep-alive, or of the session.
  std::optional<base::TimePoint> deadline() const;
  /// True: the session is over.
  [[nodiscard]] bool on_deadline(base::TimePoint now);

  SessionFacts facts(base::TimePoint now) const;
  const std::string& client_id() const { return client_id_; }
  const std::string& user() const { return user_; }
  /// By what its first client has shown that.
  Proof proof() const { return proof_; }
  std::uint32_t slot() const { return slot_; }
  bool is_online() const { return link_ != nullptr; }
  bool is_lasting() const { return is_lasting_; }

  bool is_busy = false;                          // on the broker's list
  std::optional<base::TimePoint> scheduled_for;  // its reminder in the broker's deadline queue

 private:
  struct Handle;  // the visitor of on_packet: one function per packet kind
  bool has_too_many(std::size_t filters, base::TimePoint now);
  void subscribe(const mqtt::Subscribe& subscribe);
  /// What it subscribes to.
  struct Filters {
    std::unordered_set<std::string, TextHash, std::equal_to<>> all;
    std::size_t cost = 0;  // by Subscriptions::cost_of
  };
  bool has_filter(std::string_view filter) const { return filters_ && filters_->all.contains(filter); }
  bool has_room_for(std::string_view filter) const;
  mqtt::Reason add_subscription(const mqtt::Subscribe::Entry& entry);
  void unsubscribe(const mqtt::Unsubscribe& unsubscribe);
  void add_filter(std::string_view filter);
  void remove_filter(std::string_view filter);
  void drop_walk(std::string_view filter);
  void disconnect(base::TimePoint now);
  void lose_link(CloseReason reason, base::TimePoint now);
  void publish_will(const plugin::Client& who, base::TimePoint now);
  plugin::Client client() const;
  bool may_write(std::string_view topic, Metric denied) const;
  void note_who_is_asked() { is_asked_about_ = is_plugin_asked_ || access_ != nullptr; }

  /// One message on its way out: at which QoS, as a retained one, under which number (0: none yet).
  struct Passing {
    mqtt::Qos qos;
    bool retain = false;
    OutQueue::Mark mark{};
  };
  bool may_read(std::string_view topic) const;
  bool may_send(const Outgoing& outgoing, const Passing& passing) const;
  void send(Outgoing& outgoing, Passing passing, mqtt::PacketId preferred_id);
  void enqueue(Outgoing& outgoing, mqtt::Qos qos);
  bool must_wait(mqtt::Qos qos) const;
  void on_answered(EntryNumber number);
  void on_finished(EntryNumber number);
  void take_ack(mqtt::PacketType type, mqtt::PacketId id);
  void release(mqtt::PacketId id);
  void forget_received(mqtt::PacketId id);
  OutQueue::Dropped push(MessageRef message, mqtt::Qos qos, const OutQueue::Mark& mark);
  /// Around each change of the queue: the sums without it, and with it again.
  void uncount_queue() const {
    services_.owed.waiting -= queue_.size();
    services_.owed.waiting_bytes -= queue_.bytes();
  }
  void count_queue() const {
    services_.owed.waiting += queue_.size();
    services_.owed.waiting_bytes += queue_.bytes();
  }
  bool is_window_open() const { return inflight_.size() < services_.limits.inflight; }
  void resend();
  bool send_queued(std::size_t& budget);
  bool replay_retained(std::size_t& budget);

  bool is_recorded() const { return is_lasting_ && services_.journal != nullptr; }
  template <class Record>
  void record(Record&& record) {
    if (!is_recorded()) return;
    record(*services_.journal);
    last_told_ = services_.journal->sequence();
  }
  void record_queued(Outgoing& outgoing, const Entry& entry);
  EntryNumber record_sent(Outgoing& outgoing, const Passing& passing, mqtt::PacketId id);
  void restore_message(const RestoredSession::Message& kept);
  void tell_plugins(base::TimePoint now);
  void set_will(const mqtt::Connect& connect);
  void clear_will();
  /// The answer goes out when all that was told about this session is kept.
  void answer(mqtt::PacketType type, mqtt::PacketId id);
  void hold(Sequence until) {
    if (until != 0) link_->hold(until);
  }
  void answer(const mqtt::Packet& packet);

  std::string client_id_;
  std::string user_;
  Proof proof_;
  std::uint32_t slot_;
  bool is_lasting_;
  bool has_logged_full_queue_ = false;
  mqtt::Version version_ = mqtt::Version::v311;  // its last CONNECT's
  bool is_asked_about_ = false;                  // rules or a plugin have a say in what it is sent
  bool is_plugin_asked_ = false;                 // a plugin has
  SessionKey key_;
  Sequence last_told_ = 0;  // about it
  const Services& services_;
  Link* link_ = nullptr;
  std::unique_ptr<Access> access_;  // null: everything is allowed
  Keepalive keepalive_;
  base::TimePoint since_;  // when its client came, or went
  std::uint64_t messages_received_ = 0;
  std::uint64_t messages_sent_ = 0;
  MessageRef will_;
  std::unique_ptr<Filters> filters_;  // null: none, never empty
  ReceivedIds received_ids_;
  Inflight inflight_;
  OutQueue queue_;
  std::unique_ptr<RetainedWalks> walks_;  // retained messages still to be replayed; null: none, never empty
};

}  // namespace core
