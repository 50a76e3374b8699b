// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/durability/checker.h"
#include "tests/hostile/packets.h"

namespace durability {

/// A client as the protocol wants it. What it has published and is not acknowledged it keeps, and sends again
/// (DUP) when it comes back to its session; QoS 2 ids that it has received it remembers until their PUBREL.
/// Tells the checker whatever it sends and hears. Never blocks but to connect; one thread drives all.
class Client {
 public:
  Client(ClientNumber number, Checker& checker) : number_(number), checker_(checker) {}
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// CONNECT goes out, with a will of its own each time if it `has_will`.
  void connect(std::uint16_t port, bool is_clean, bool has_will);
  bool is_open() const { return fd_ >= 0; }
  /// CONNACK has come.
  bool is_connected() const { return is_connected_; }
  /// Nothing that it has sent waits for an answer.
  bool is_settled() const { return pending_.empty() && !operation_; }

  /// DISCONNECT, as far as the socket takes it, and closed.
  void disconnect();
  /// Closed with RST; what has come and is unread it never sees.
  void drop();
  /// Its connection is about to be lost, and others may hear its will before this client knows.
  void foresee_loss() { lose_will(is_connected_); }
  /// The broker has ended: reads what it has sent before.
  void hear_out();

  /// While connected. `publication` without its name.
  void publish(Publication publication);
  std::size_t pending_count() const { return pending_.size(); }
  /// While connected and no SUBSCRIBE or UNSUBSCRIBE is under way.
  bool may_subscribe() const { return is_connected_ && !operation_; }
  void subscribe(const std::string& filter, int qos);
  void unsubscribe(const std::string& filter);
  void ping();
  std::size_t unanswered_pings() const { return pings_; }

  int fd() const { return fd_; }
  bool has_to_write() const { return !out_.empty(); }
  void write();
  /// Up to `most` bytes. That the broker ends the connection is wrong unless it is tolerated.
  void read(std::size_t most);
  void tolerate_close() { is_close_tolerated_ = true; }
  std::size_t heard() const { return heard_; }  // packets

 private:
  struct Pending {
    Publication publication;
    std::uint16_t id = 0;
    bool is_released = false;  // PUBREC has come
  };
  struct Operation {
    std::uint16_t id = 0;
    std::string filter;
    bool is_subscribe = true;
  };

  void send(const hostile::Bytes& packet) { hostile::add(out_, packet); }
  void send_publish(const Pending& pending, bool is_dup);
  std::uint16_t next_id();
  Publication will() const;
  void close_socket();
  void lose_will(bool is_certain);
  /// False: ended.
  bool read_once(std::size_t most);

  void parse();
  void on_packet(std::uint8_t first, std::string_view body);
  void on_connack(std::string_view body);
  void resume();
  void on_publish(std::uint8_t first, std::string_view body);
  void on_puback(std::uint16_t id);
  void on_pubrec(std::uint16_t id);
  void on_pubcomp(std::uint16_t id);
  void on_pubrel(std::uint16_t id);
  void on_suback(std::string_view body);
  void on_unsuback(std::uint16_t id);
  void complain(std::string_view what);
  std::deque<Pending>::iterator pending_with(std::uint16_t id);

  ClientNumber number_;
  Checker& checker_;
  int fd_ = -1;
  bool is_connected_ = false;
  bool is_clean_ = false;
  bool has_will_ = false;
  bool is_close_tolerated_ = false;
  hostile::Bytes out_;
  std::string in_;
  std::uint16_t last_id_ = 0;
  std::uint32_t last_sequence_ = 0;
  std::uint32_t last_will_ = 0;
  std::optional<MessageName> owed_will_;
  std::deque<Pending> pending_;
  std::optional<Operation> operation_;
  std::set<std::uint16_t> received_;
  std::size_t pings_ = 0;
  std::size_t heard_ = 0;
};

}  // namespace durability
