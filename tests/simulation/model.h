// SPDX-License-Identifier: Apache-2.0
// An MQTT 3.1.1 broker written to be believed rather than to be fast: lists, linear searches, whole copies.
// It knows nothing of broker/core; its rules are those of the specification, of docs/conformance.md and of
// broker/README.md. It is told everything the real broker is told, and then judges what that one says: where
// one answer is right it must be that one, where several are (which packet id, whose topic goes first, when
// in a turn) it goes on with the one that was given.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/time.h"
#include "broker/mqtt/packet.h"

namespace simulation {

/// The limits as the model needs them.
struct Rules {
  std::size_t inflight = 20;
  std::size_t queued_messages = 1000;
  std::size_t queued_bytes = 8 << 20;
  std::size_t message_overhead = 0;  // of a queued message, beside topic and payload
  std::size_t subscriptions = 20000;
  std::size_t pending_qos2 = 65535;
  std::size_t sessions = 100000;
  std::size_t retained_messages = 1000000;
  std::size_t topic_levels = 200;
  base::Duration session_expiry = std::chrono::hours(24 * 7);
};

struct Message {
  std::string topic;
  std::string payload;
  mqtt::Qos qos = mqtt::Qos::at_most_once;  // as published; in a queue: as it is to be delivered
  friend bool operator==(const Message&, const Message&) = default;
};

/// Connections are numbered by the caller, from 1, never again the same.
class Model {
 public:
  explicit Model(const Rules& rules) : rules_(rules) {}

  // What happens to the broker. Every packet is told here before the broker sees it.
  void connect(int connection, const mqtt::Connect& connect, base::TimePoint now);
  void receive(int connection, const mqtt::Packet& packet, base::TimePoint now);
  /// The connection is gone, or has sent what is no MQTT.
  void lose(int connection, base::TimePoint now);
  /// Its socket refuses bytes from now on, takes some of them, has taken them all.
  void stall(int connection);
  void take_some(int connection);
  void drain(int connection);
  /// Everything that is due until `now`, in its order.
  void pass(base::TimePoint now);
  std::optional<base::TimePoint> next_deadline() const;
  /// The turn ends: what waits goes as far as socket and window allow.
  void end_turn();

  // What the broker says.
  void heard(int connection, const mqtt::Packet& packet);
  void closed(int connection, std::string_view reason);
  /// The turn is over: whatever the broker had to say it must have said.
  void check_nothing_owed();

  /// What was wrong first; empty: nothing.
  const std::string& fault() const { return fault_; }

  /// The id the broker is to give to the next client that brings none; it has what no client may send.
  static std::string assigned_id(std::size_t number) { return '\0' + std::to_string(number); }
  std::size_t assigned_count() const { return assigned_; }
  std::size_t session_count() const { return sessions_.size(); }
  const std::map<std::string, Message>& retained() const { return retained_; }
  /// Messages that wait or are under way, of all clients that are connected.
  std::size_t undelivered_count() const;

 private:
  struct UnderWay {
    mqtt::PacketId id = 0;
    Message message;
    bool retain = false;
    bool is_released = false;  // PUBREC has come: PUBREL is what is sent again
  };
  /// The retained messages owed for one SUBSCRIBE. What was stored then must come, unless it is cleared
  /// before; what is stored later may; each topic once, as it is stored when it goes.
  struct Replay {
    std::string filter;
    mqtt::Qos qos = mqtt::Qos::at_most_once;
    std::set<std::string> owed;
    std::set<std::string> served;
  };
  struct Session {
    std::string client_id;
    bool is_lasting = false;
    std::map<std::string, mqtt::Qos> subscriptions;
    std::vector<UnderWay> under_way;    // QoS 1 and 2 to this client, in the order of sending
    std::deque<Message> waiting;        // for the socket or for the window
    std::deque<Message> going;          // nothing holds them: to be said in this turn
    std::set<mqtt::PacketId> received;  // QoS 2 from this client, not released yet
    // Of its connection:
    int connection = 0;  // 0: none
    mqtt::Version version = mqtt::Version::v311;
    std::deque<UnderWay> resends;
    std::vector<Replay> replays;
    std::optional<Message> will;
    bool will_retain = false;
    base::Duration keepalive{0};
    base::TimePoint last_heard;
    bool is_stalled = false;
    bool has_taken = false;
    // Without one:
    base::TimePoint offline_since;
  };

  Session* find(int connection);
  void refuse(int connection, mqtt::Reason reason, std::string why);
  void end_connection(Session& session, std::string reason, base::TimePoint now);
  void on_deadline(Session& session, base::TimePoint now);
  std::optional<base::TimePoint> deadline_of(const Session& session) const;

  struct Receive;  // one function per packet kind
  void on_publish(Session& session, const mqtt::Publish& publish, base::TimePoint now);
  mqtt::Reason subscribe(Session& session, const mqtt::Subscribe::Entry& entry);
  void unsubscribe(Session& session, const std::string& filter);
  void answer(const Session& session, const mqtt::Packet& packet);

  void publish(const Message& message, bool is_retained);
  void retain(const Message& message);
  void offer(Session& session, Message message);
  void enqueue(Session& session, Message message);
  bool fits(const std::deque<Message>& waiting, const Message& more) const;
  bool is_window_open(const Session& session) const;
  bool goes_at_once(const Session& session, mqtt::Qos qos) const;
  std::size_t cost(const Message& message) const;
  bool is_too_deep(std::string_view topic) const;

  bool is_resend(Session& session, const mqtt::Packet& packet);
  void heard_publish(Session& session, const mqtt::Publish& publish);
  bool heard_live(Session& session, const mqtt::Publish& publish);
  bool heard_replay(Session& session, const mqtt::Publish& publish);
  bool is_replay(const Replay& replay, const mqtt::Publish& publish) const;
  void begins(Session& session, const mqtt::Publish& publish);
  void check(Session& session);
  void finish_replays(Session& session);
  void fail(int connection, std::string what);

  Rules rules_;
  std::map<std::string, Session> sessions_;         // by client id
  std::map<std::string, Message> retained_;         // by topic
  std::map<int, std::string> owner_of_;             // open connections -> client id
  std::map<int, std::deque<std::string>> answers_;  // CONNACK, SUBACK, PUBACK, …: in order, in words
  std::map<int, std::string> closing_;              // connections the broker must close, and why
  std::size_t assigned_ = 0;
  std::string fault_;
};

}  // namespace simulation
