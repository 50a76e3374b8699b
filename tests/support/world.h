// SPDX-License-Identifier: Apache-2.0
// A whole broker without a socket, in virtual time, and clients that talk to it in words.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/arena.h"
#include "broker/base/log.h"
#include "broker/core/broker.h"
#include "tests/support/memory_journal.h"

namespace support {

class World;

/// What a CONNECT may say beside the client id.
struct ConnectWords {
  bool clean = true;
  std::uint16_t keepalive_s = 0;
  std::string will_topic = {};  // empty: no will
  std::string will_payload = {};
  mqtt::Qos will_qos = mqtt::Qos::at_most_once;
  bool will_retain = false;
  std::string user = {};  // who it has proven to be; empty: nobody
  core::Proof proof = core::Proof::password;
};

/// A client and its link. What the broker sends it is kept as short texts until `said` takes them:
///   CONNACK · CONNACK present · CONNACK refused 0x85 · SUBACK 1: 0 80 · UNSUBACK 2 · PINGRESP
///   PUBACK 7 · PUBREC 7 · PUBREL 7 · PUBCOMP 7 · PUBLISH a/b=hi · PUBLISH a/b=hi q1 #7 dup retain
///   CLOSED keep_alive_timeout
class Client final : public core::Link {
 public:
  Client(World& world, std::string id) : world_(world), id_(std::move(id)) {}

  Client& connect(const ConnectWords& words = {});
  void publish(std::string_view topic, std::string_view payload, int qos = 0, mqtt::PacketId id = 0,
               bool retain = false, bool dup = false);
  void subscribe(mqtt::PacketId id, std::string_view filter, int qos = 0);
  void unsubscribe(mqtt::PacketId id, std::string_view filter);
  void send_in(const mqtt::Packet& packet);
  /// The connection is lost without DISCONNECT.
  void drop();

  /// Everything since the last call, joined by " | ".
  std::string said();
  std::size_t said_count() const { return said_.size(); }
  bool is_open() const { return session_ != nullptr; }
  /// For what must happen within one turn; null when closed.
  core::Session* session() { return session_; }
  /// What the socket pretends to have refused.
  std::size_t refused_bytes = 0;
  bool has_taken = false;  // some of it, since it was last asked
  /// The socket takes bytes again.
  void drain();

  // core::Link
  void send(const mqtt::Packet& packet) override;
  void ack(mqtt::PacketType type, mqtt::PacketId id) override;
  void deliver(core::Outgoing& outgoing, const core::Delivery& delivery) override;
  void close(core::CloseReason reason, std::string_view why) override;
  void hold(core::Sequence until) override;
  std::size_t backlog() const override { return refused_bytes; }
  bool is_excused(base::TimePoint) override { return std::exchange(has_taken, false); }
  std::string address() const override { return "192.0.2.1:1883"; }

 private:
  World& world_;
  std::string id_;
  core::Session* session_ = nullptr;
  friend class World;
  void say(std::string text);
  void release(core::Sequence kept);

  std::vector<std::string> said_;
  core::Sequence held_until_ = 0;
  std::vector<std::pair<core::Sequence, std::string>> withheld_;  // rising
};

/// One worker's broker. `now` only moves when told.
class World {
 public:
  explicit World(const core::Limits& limits_in = {}, MemoryJournal* journal_in = nullptr,
                 const core::Authority* authority = nullptr);

  /// The journal keeps all it was told, and clients hear what waited for that.
  void keep();
  /// What a journal had kept when a former world ended.
  void restore(const core::Restored& kept);

  Client& client(std::string id);
  /// Lets that much time pass and everything that is due in it happen.
  void pass(base::Duration duration);
  /// The authority thinks otherwise about somebody; in as many turns as it takes, which is returned.
  std::size_t review();
  /// The end of a turn, and every further turn that sessions still want.
  void turn();

  core::Limits limits;
  base::Arena arena{4096};
  std::size_t most_arena = 0;  // turn memory of the largest turn
  std::vector<std::string> log_lines;
  base::Log log;
  core::Commons commons;
  MemoryJournal* journal;  // null: nothing survives
  core::Broker broker;
  base::TimePoint now{base::Duration(1'000'000)};

 private:
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace support
