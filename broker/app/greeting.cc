// SPDX-License-Identifier: Apache-2.0
#include "broker/app/greeting.h"

#include <algorithm>
#include <utility>

#include "broker/app/layer_reason.h"
#include "broker/mqtt/decode.h"
#include "broker/mqtt/dialect.h"
#include "broker/mqtt/encode.h"

namespace app {
namespace {

/// Fixed header, variable header, and five fields (client id, will topic and message, user, password) of at
/// most 65,535 bytes and their lengths: no CONNECT is longer.
constexpr std::size_t max_connect_bytes = 5 + 10 + 5 * (2 + 65535);

constexpr Greeting::Refusal too_many_bytes{
    mqtt::Reason::server_unavailable, core::CloseReason::too_many_connect_bytes,
    "CONNECTs that are unfinished or wait are too much together: see limits.connect_bytes"};

bool begins_connect(std::uint8_t first) { return first == 0x10; }

/// Who began with something else, as far as one byte tells: most come through the wrong door.
std::string_view what_begins_with(std::uint8_t first) {
  constexpr std::uint8_t tls_handshake = 0x16;
  if (first == tls_handshake) return "it speaks TLS, this listener does not: see listener.tls.cert";
  if (first >= 'A' && first <= 'Z')
    return "it speaks HTTP, this listener MQTT: see listener.protocol [MQTT-3.1.0-1]";
  return "what it sent first is no CONNECT [MQTT-3.1.0-1]";
}

}  // namespace

Greeting::Greeting(const Parts& parts, Doors::Ticket ticket, std::unique_ptr<net::TcpStream> stream)
    : parts_(parts), ticket_(std::move(ticket)), stream_(std::move(stream)) {
  stream_->set_owner(*this);
  stream_->start_reading();
}

void Greeting::on_bytes(std::span<std::uint8_t> bytes) {
  if (is_over_ || bytes.empty()) return;
  if (!std::exchange(has_begun_, true) && !begins_connect(bytes.front())) {
    end(core::CloseReason::protocol_error, what_begins_with(bytes.front()));
    return;
  }
  const std::size_t max_bytes = std::min(max_connect_bytes, parts_.max_packet_bytes);
  const auto packet = reader_.next(bytes, max_bytes, parts_.loop);
  if (!packet) {
    end(core::close_reason_of(packet.error().reason), packet.error().what);
  } else if (!packet->empty()) {
    release();
    on_frame(mqtt::frame_of(*packet), bytes);
  } else if (Greeting* largest = hold(reader_.held())) {
    largest->end(too_many_bytes.reason, too_many_bytes.why);
  }
}

/// Who has to go for it; null: nobody.
Greeting* Greeting::hold(std::size_t bytes) {
  return parts_.connect_bytes.change(*this, std::exchange(held_, bytes), bytes);
}

void Greeting::release() {
  reader_ = {};
  static_cast<void>(hold(0));  // less is never too much
}

void Greeting::on_frame(const mqtt::Frame& frame, std::span<std::uint8_t> rest) {
  const auto packet = mqtt::decode(frame, mqtt::Version::v311);
  if (!packet) {
    if (packet.error().reason == mqtt::Reason::unsupported_protocol_version) {
      stream_->append(mqtt::refusal_of_level(mqtt::connect_level(frame)));
    }
    end(core::close_reason_of(packet.error().reason), packet.error().what);
    return;
  }
  parts_.host.on_connect(*this, {std::get<mqtt::Connect>(*packet), frame.bytes, rest});
}

void Greeting::wait(const Hello& hello) {
  version_ = hello.connect.version;
  waiting_.assign(hello.frame.begin(), hello.frame.end());
  waiting_.insert(waiting_.end(), hello.rest.begin(), hello.rest.end());
  stream_->stop_reading();
  if (Greeting* largest = hold(waiting_.size())) largest->end(too_many_bytes.reason, too_many_bytes.why);
}

void Greeting::go_on_as(std::string_view user) {
  user_ = user;
  stream_->start_reading();
  on_bytes(parts_.loop.keep_until_flush(std::exchange(waiting_, {})));
}

void Greeting::refuse(const Refusal& refusal, mqtt::Version version) {
  if (mqtt::connack_code(refusal.said, version)) {
    base::Buffer out;
    mqtt::encode(mqtt::Connack{.session_present = false, .reason = refusal.said}, version, out);
    stream_->append(parts_.loop.turn().copy(out.bytes()));
  }
  end(refusal.reason, refusal.why);
}

void Greeting::end(core::CloseReason reason, std::string_view why) {
  if (std::exchange(is_over_, true)) return;
  release();
  stream_->finish();
  parts_.host.on_greeting_over(*this, reason, why);
}

/// Layers answer little before the CONNECT; who does not take that is no client.
void Greeting::on_refused() {
  end(core::CloseReason::too_slow, "it takes nothing of what it is told before its CONNECT");
}

void Greeting::on_overrun() {
  end(core::CloseReason::too_slow, "all slow clients together are owed more than limits.backlog_bytes");
}

void Greeting::on_closed(int) {
  if (const net::LayerFault* fault = stream_->fault()) return end(close_reason_of(fault->kind), fault->why);
  end(core::CloseReason::connection_lost, "gone before its CONNECT was complete");
}

}  // namespace app
