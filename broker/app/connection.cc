// SPDX-License-Identifier: Apache-2.0
#include "broker/app/connection.h"

#include <utility>

#include "broker/mqtt/decode.h"
#include "broker/mqtt/encode.h"

namespace app {
namespace {

/// A client that does not take what it is owed is not read either until it does: its own packets ask for
/// answers, and answers are never dropped.
constexpr std::size_t backlog_that_pauses = 256 * 1024;
/// Then its keep-alive cannot be judged; a client that takes nothing at all for this long is gone.
constexpr base::Duration longest_stall = std::chrono::seconds(60);

}  // namespace

Connection::Connection(const Parts& parts, std::unique_ptr<net::TcpStream> stream, mqtt::Version version)
    : parts_(parts), stream_(std::move(stream)), address_(stream_->peer().text()), version_(version) {
  stream_->set_owner(*this);
}

void Connection::start(core::Session& session, std::span<std::uint8_t> rest) {
  session_ = &session;
  client_id_ = session.client_id();
  if (!rest.empty()) on_bytes(rest);
}

void Connection::on_bytes(std::span<std::uint8_t> bytes) {
  while (session_ != nullptr) {
    const auto cut = reader_.next(bytes, parts_.max_packet_bytes, parts_.loop);
    if (!cut) return fail(cut.error());
    if (!*cut) break;
    if (!on_cut(**cut)) return;
    if (parts_.loop.has_much_to_flush()) parts_.loop.flush_streams();
  }
  read_at_its_pace();
}

/// False: the connection is over.
bool Connection::on_cut(const FrameReader::Cut& cut) {
  const base::TimePoint now = parts_.loop.now();
  if (cut.frame.type == mqtt::PacketType::publish) {
    const auto publish = mqtt::decode_publish(cut.frame, version_);
    if (!publish) {
      fail(publish.error());
      return false;
    }
    session_->on_publish(*publish, cut.bytes, now);
    return session_ != nullptr;
  }
  const auto packet = mqtt::decode(cut.frame, version_);
  if (!packet) {
    fail(packet.error());
    return false;
  }
  session_->on_packet(*packet, now);
  return session_ != nullptr;
}

void Connection::send(const mqtt::Packet& packet) {
  parts_.scratch.clear();
  mqtt::encode(packet, version_, parts_.scratch);
  stream_->append(parts_.loop.turn().copy(parts_.scratch.bytes()));
}

void Connection::ack(mqtt::PacketType type, mqtt::PacketId id) {
  stream_->append(parts_.loop.turn().copy(mqtt::ack_frame(type, id)));
}

void Connection::deliver(core::Outgoing& outgoing, const core::Delivery& delivery) {
  const core::Form& form = outgoing.form(delivery);
  stream_->append(form.head);
  if (!form.payload.empty()) stream_->append(form.payload);
}

void Connection::close(core::CloseReason reason, std::string_view why) {
  session_ = nullptr;
  if (std::exchange(is_over_, true)) return;
  stream_->finish();
  parts_.host.on_connection_over(*this, reason, why);
}

void Connection::end(core::CloseReason reason, std::string_view why) {
  if (session_ != nullptr) {
    session_->end_link(reason, why, parts_.loop.now());
  } else {
    close(reason, why);
  }
}

void Connection::fail(const mqtt::Error& error) { lose(core::close_reason_of(error.reason), error.what); }

void Connection::on_closed(int status) { lose(core::CloseReason::connection_lost, net::status_text(status)); }

/// Not the session's doing: it is told, then nobody is told any more.
void Connection::lose(core::CloseReason reason, std::string_view why) {
  if (session_ != nullptr) std::exchange(session_, nullptr)->on_link_lost(parts_.loop.now());
  close(reason, why);
}

void Connection::on_drained() {
  if (session_ == nullptr) return;
  last_taken_ = stream_->taken();  // nothing is owed any more: from here on silence is silence
  if (std::exchange(is_paused_, false)) stream_->start_reading();
  session_->want_work();
}

bool Connection::is_excused(base::TimePoint now) {
  const std::uint64_t taken = stream_->taken();
  const bool is_taking = std::exchange(last_taken_, taken) != taken;
  if (is_taking) stalled_since_ = now;
  return is_taking || (is_paused_ && now - stalled_since_ < longest_stall);
}

void Connection::read_at_its_pace() {
  if (session_ == nullptr || is_paused_ || stream_->backlog() < backlog_that_pauses) return;
  is_paused_ = true;
  stalled_since_ = parts_.loop.now();
  stream_->stop_reading();
}

}  // namespace app
