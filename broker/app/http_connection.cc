// SPDX-License-Identifier: Apache-2.0
#include "broker/app/http_connection.h"

#include <utility>

#include "broker/admin/routes.h"
#include "broker/app/layer_reason.h"
#include "broker/base/check.h"
#include "broker/net/wall_clock.h"

namespace app {
namespace {

/// The next turn.
constexpr base::Duration soon{1};

}  // namespace

HttpConnection::HttpConnection(const Parts& parts, Doors::Ticket ticket,
                               std::unique_ptr<net::TcpStream> stream)
    : parts_(parts), ticket_(std::move(ticket)), stream_(std::move(stream)) {
  wake_in(parts_.limits.connect_timeout);
  stream_->set_owner(*this);
  stream_->start_reading();
}

void HttpConnection::on_bytes(std::span<std::uint8_t> bytes) {
  if (bytes.empty() || state_ == State::closing || state_ == State::over) return;
  if (stream_->is_proxied() && !std::exchange(is_placed_, true) && !parts_.host.on_proxied(*this)) return;
  reader_.give(bytes);
  if (state_ == State::reading && !is_put_off_) take_requests();
}

/// Not while something of the last answer is still owed: who does not take answers gets no more of them.
void HttpConnection::take_requests() {
  if (std::exchange(is_taking_, true)) return;
  is_put_off_ = false;
  for (int taken = 0; state_ == State::reading && stream_->backlog() == 0; ++taken) {
    if (taken == requests_per_turn) {
      is_put_off_ = true;
      stream_->stop_reading();
      wake_in(soon);
      break;
    }
    const auto next = reader_.next();
    if (!next) break;
    if (*next) {
      ask(**next);
    } else {
      fail(next->error());
    }
  }
  is_taking_ = false;
  if (state_ == State::reading && !is_put_off_) read_on();
}

void HttpConnection::read_on() {
  if (stream_->backlog() != 0) return;
  stream_->start_reading();
  const bool has_begun = reader_.has_begun();
  if (has_begun && has_request_begun_) return;  // its time goes on
  has_request_begun_ = has_begun;
  wake_in(has_begun ? parts_.limits.connect_timeout : idle_time);
}

void HttpConnection::ask(const net::HttpRequest& request) {
  is_head_ = request.method == "HEAD";
  keeps_alive_ = request.keeps_alive;
  has_request_begun_ = false;
  state_ = State::asked;
  stream_->stop_reading();
  wake_in(answer_time);
  parts_.host.on_request(*this, request);
}

void HttpConnection::fail(const net::HttpProblem& problem) {
  state_ = State::asked;
  is_head_ = false;
  keeps_alive_ = false;
  answer(admin::refusal(problem.status, problem.why, "docs/http.md, Limits, says what a request may be"));
}

/// The connection closes only when the flush has shown what the socket takes of the answer.
void HttpConnection::answer(const net::HttpResponse& response) {
  CHECK(state_ == State::asked);
  say(response);
  state_ = keeps_alive_ ? State::reading : State::closing;
  if (state_ == State::closing) return wake_in(soon);
  wake_in(idle_time);
  take_requests();
}

void HttpConnection::say(const net::HttpResponse& response) {
  const std::string date = net::http_date(net::wall_clock() / 1000);
  const std::string text = net::to_text(response, is_head_, keeps_alive_, date);
  const base::Bytes bytes = base::as_bytes(text);
  stream_->append(parts_.loop.keep_until_flush({bytes.begin(), bytes.end()}));
}

void HttpConnection::on_time(base::TimePoint now) {
  if (now < deadline_ || state_ == State::over) return;
  if (is_put_off_) return take_requests();
  if (state_ == State::closing && stream_->backlog() == 0)
    return end(core::CloseReason::disconnected, "it has its answer");
  if (stream_->backlog() != 0) return end(core::CloseReason::too_slow, "it does not take its answer");
  if (state_ == State::asked) {
    keeps_alive_ = false;
    return answer(admin::refusal(503, "no answer in time", "the broker is busy: try again"));
  }
  if (reader_.has_begun()) return fail({408, "the request took longer than limits.connect_timeout"});
  end(core::CloseReason::connection_idle, "it asked nothing");
}

void HttpConnection::end(core::CloseReason reason, std::string_view why) {
  if (std::exchange(state_, State::over) == State::over) return;
  stream_->finish();
  parts_.host.on_http_over(*this, reason, why);
}

void HttpConnection::on_refused() {
  stream_->stop_reading();
  wake_in(parts_.limits.stall_timeout);
}

void HttpConnection::on_drained() {
  if (state_ == State::closing) return end(core::CloseReason::disconnected, "it has its answer");
  if (state_ == State::reading) take_requests();
}

void HttpConnection::on_overrun() {
  end(core::CloseReason::too_slow, "all slow clients together are owed more than limits.backlog_bytes");
}

void HttpConnection::on_closed(int) {
  if (const net::LayerFault* fault = stream_->fault()) return end(close_reason_of(fault->kind), fault->why);
  end(core::CloseReason::disconnected, "it has gone");
}

}  // namespace app
