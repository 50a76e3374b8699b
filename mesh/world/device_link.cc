// SPDX-License-Identifier: Apache-2.0
#include "mesh/world/device_link.h"

#include <utility>

#include "mesh/world/device.h"

namespace mesh::world {
namespace {

constexpr base::Duration socket_timeout{15'000};
constexpr std::uint8_t user_password_and_clean_session = 0xc2;
constexpr std::size_t most_header_bytes = 5;

constexpr std::uint8_t first_of(mqtt::PacketType type, std::uint8_t flags = 0) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4U | flags);
}

}  // namespace

void DeviceLink::open(base::TimePoint now) {
  close();
  state_ = State::connecting;
  opened_ = last_in_ = last_out_ = now;
  last_id_ = 1;
  put_header(first_of(mqtt::PacketType::connect),
             16 + login_.client_id.size() + login_.user.size() + login_.password.size());
  put_text("MQTT");
  put(4);
  put(user_password_and_clean_session);
  put(0);
  put(15);
  for (const std::string* text : {&login_.client_id, &login_.user, &login_.password}) put_text(*text);
}

void DeviceLink::close() {
  state_ = State::closed;
  inbox_.clear();
  output_.clear();
  awaits_pong_ = false;
}

std::optional<Arrived> DeviceLink::loop(base::TimePoint now) {
  if (state_ == State::connecting && now - opened_ > socket_timeout) close();
  if (state_ == State::connected) keep_alive_loop(now);
  if (state_ == State::closed) return std::nullopt;
  const auto packet = next_packet();
  if (!packet) return std::nullopt;
  if (packet->size() > device_buffer_bytes) {
    ++discarded_;
    return std::nullopt;
  }
  if (state_ == State::connecting) {
    take_connack(*packet);
    return std::nullopt;
  }
  last_in_ = now;
  return take(*packet, now);
}

bool DeviceLink::publish(std::string_view topic, base::Bytes payload, base::TimePoint now) {
  if (most_header_bytes + 2 + topic.size() + payload.size() > device_buffer_bytes) return false;
  put_header(first_of(mqtt::PacketType::publish), 2 + topic.size() + payload.size());
  put_text(topic);
  output_.insert(output_.end(), payload.begin(), payload.end());
  last_out_ = now;
  return true;
}

void DeviceLink::subscribe(std::string_view filter, base::TimePoint now) {
  ++last_id_;
  put_header(first_of(mqtt::PacketType::subscribe, 2), 5 + filter.size());
  put(static_cast<std::uint8_t>(last_id_ >> 8U));
  put(static_cast<std::uint8_t>(last_id_ & 0xffU));
  put_text(filter);
  put(1);
  last_out_ = now;
}

std::vector<std::uint8_t> DeviceLink::take_output() { return std::exchange(output_, {}); }

void DeviceLink::put_text(std::string_view text) {
  put(static_cast<std::uint8_t>(text.size() >> 8U));
  put(static_cast<std::uint8_t>(text.size() & 0xffU));
  output_.insert(output_.end(), text.begin(), text.end());
}

void DeviceLink::put_header(std::uint8_t first, std::size_t rest) {
  put(first);
  for (; rest >= 128; rest /= 128) put(static_cast<std::uint8_t>(128 + rest % 128));
  put(static_cast<std::uint8_t>(rest));
}

/// The second time that a ping is due without an answer to the first, the server is given up.
void DeviceLink::keep_alive_loop(base::TimePoint now) {
  if (now - last_in_ <= keep_alive && now - last_out_ <= keep_alive) return;
  if (awaits_pong_) return close();
  put_header(first_of(mqtt::PacketType::pingreq), 0);
  last_in_ = last_out_ = now;
  awaits_pong_ = true;
}

/// A device would wait for the missing bytes; here the packet is taken once it is whole.
std::optional<std::vector<std::uint8_t>> DeviceLink::next_packet() {
  std::size_t rest = 0;
  std::size_t at = 1;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (at >= inbox_.size()) return std::nullopt;
    rest |= std::size_t{inbox_[at] & 0x7fU} << shift;
    if ((inbox_[at] & 0x80U) == 0) break;
    if (at == 4) {
      close();
      return std::nullopt;
    }
  }
  const std::size_t size = at + 1 + rest;
  if (inbox_.size() < size) return std::nullopt;
  const auto end = inbox_.begin() + static_cast<std::ptrdiff_t>(size);
  std::vector<std::uint8_t> packet(inbox_.begin(), end);
  inbox_.erase(inbox_.begin(), end);
  return packet;
}

std::optional<Arrived> DeviceLink::take(const std::vector<std::uint8_t>& packet, base::TimePoint now) {
  switch (static_cast<mqtt::PacketType>(packet[0] >> 4U)) {
    case mqtt::PacketType::publish:
      return take_publish(packet, packet.size() < 128 + 2 ? 1 : 2);
    case mqtt::PacketType::pingreq:
      put_header(first_of(mqtt::PacketType::pingresp), 0);
      last_out_ = now;
      break;
    case mqtt::PacketType::pingresp:
      awaits_pong_ = false;
      break;
    default:
      break;  // a SUBACK is noise
  }
  return std::nullopt;
}

/// QoS 2 is not known: its packet id stays in front of the payload.
std::optional<Arrived> DeviceLink::take_publish(const std::vector<std::uint8_t>& packet,
                                                std::size_t length_bytes) {
  const auto qos = static_cast<mqtt::Qos>(packet[0] >> 1U & 3U);
  base::Reader reader(base::Bytes(packet).subspan(1 + length_bytes));
  Arrived arrived{.topic = std::string(base::as_text(reader.prefixed())), .payload = {}, .qos = qos};
  const std::uint16_t id = qos == mqtt::Qos::at_least_once ? reader.u16() : std::uint16_t{0};
  if (!reader.ok()) return std::nullopt;
  if (id != 0) {
    put_header(first_of(mqtt::PacketType::puback), 2);
    put(static_cast<std::uint8_t>(id >> 8U));
    put(static_cast<std::uint8_t>(id & 0xffU));
  }
  arrived.payload = base::as_text(reader.rest());
  return arrived;
}

/// Nothing but four bytes is one, whatever their type.
void DeviceLink::take_connack(const std::vector<std::uint8_t>& packet) {
  if (packet.size() == 4 && packet[3] == 0) {
    state_ = State::connected;
  } else {
    close();
  }
}

}  // namespace mesh::world
