// SPDX-License-Identifier: Apache-2.0
#include "broker/app/simulate/plain_client.h"

#include <utility>

#include "broker/app/simulate_options.h"
#include "broker/base/buffer.h"
#include "broker/mqtt/decode.h"
#include "broker/mqtt/encode.h"

namespace app::simulate {
namespace {

constexpr std::uint16_t keepalive_s = 60;
constexpr std::size_t largest_packet = 16U << 20U;

}  // namespace

PlainClient::PlainClient(net::Loop& loop, const net::Address& broker, Login login, Events events)
    : loop_(loop),
      login_(std::move(login)),
      events_(std::move(events)),
      connector_(loop, [this](auto stream) { on_stream(std::move(stream)); }) {
  connector_.connect(broker);
}

void PlainClient::on_stream(base::Expected<std::unique_ptr<net::TcpStream>, int> stream) {
  if (!stream) return end(std::string(net::status_text(stream.error())));
  stream_ = *std::move(stream);
  stream_->set_owner(*this);
  stream_->start_reading();
  mqtt::Connect connect;
  connect.keepalive_s = keepalive_s;
  connect.client_id = login_.client_id;
  if (!login_.user.empty()) {
    connect.user_name = login_.user;
    connect.password = base::as_bytes(login_.password);
  }
  send(connect);
}

void PlainClient::subscribe(const std::vector<std::string>& filters) {
  mqtt::Subscribe subscribe{.packet_id = 1, .entries = {}};
  for (const std::string& filter : filters) subscribe.entries.push_back({filter, {}});
  send(subscribe);
}

void PlainClient::publish(const mqtt::Publish& publish) { send(publish); }

void PlainClient::ping() { send(mqtt::Pingreq{}); }

void PlainClient::after_flush() {
  if (std::exchange(is_over_, false)) stream_.reset();
}

void PlainClient::on_bytes(std::span<std::uint8_t> bytes) {
  inbox_.insert(inbox_.end(), bytes.begin(), bytes.end());
  std::size_t at = 0;
  while (!is_over_) {
    const auto frame = mqtt::next_frame(base::Bytes(inbox_).subspan(at), largest_packet);
    if (!frame) return end("it sent what is no MQTT");
    if (!*frame) break;
    const auto packet = mqtt::decode(**frame, mqtt::Version::v311);
    if (!packet) return end("it sent a malformed packet");
    take(*packet);
    at += (*frame)->bytes.size();
  }
  inbox_.erase(inbox_.begin(), inbox_.begin() + static_cast<std::ptrdiff_t>(at));
}

void PlainClient::take(const mqtt::Packet& packet) {
  if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) return events_.on_publish(*publish);
  const auto* connack = std::get_if<mqtt::Connack>(&packet);
  if (connack == nullptr) return;
  if (connack->reason != mqtt::Reason::success) return end(refusal_text);
  events_.on_connected();
}

void PlainClient::send(const mqtt::Packet& packet) {
  if (stream_ == nullptr || is_over_) return;
  base::Buffer out;
  mqtt::encode(packet, mqtt::Version::v311, out);
  stream_->append(loop_.turn().copy(out.bytes()));
}

void PlainClient::end(std::string why) {
  if (std::exchange(is_over_, true)) return;
  events_.on_end(std::move(why));
}

}  // namespace app::simulate
