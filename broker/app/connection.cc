// SPDX-License-Identifier: Apache-2.0
#include "broker/app/connection.h"

#include <utility>

#include "broker/app/layer_reason.h"
#include "broker/mqtt/decode.h"
#include "broker/mqtt/encode.h"

namespace app {
namespace {

/// A client that does not take what it is owed is not read either until it does: its own packets ask for
/// answers, and answers are never dropped.
constexpr std::size_t backlog_that_pauses = 256 * 1024;
/// Bytes waiting for the journal past which further messages wait as messages instead of as bytes.
constexpr std::size_t withheld_that_queues = 64 * 1024;
/// How often a stalled client is looked at within limits.stall_timeout.
constexpr int looks_per_stall = 4;

}  // namespace

Connection::Connection(const Parts& parts, std::unique_ptr<net::TcpStream> stream, mqtt::Version version)
    : parts_(parts), stream_(std::move(stream)), version_(version) {
  stream_->set_owner(*this);
}

void Connection::start(core::Session& session, std::span<std::uint8_t> rest) {
  session_ = &session;
  if (!rest.empty()) on_bytes(rest);
}

void Connection::on_bytes(std::span<std::uint8_t> bytes) {
  take_packets(bytes);
  read_at_its_pace();
}

void Connection::take_packets(std::span<std::uint8_t> bytes) {
  while (session_ != nullptr) {
    const auto packet = reader_.next(bytes, parts_.limits.packet_bytes, parts_.loop);
    if (!packet) fail(packet.error());
    if (!packet || packet->empty()) break;
    if (!on_frame(*packet)) break;
    parts_.loop.flush_what_is_much();
    if (session_ != nullptr && !bytes.empty() && parts_.host.is_turn_full()) {
      put_off(bytes);
      break;
    }
  }
}

/// Others are heard first. It is read again when it has been served, so no more than one read waits here.
void Connection::put_off(std::span<const std::uint8_t> rest) {
  put_off_.assign(rest.begin(), rest.end());
  stream_->stop_reading();
  parts_.host.on_put_off(*this);
}

void Connection::go_on() {
  on_bytes(parts_.loop.keep_until_flush(std::exchange(put_off_, {})));
  if (session_ != nullptr && put_off_.empty() && !is_paused_) stream_->start_reading();
}

/// `whole` is one packet. False: the connection is over.
bool Connection::on_frame(std::span<std::uint8_t> whole) {
  if (trace_.is_on()) trace("received", whole, whole.size());
  const mqtt::Frame frame = mqtt::frame_of(whole);
  parts_.packets.received(frame.type);
  if (const mqtt::PacketId id = mqtt::ack_id(frame); id != 0) {
    session_->on_ack(frame.type, id, parts_.loop.now());
    return session_ != nullptr;
  }
  if (frame.type != mqtt::PacketType::publish) return on_rare(frame);
  const auto publish = mqtt::decode_publish(frame, version_);
  if (!publish) {
    fail(publish.error());
    return false;
  }
  session_->on_publish(*publish, whole, parts_.loop.now());
  return session_ != nullptr;
}

bool Connection::on_rare(const mqtt::Frame& frame) {
  const auto packet = mqtt::decode(frame, version_);
  if (!packet) {
    fail(packet.error());
    return false;
  }
  session_->on_packet(*packet, parts_.loop.now());
  return session_ != nullptr;
}

void Connection::send(const mqtt::Packet& packet) {
  parts_.scratch.clear();
  mqtt::encode(packet, version_, parts_.scratch);
  parts_.packets.sent(static_cast<mqtt::PacketType>(parts_.scratch.bytes()[0] >> 4U));
  if (trace_.is_on()) trace("sent", parts_.scratch.bytes(), parts_.scratch.size());
  append(parts_.loop.turn().copy(parts_.scratch.bytes()));
}

void Connection::ack(mqtt::PacketType type, mqtt::PacketId id) {
  parts_.packets.sent(type);
  const std::span<std::uint8_t> frame = parts_.loop.turn().take(mqtt::ack_bytes);
  mqtt::write_ack(type, id, frame);
  if (trace_.is_on()) trace("sent", frame, frame.size());
  append(frame);
}

void Connection::deliver(core::Outgoing& outgoing, const core::Delivery& delivery) {
  const core::Form& form = outgoing.form(delivery);
  if (trace_.is_on()) trace("sent", form.head, form.head.size() + form.payload.size());
  append(form.head);
  if (!form.payload.empty()) append(form.payload);
}

void Connection::trace(std::string_view direction, base::Bytes head, std::size_t bytes) {
  if (parts_.loop.now() >= trace_.until) {
    trace_ = {};
    return;
  }
  --trace_.lines_left;
  const std::string_view client_id = session_ == nullptr ? std::string_view() : session_->client_id();
  parts_.host.on_traced({client_id, direction, head, bytes});
}

void Connection::append(base::Bytes piece) {
  if (withheld_) {
    withheld_->add(piece);
  } else {
    stream_->append(piece);
  }
}

void Connection::withhold(core::Sequence until) {
  if (!withheld_) {
    withheld_ = std::make_unique<Withheld>();
    parts_.host.on_withheld(*this);
  }
  withheld_->hold(until);
}

bool Connection::release() {
  const std::size_t before = backlog();
  stream_->append(parts_.loop.keep_until_flush(withheld_->take(parts_.host.kept())));
  if (!withheld_->is_over()) return false;
  withheld_.reset();
  if (session_ == nullptr) return true;
  if (before > 0) session_->want_work();
  go_on_reading();
  return true;
}

std::size_t Connection::backlog() const {
  const std::size_t withheld = withheld_bytes();
  return stream_->backlog() + (withheld < withheld_that_queues ? 0 : withheld);
}

void Connection::close(core::CloseReason reason, std::string_view why) {
  be_over(std::exchange(session_, nullptr), reason, why);
}

/// `session` is the one it had; null: none.
void Connection::be_over(const core::Session* session, core::CloseReason reason, std::string_view why) {
  if (std::exchange(is_over_, true)) return;
  stream_->finish();
  const std::string_view client_id = session == nullptr ? std::string_view{} : session->client_id();
  parts_.host.on_connection_over(*this, {client_id, reason, why});
}

void Connection::stop_reading() {
  is_paused_ = true;
  put_off_.clear();
  stream_->stop_reading();
}

void Connection::end(core::CloseReason reason, std::string_view why) {
  if (session_ != nullptr) {
    session_->end_link(reason, why, parts_.loop.now());
  } else {
    close(reason, why);
  }
}

void Connection::fail(const mqtt::Error& error) { lose(core::close_reason_of(error.reason), error.what); }

void Connection::on_closed(int status) {
  if (const net::LayerFault* fault = stream_->fault()) return lose(close_reason_of(fault->kind), fault->why);
  lose(core::CloseReason::connection_lost, net::status_text(status));
}

/// Not the session's doing: it is told, then nobody is told any more.
void Connection::lose(core::CloseReason reason, std::string_view why) {
  core::Session* session = std::exchange(session_, nullptr);
  if (session != nullptr) session->on_link_lost(reason, parts_.loop.now());
  be_over(session, reason, why);
}

void Connection::on_refused() {
  stalled_since_ = parts_.loop.now();
  if (session_ != nullptr) parts_.host.on_slow(*this);
}

void Connection::on_drained() {
  if (session_ == nullptr) return;
  last_taken_ = stream_->taken();  // nothing is owed any more: from here on silence is silence
  go_on_reading();
  session_->want_work();
}

/// If it was not read because it is owed too much, and is owed little again.
void Connection::go_on_reading() {
  if (!is_paused_ || stream_->backlog() + withheld_bytes() >= backlog_that_pauses) return;
  is_paused_ = false;
  if (put_off_.empty() && !parts_.host.is_stopping()) stream_->start_reading();
}

void Connection::on_overrun() {
  lose(core::CloseReason::too_slow, "all slow clients together are owed more than limits.backlog_bytes");
}

bool Connection::has_progressed(base::TimePoint now) {
  const std::uint64_t taken = stream_->taken();
  if (std::exchange(last_taken_, taken) == taken) return false;
  stalled_since_ = now;
  return true;
}

bool Connection::is_excused(base::TimePoint now) {
  return has_progressed(now) || is_paused_ || !put_off_.empty();  // who takes nothing ends by stall_deadline
}

std::optional<base::TimePoint> Connection::stall_deadline(base::TimePoint now) {
  if (session_ == nullptr || stream_->backlog() == 0) return std::nullopt;
  const base::Duration patience = parts_.limits.stall_timeout;
  if (!has_progressed(now) && now - stalled_since_ >= patience) {
    end(core::CloseReason::too_slow, "it took nothing of what it is owed: see limits.stall_timeout");
    return std::nullopt;
  }
  return std::min(now + std::max(patience / looks_per_stall, base::Duration(1)), stalled_since_ + patience);
}

void Connection::read_at_its_pace() {
  if (session_ == nullptr || is_paused_) return;
  const bool is_owed_much = stream_->backlog() + withheld_bytes() >= backlog_that_pauses;
  if (!is_owed_much && !(withheld_ && parts_.host.is_journal_behind())) return;
  is_paused_ = true;
  stream_->stop_reading();
}

}  // namespace app
