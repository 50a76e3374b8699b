// SPDX-License-Identifier: Apache-2.0
// What a durable broker owes its clients, judged from what they have sent and heard, and from nothing else.
#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tests/durability/message.h"

namespace durability {

using ClientNumber = std::uint32_t;

enum class FaultKind : std::uint8_t {
  lost,            // acknowledged to its publisher and owed to a session that never got it
  doubled,         // a second time at QoS 2, or at QoS 0 when it was sent once
  reordered,       // came for the first time behind a later one of the same publisher, topic and QoS
  altered,         // another payload or topic than was published
  stray,           // to a session that has not subscribed to it, or no longer
  wrong_retained,  // neither the last acknowledged value nor a later one
  wrong_session,   // session present against what was acknowledged
  protocol,        // a client has heard what nobody may say to it, or was thrown out
};

std::string_view name_of(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::lost;
  std::string text;
};

/// A PUBLISH that a client has taken: one that its own QoS 2 memory has turned away is none.
struct Arrival {
  std::string_view topic;
  std::string_view payload;
  int qos = 0;
  bool is_retained = false;  // the flag: a replay for a new subscription
};

/// Takes events in the order in which the clients see them. What is sent may happen from then on; what is
/// acknowledged must last. What is sent and not acknowledged may have happened or not. One thread.
class Checker {
 public:
  void connecting(ClientNumber client, bool is_clean);
  void connected(ClientNumber client, bool is_session_present);

  void subscribing(ClientNumber client, std::string_view filter);
  void subscribed(ClientNumber client, std::string_view filter, int qos);
  void unsubscribing(ClientNumber client, std::string_view filter);
  void unsubscribed(ClientNumber client, std::string_view filter);

  /// Goes out for the first time. A will: its connection is lost.
  void publishing(const Publication& publication);
  /// PUBACK or PUBCOMP. A will: its client's next CONNACK, before which it must have been published.
  void acknowledged(MessageName name);
  void arrived(ClientNumber client, const Arrival& arrival);
  /// The broker was killed. A message whose publisher had not heard of it yet is published again, so it may
  /// come again where it leaves before it is kept and nobody remembers it: at QoS 0, and to clean sessions.
  void killed() { kills_.push_back(++now_); }
  /// What a client itself finds wrong.
  void complain(std::string text) { fault(FaultKind::protocol, std::move(text)); }

  /// What a fresh subscriber was given, by topic, while nobody publishes.
  std::vector<Fault> judge_retained(const std::map<std::string, std::string>& found) const;

  struct Owed {
    ClientNumber client;
    MessageName name;
  };
  /// What has not arrived yet and must.
  std::vector<Owed> owed() const;
  bool has_arrived(const Owed& owed) const;
  /// What has shown itself so far, and what is still owed as lost.
  std::vector<Fault> close() const;
  std::size_t acknowledged_count() const { return acknowledged_; }
  std::size_t arrived_count() const { return arrived_; }

 private:
  using Tick = std::uint64_t;  // the number of an event
  static constexpr Tick never = std::numeric_limits<Tick>::max();

  /// One subscription of a session, from its SUBSCRIBE to its UNSUBACK.
  struct Window {
    std::string filter;
    int qos = 0;
    Tick possible_from = 0;
    Tick possible_to = never;
    Tick certain_from = never;  // never: nothing is owed
    Tick certain_to = never;
  };
  enum class Existence : std::uint8_t { none, unsure, sure };
  /// Publisher, topic, QoS as published and as delivered.
  using Stream = std::tuple<std::uint32_t, std::string, int, int>;
  struct Session {
    bool is_clean = false;  // the connection now
    Existence existence = Existence::none;
    Existence expected = Existence::none;  // when CONNECT was sent
    std::vector<Window> windows;
    std::map<MessageName, int> arrived;  // at which QoS, the highest
    std::map<Stream, std::uint32_t> newest;
  };
  struct Message {
    Publication publication;
    Tick sent = 0;
    Tick acknowledged = never;
  };

  void fault(FaultKind kind, std::string text) { faults_.push_back({kind, std::move(text)}); }
  void judge_arrival(ClientNumber client, const Message& message, const Arrival& arrival);
  void judge_order(ClientNumber client, const Message& message, int qos);
  bool is_published_again(const Message& message) const;
  bool is_possible(const Session& session, const Message& message, bool is_replay) const;
  /// From its sending to its acknowledgement, or until now, a subscription at QoS 1 or 2 was certain.
  bool is_covered(const Session& session, const Message& message) const;
  bool is_owed(const Session& session, const Message& message) const;
  bool matches(const std::string& filter, const std::string& topic) const;
  bool is_superseded(const Message& older, const std::vector<MessageName>& of_topic) const;
  std::string wrong_value(const std::string& topic, const std::vector<MessageName>& of_topic,
                          const std::string& found) const;

  Tick now_ = 0;
  std::vector<Tick> kills_;
  std::map<ClientNumber, Session> sessions_;
  std::map<MessageName, Message> messages_;
  std::map<std::string, std::vector<MessageName>> retained_;  // in the order of sending
  mutable std::unordered_map<std::string, bool> known_matches_;
  std::vector<Fault> faults_;
  std::size_t acknowledged_ = 0;
  std::size_t arrived_ = 0;
};

}  // namespace durability
