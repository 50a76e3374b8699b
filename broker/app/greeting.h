// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "broker/app/config/config.h"
#include "broker/app/connect_bytes.h"
#include "broker/app/doors.h"
#include "broker/app/frame_reader.h"
#include "broker/core/close_reason.h"
#include "broker/mqtt/packet.h"
#include "broker/net/tcp_stream.h"

namespace app {

class Greeting;

/// A decoded CONNECT, its bytes, and what came behind it.
struct Hello {
  const mqtt::Connect& connect;
  base::Bytes frame;
  std::span<std::uint8_t> rest;
};

/// What a greeting ends in; the worker.
class GreetingHost {
 public:
  /// The host takes the stream out of the greeting if it goes on.
  virtual void on_connect(Greeting& greeting, const Hello& hello) = 0;
  /// It is over: to be destroyed at the end of the turn, after what it sent.
  virtual void on_greeting_over(Greeting& greeting, core::CloseReason reason, std::string_view why) = 0;

 protected:
  ~GreetingHost() = default;
};

/// From accept to CONNECT. It buffers no more than one CONNECT can be long, and nothing at all of a stream
/// that begins with anything else [MQTT-3.1.0-1]. Owned by the worker; its thread.
class Greeting final : public net::StreamOwner {
 public:
  struct Parts {
    net::Loop& loop;
    GreetingHost& host;
    ConnectBytes& connect_bytes;
    const Listener& listener;
    std::size_t max_packet_bytes;
  };
  /// What the client hears, and what is written down.
  struct Refusal {
    mqtt::Reason said;
    core::CloseReason reason;
    std::string_view why;
  };
  Greeting(const Parts& parts, Doors::Ticket ticket, std::unique_ptr<net::TcpStream> stream);
  ~Greeting() { release(); }
  Greeting(const Greeting&) = delete;
  Greeting& operator=(const Greeting&) = delete;

  /// The connection, to go on with elsewhere; without a socket: it cannot move. With one the greeting has
  /// done its work.
  [[nodiscard]] net::LooseStream detach() {
    net::LooseStream loose = stream_->detach();
    is_over_ = static_cast<bool>(loose.socket);
    return loose;
  }
  /// What the client sent to another worker, which found out that it belongs to this one.
  void take(std::vector<std::uint8_t> bytes) { on_bytes(parts_.loop.keep_until_flush(std::move(bytes))); }
  /// Refuses with the CONNACK that the client's version has for it, if it has one.
  void refuse(const Refusal& refusal, mqtt::Version version);
  void end(core::CloseReason reason, std::string_view why);
  /// Its password is being looked at: nothing more is read, and `hello` comes to the host again with
  /// go_on_as, unless the time for CONNECT is over before. It may be over behind this call.
  void wait(const Hello& hello);
  /// It has proven to be this user.
  void go_on_as(std::string_view user);
  /// The greeting has done its work; nothing reaches it any more. The ticket goes with the stream.
  std::unique_ptr<net::TcpStream> take_stream() {
    is_over_ = true;
    return std::move(stream_);
  }
  Doors::Ticket& ticket() { return ticket_; }
  Doors::Ticket take_ticket() { return std::move(ticket_); }

  const Listener& listener() const { return parts_.listener; }
  /// Who it has proven to be, by a password or by a certificate; none: nobody yet.
  const std::optional<std::string>& user() const { return user_; }
  /// Of the CONNECT that waits.
  mqtt::Version version() const { return version_; }
  bool is_over() const { return is_over_; }
  net::TcpStream& stream() const { return *stream_; }

 private:
  void on_bytes(std::span<std::uint8_t> bytes) override;
  void on_refused() override;
  void on_drained() override {}
  void on_overrun() override;
  void on_closed(int status) override;
  void on_frame(const mqtt::Frame& frame, std::span<std::uint8_t> rest);
  Greeting* hold(std::size_t bytes);
  void release();

  Parts parts_;
  Doors::Ticket ticket_;
  std::unique_ptr<net::TcpStream> stream_;
  FrameReader reader_;
  std::size_t held_ = 0;  // by its reader, as ConnectBytes knows it
  std::optional<std::string> user_;
  std::vector<std::uint8_t> waiting_;  // a CONNECT and what came behind it; empty: nothing waits
  mqtt::Version version_ = mqtt::Version::v311;
  bool has_begun_ = false;
  bool is_over_ = false;
};

}  // namespace app
