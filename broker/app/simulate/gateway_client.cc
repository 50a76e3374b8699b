// SPDX-License-Identifier: Apache-2.0
#include "broker/app/simulate/gateway_client.h"

#include <utility>

#include "broker/app/simulate_options.h"
#include "mesh/envelope.h"

namespace app::simulate {
namespace {

constexpr base::Duration retry_after{30'000};

}  // namespace

using mesh::world::DeviceLink;

GatewayClient::GatewayClient(const Parts& parts, mesh::world::DeviceConfig config, mesh::world::Login login)
    : parts_(parts),
      device_(std::move(config)),
      link_(std::move(login)),
      connector_(parts.loop, [this](auto stream) { on_connected(std::move(stream)); }),
      retry_at_(parts.loop.now() + retry_after) {
  connector_.connect(parts_.broker);
}

void GatewayClient::on_connected(base::Expected<std::unique_ptr<net::TcpStream>, int> stream) {
  if (!stream) return end(std::string(net::status_text(stream.error())));
  stream_ = *std::move(stream);
  stream_->set_owner(*this);
  stream_->start_reading();
  link_.open(parts_.loop.now());
  write_output();
}

void GatewayClient::end(std::string why) {
  if (is_connected()) ++parts_.tally.breaks;
  link_.close();
  is_over_ = stream_ != nullptr;
  trouble_ = std::move(why);
}

void GatewayClient::after_flush() {
  if (std::exchange(is_over_, false)) stream_.reset();
}

void GatewayClient::run_loops(std::size_t most) {
  const base::TimePoint now = parts_.loop.now();
  if (stream_ == nullptr && now >= retry_at_) {
    retry_at_ = now + retry_after;
    connector_.connect(parts_.broker);
  }
  if (stream_ == nullptr || is_over_) return;
  for (std::size_t i = 0; i < most && (i == 0 || link_.has_input()); ++i) run_loop();
  write_output();
}

void GatewayClient::run_loop() {
  const base::TimePoint now = parts_.loop.now();
  const DeviceLink::State before = link_.state();
  const std::uint64_t discarded_before = link_.discarded();
  const auto arrived = link_.loop(now);
  parts_.tally.discarded += link_.discarded() - discarded_before;
  if (before != DeviceLink::State::closed && link_.state() == DeviceLink::State::closed)
    return end(before == DeviceLink::State::connecting ? refusal_text : "no answer to a ping");
  if (before == DeviceLink::State::connecting && is_connected()) {
    ++parts_.tally.connects;
    trouble_.clear();
    for (const std::string& filter : filters_of(device_.config())) link_.subscribe(filter, now);
    if (const auto waiting = queue_.pop()) static_cast<void>(send(*waiting));
  }
  if (arrived) take(*arrived);
}

void GatewayClient::take(const mesh::world::Arrived& arrived) {
  const auto count = [this](const mesh::world::Handled& handled) {
    ++parts_.tally.downlinks[static_cast<std::size_t>(handled.ruling)];
  };
  if (arrived.topic.ends_with("/" + mesh::node_id(device_.config().number))) ++parts_.tally.echoes;
  if (const auto refused = device_.receive(arrived.topic, base::as_bytes(arrived.payload), arrived.qos))
    count(*refused);
  for (const mesh::world::Handled& each : device_.route()) count(each);
}

bool GatewayClient::publish(mesh::world::Message message, const mesh::world::AirPacket& packet) {
  device_.remember(packet.from, packet.id);
  if (is_connected()) {
    const bool is_sent = send(message);
    write_output();
    return is_sent;
  }
  const std::uint64_t lost_before = queue_.lost();
  queue_.push(std::move(message));
  ++parts_.tally.queued;
  parts_.tally.lost += queue_.lost() - lost_before;
  return false;
}

bool GatewayClient::send(const mesh::world::Message& message) {
  const bool fits = link_.publish(message.topic, base::as_bytes(message.payload), parts_.loop.now());
  ++(fits ? parts_.tally.published : parts_.tally.too_large);
  return fits;
}

void GatewayClient::write_output() {
  const std::vector<std::uint8_t> bytes = link_.take_output();
  if (stream_ != nullptr && !is_over_ && !bytes.empty()) stream_->append(parts_.loop.turn().copy(bytes));
}

}  // namespace app::simulate
