// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "broker/base/buffer.h"
#include "tests/simulation/act.h"
#include "tests/simulation/worker.h"

namespace simulation {

/// One client: its connection now, what it has not sent yet, and what it owes an answer.
class Player final : public Receiver {
 public:
  Player(Worker& worker, std::string client_id) : worker_(worker), client_id_(std::move(client_id)) {}

  void play(const Act& act);
  /// Bytes of the client as they are; its first ones open a connection.
  void send_raw(base::Bytes bytes);

  // For the end of a run.
  void connect(const mqtt::Connect& connect);
  /// Sends whatever it owes; false: nothing.
  bool answer_all();
  void send(const mqtt::Packet& packet);
  bool is_open() const { return connection_ != nullptr && connection_->is_open(); }
  const std::string& client_id() const { return client_id_; }

 private:
  void on_packet(const mqtt::Packet& packet) override;
  void connect(const Act& act);
  void publish(const Act& act);
  void subscribe(const Act& act);
  void unsubscribe(const Act& act);
  void answer(const Act& act);
  void stray_ack(const Act& act);
  void pubrel_storm();
  void lose(const Act& act);
  void malformed(const Act& act);
  void impossible(const Act& act);

  void put(const mqtt::Packet& packet);
  void deliver(std::size_t count);
  void go(std::uint8_t way);

  Worker& worker_;
  std::string client_id_;
  std::shared_ptr<Connection> connection_;
  base::Buffer unsent_;
  std::vector<mqtt::Packet> owed_;  // acknowledgements; of this connection
};

/// A whole run: the program's acts, then an end in which everybody comes back, takes what is owed and looks
/// at what is stored. Stops at the first fault.
class Run {
 public:
  explicit Run(const Setup& setup, bool is_telling = false);

  void play(const Act& act);
  void send_raw(std::size_t client, base::Bytes bytes);
  void finish();

  std::string fault() const { return worker_.fault(); }
  const std::vector<std::string>& story() const { return worker_.story; }
  /// What the broker counted.
  std::vector<base::Count> counts() { return worker_.broker().counters().read(); }

 private:
  void pass(const Act& act);
  void wait_for_turn_of(std::size_t client);
  void bring_everybody_back();
  void look_at_everything();
  void answer_until_quiet();
  void send_everybody_away();

  std::vector<std::unique_ptr<Player>> players_;  // told things until the worker is gone
  Worker worker_;
};

}  // namespace simulation
