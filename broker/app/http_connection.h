// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "broker/app/config/config.h"
#include "broker/app/doors.h"
#include "broker/core/close_reason.h"
#include "broker/net/http.h"
#include "broker/net/tcp_stream.h"

namespace app {

class HttpConnection;

/// Who answers; the worker's HttpService.
class HttpConnectionHost {
 public:
  /// To be answered with HttpConnection::answer, now or later.
  virtual void on_request(HttpConnection& connection, const net::HttpRequest& request) = 0;
  /// A proxy has said whose connection it is. False: not welcome, and ended.
  virtual bool on_proxied(HttpConnection& connection) = 0;
  /// It is over: to be destroyed at the end of the turn.
  virtual void on_http_over(HttpConnection& connection, core::CloseReason reason, std::string_view why) = 0;

 protected:
  ~HttpConnectionHost() = default;
};

/// One client of an HTTP listener: requests one after the other, each answered before the next is read. Owned
/// by the HttpService; its thread.
class HttpConnection final : public net::StreamOwner {
 public:
  /// Between two requests.
  static constexpr base::Duration idle_time = std::chrono::seconds{60};
  /// Until the answer is known: a password is looked at, or workers are asked.
  static constexpr base::Duration answer_time = std::chrono::seconds{30};
  /// Requests in one turn; who has sent more waits for the next.
  static constexpr int requests_per_turn = 16;

  struct Parts {
    net::Loop& loop;
    HttpConnectionHost& host;
    const Listener& listener;
    const Limits& limits;  // connect_timeout: from connecting, or a request's first byte, to its last;
                           // stall_timeout: until the other side has taken the answer
    std::uint64_t id;      // tells it from later ones in its place
  };
  HttpConnection(const Parts& parts, Doors::Ticket ticket, std::unique_ptr<net::TcpStream> stream);

  /// Once for each request.
  void answer(const net::HttpResponse& response);
  /// When `on_time` wants to be called.
  base::TimePoint deadline() const { return deadline_; }
  void on_time(base::TimePoint now);
  void end(core::CloseReason reason, std::string_view why);

  /// A request is to be answered.
  bool is_asked() const { return state_ == State::asked; }
  std::uint64_t id() const { return parts_.id; }
  const Listener& listener() const { return parts_.listener; }
  const net::TcpStream& stream() const { return *stream_; }
  Doors::Ticket& ticket() { return ticket_; }

 private:
  enum class State : std::uint8_t { reading, asked, closing, over };

  void on_bytes(std::span<std::uint8_t> bytes) override;
  void on_refused() override;
  void on_drained() override;
  void on_overrun() override;
  void on_closed(int status) override;
  void take_requests();
  void ask(const net::HttpRequest& request);
  void fail(const net::HttpProblem& problem);
  void read_on();
  void say(const net::HttpResponse& response);
  void wake_in(base::Duration time) { deadline_ = parts_.loop.now() + time; }

  Parts parts_;
  Doors::Ticket ticket_;
  std::unique_ptr<net::TcpStream> stream_;
  net::HttpReader reader_;
  State state_ = State::reading;
  bool is_placed_ = false;   // on_proxied was asked
  bool is_head_ = false;     // of the request that is to be answered
  bool keeps_alive_ = true;  // as that wants it
  bool is_taking_ = false;   // in take_requests
  bool is_put_off_ = false;  // until the next turn
  bool has_request_begun_ = true;
  base::TimePoint deadline_;
};

}  // namespace app
