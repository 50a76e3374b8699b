// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>

#include "tests/conformance/stage.h"
#include "tests/support/running_server.h"
#include "tests/support/socket_client.h"

namespace conformance {

/// The whole server, as shipped but on loopback, and sockets. Before another client acts, whoever sent last
/// is asked with a PINGREQ of the stage's own whether all has been dealt with; its PINGRESP is taken out of
/// what the client is sent.
class TcpStage final : public Stage {
 public:
  /// In how many writes a client's bytes go out.
  enum class Writes { whole, byte_by_byte };
  explicit TcpStage(Writes writes, std::uint32_t workers = 1);

  void send(const std::string& client, base::Bytes bytes) override;
  std::vector<std::uint8_t> receive(const std::string& client, std::size_t count) override;
  bool is_closed(const std::string& client) override;
  /// The client's half of the connection is closed, and the broker's awaited: so it has noticed.
  void drop(const std::string& client) override;
  /// Real time is not waited for: cases that need it are not played here.
  void pass(base::Duration) override {}

 private:
  struct Seat {
    explicit Seat(std::uint16_t port) : socket(port) {}
    support::SocketClient socket;
    std::vector<std::uint8_t> begun;   // of a packet that is not complete
    std::vector<std::uint8_t> unread;  // came while the stage waited for its own PINGRESP
    std::vector<std::uint8_t> first;   // up to four bytes: CONNACK
    bool is_broken = false;            // it sent what no server can cut into packets
  };
  void let_others_finish(const std::string& client);
  static bool can_ping(const Seat& seat);
  static void await_pong(Seat& seat);
  static std::vector<std::uint8_t> receive_frame(Seat& seat);
  static void note_sent(Seat& seat, base::Bytes bytes);
  void write(Seat& seat, base::Bytes bytes) const;

  support::RunningServer server_;
  Writes writes_;
  std::map<std::string, Seat> seats_;
  std::string last_sender_;
};

}  // namespace conformance
