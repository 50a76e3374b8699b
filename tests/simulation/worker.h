// SPDX-License-Identifier: Apache-2.0
// One worker's broker in virtual time beside its model: what app::Worker and app::Connection are to sockets.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/base/arena.h"
#include "broker/base/log.h"
#include "broker/core/broker.h"
#include "tests/simulation/model.h"

namespace simulation {

class Worker;

/// What a player sees of its connection.
class Receiver {
 public:
  virtual void on_packet(const mqtt::Packet& packet) = 0;

 protected:
  ~Receiver() = default;
};

/// One connection: bytes in both directions. What the broker sends stays where it lies until the flush, as
/// with a socket, and must not have changed by then. Every packet is shown to the model: the client's before
/// the broker sees it, the broker's as soon as it is said.
class Connection final : public core::Link {
 public:
  Connection(Worker& worker, int number, Receiver& receiver)
      : worker_(worker), number_(number), receiver_(receiver) {}

  /// Bytes of the client, within the present turn.
  void take(base::Bytes bytes);
  /// The connection is lost, with what has not been taken.
  void lose();
  bool is_open() const { return !is_over_; }
  int number() const { return number_; }
  bool is_stalled() const { return refused_bytes_ > 0; }
  void stall();
  void take_some();
  void drain();
  /// The end of the turn: what was said goes.
  void flush();

  // core::Link
  void send(const mqtt::Packet& packet) override;
  void ack(mqtt::PacketType type, mqtt::PacketId id) override;
  void deliver(core::Outgoing& outgoing, const core::Delivery& delivery) override;
  void close(core::CloseReason reason, std::string_view why) override;
  void hold(core::Sequence) override {}
  std::size_t backlog() const override { return refused_bytes_; }
  bool is_excused(base::TimePoint) override { return std::exchange(has_taken_, false); }
  std::string address() const override { return "192.0.2.1:1883"; }

 private:
  struct Piece {
    base::Bytes view;
    std::vector<std::uint8_t> when_said;
  };
  void take_frame(std::span<std::uint8_t> bytes);
  void take_connect(const mqtt::Packet& packet);
  void say(base::Bytes head, base::Bytes payload);
  void fail(std::string what);

  Worker& worker_;
  int number_;
  Receiver& receiver_;
  core::Session* session_ = nullptr;
  mqtt::Version version_ = mqtt::Version::v311;
  bool is_over_ = false;
  bool has_taken_ = false;
  std::size_t refused_bytes_ = 0;
  std::vector<std::uint8_t> inbox_;
  std::vector<Piece> pieces_;
};

/// The broker, its model and the time. Turns are taken by whoever lets something happen.
class Worker {
 public:
  explicit Worker(const core::Limits& limits);
  ~Worker();

  std::shared_ptr<Connection> accept(Receiver& receiver);
  /// Lets everything happen that is due until then, each at its time and in a turn of its own. Nothing due:
  /// the turn just goes on.
  void pass_to(base::TimePoint until);
  /// The end of a turn, and every further one that the broker wants; then it owes nobody anything.
  void turn();
  /// As if messages had gone to clients that are not here: packet ids are all but `back` round.
  void serve_others(std::uint8_t back);
  /// Bytes just read: they live until the flush.
  std::span<std::uint8_t> keep_until_flush(std::vector<std::uint8_t> bytes);

  base::TimePoint now() const { return now_; }
  const core::Limits& limits() const { return limits_; }
  core::Broker& broker() { return broker_; }
  Model& model() { return model_; }
  base::Arena& arena() { return arena_; }

  /// What was wrong first: the model's words, or those about the bytes. Empty: nothing.
  std::string fault() const { return fault_.empty() ? model_.fault() : fault_; }
  void fail(std::string what);
  /// Told to whoever reads a failing run.
  void tell(int connection, std::string_view verb, const mqtt::Packet& packet);
  void tell(std::string line);
  bool is_telling = false;
  std::vector<std::string> story;
  std::size_t payloads = 0;  // how many were made, so that each is another

 private:
  void check_sums();

  core::Limits limits_;
  base::Arena arena_{4096};
  base::Log log_;
  Model model_;
  core::Commons commons_;
  core::Broker broker_;
  base::TimePoint now_{base::Duration(1'000'000)};
  int last_connection_ = 0;
  std::vector<std::shared_ptr<Connection>> connections_;  // all that may still be told something
  std::vector<std::vector<std::uint8_t>> reads_;
  std::string fault_;
};

}  // namespace simulation
