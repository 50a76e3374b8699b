// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/mqtt/packet.h"
#include "broker/net/tcp_connector.h"
#include "broker/net/tcp_stream.h"

namespace app::simulate {

/// A client at QoS 0 that is no gateway, for recordings. Owned by the command; loop's thread.
class PlainClient final : net::StreamOwner {
 public:
  struct Events {
    std::function<void()> on_connected;
    std::function<void(const mqtt::Publish&)> on_publish;
    std::function<void(std::string why)> on_end;
  };
  struct Login {
    std::string client_id;
    std::string user;
    std::string password;
  };
  /// What the events capture outlives it.
  PlainClient(net::Loop& loop, const net::Address& broker, Login login, Events events);

  void subscribe(const std::vector<std::string>& filters);
  void publish(const mqtt::Publish& publish);
  void ping();
  void after_flush();

 private:
  void on_bytes(std::span<std::uint8_t> bytes) override;
  void on_refused() override {}
  void on_drained() override {}
  void on_overrun() override { end("it takes nothing any more"); }
  void on_closed(int status) override { end(std::string(net::status_text(status))); }
  void on_stream(base::Expected<std::unique_ptr<net::TcpStream>, int> stream);
  void take(const mqtt::Packet& packet);
  void send(const mqtt::Packet& packet);
  void end(std::string why);

  net::Loop& loop_;
  const Login login_;
  const Events events_;
  net::TcpConnector connector_;
  std::unique_ptr<net::TcpStream> stream_;
  std::vector<std::uint8_t> inbox_;
  bool is_over_ = false;
};

}  // namespace app::simulate
