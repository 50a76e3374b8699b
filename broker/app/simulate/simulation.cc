// SPDX-License-Identifier: Apache-2.0
#include "broker/app/simulate/simulation.h"

#include <algorithm>
#include <utility>

#include "mesh/envelope.h"
#include "mesh/json_writer.h"

namespace app::simulate {
namespace {

constexpr base::Duration time_to_connect{15'000};
/// Without another echo for that long nothing is under way any more.
constexpr base::Duration time_to_settle{1000};

}  // namespace

Simulation::Simulation(net::Loop& loop, const net::Address& broker, const SimulateOptions& options,
                       const mesh::world::WorldConfig& world, std::ostream& out)
    : loop_(loop),
      options_(options),
      world_(world),
      out_(out),
      phase_began_(loop.now()),
      timer_(loop, [this] { tick(); }) {
  for (const mesh::world::DeviceConfig& config : world_.gateways()) {
    mesh::world::Login login{mesh::node_id(config.number), options.user, options.password};
    gateways_.push_back(std::make_unique<GatewayClient>(GatewayClient::Parts{loop, broker, tally_}, config,
                                                        std::move(login)));
  }
  timer_.set(loop.now());
}

void Simulation::after_flush() {
  for (const auto& each : gateways_) each->after_flush();
}

/// A device looks at its socket every 20 ms of its own time.
void Simulation::tick() {
  const auto loops = static_cast<std::size_t>(std::max(1.0, options_.speed));
  for (const auto& each : gateways_) each->run_loops(loops);
  switch (phase_) {
    case Phase::connecting:
      begin_when_connected();
      break;
    case Phase::running:
      run();
      break;
    case Phase::settling:
      settle();
      break;
  }
  timer_.set(loop_.now() + mesh::world::DeviceLink::loop_period);
}

void Simulation::begin_when_connected() {
  const auto is_ready = [](const auto& gateway) { return gateway->is_connected(); };
  const auto stuck =
      std::ranges::find_if(gateways_, [](const auto& gateway) { return !gateway->trouble().empty(); });
  if (stuck != gateways_.end()) return fail((*stuck)->trouble());
  if (loop_.now() - phase_began_ > time_to_connect) return fail("no CONNACK within 15 s");
  if (!std::ranges::all_of(gateways_, is_ready)) return;
  phase_ = Phase::running;
  phase_began_ = loop_.now();
}

void Simulation::fail(std::string why) {
  failure_ = std::move(why);
  loop_.stop();
}

void Simulation::run() {
  const double passed = static_cast<double>((loop_.now() - phase_began_).count()) * options_.speed;
  const auto end = base::Duration(static_cast<std::int64_t>(options_.minutes * 60'000));
  const base::Duration until = std::min(end, base::Duration(static_cast<std::int64_t>(passed)));
  take_transmissions(until);
  while (!events_.empty() && events_.front().at <= until) {
    std::ranges::pop_heap(events_, std::greater{});
    Event event = std::move(events_.back());
    events_.pop_back();
    publish(event);
  }
  out_.flush();
  if (until < end) return;
  phase_ = Phase::settling;
  phase_began_ = loop_.now();
}

void Simulation::settle() {
  if (std::exchange(echoes_before_, tally_.echoes) != tally_.echoes) phase_began_ = loop_.now();
  if (loop_.now() - phase_began_ > time_to_settle) loop_.stop();
}

void Simulation::take_transmissions(base::Duration until) {
  while (taken_until_ <= until) {
    const auto sent = std::make_shared<const mesh::world::Transmission>(world_.next());
    taken_until_ = sent->at;
    for (const mesh::world::Publication& each : sent->publications) {
      events_.push_back({each.at, ++orders_, each, sent});
      std::ranges::push_heap(events_, std::greater{});
    }
  }
}

void Simulation::publish(const Event& event) {
  GatewayClient& gateway = *gateways_[event.publication.gateway];
  const bool is_sent = gateway.publish(event.publication.message, event.sent->packet);
  write_line(event, gateway.config(), is_sent);
}

void Simulation::write_line(const Event& event, const mesh::world::DeviceConfig& gateway, bool is_sent) {
  const mesh::world::AirPacket& packet = event.sent->packet;
  line_.clear();
  mesh::JsonWriter json(line_);
  json.open('{');
  json.number("at", static_cast<double>(event.at.count()) / 1000);
  json.text("kind", event.sent->kind);
  json.integer("from", packet.from);
  json.integer("to", packet.to);
  json.integer("id", packet.id);
  json.text("channel", packet.channel);
  json.text("gateway", mesh::node_id(gateway.number));
  json.text("topic", event.publication.message.topic);
  json.text("form", gateway.encrypts && packet.id != 0 ? "encrypted" : "decoded");
  json.integer("hop_limit", event.publication.copy.hop_limit);
  json.integer("rssi", event.publication.copy.rssi);
  json.number("snr", static_cast<double>(event.publication.copy.snr));
  json.integer("repeat", event.publication.repeat);
  json.text("state", is_sent ? "sent" : "kept");
  json.close('}');
  out_ << line_.view() << '\n';
}

}  // namespace app::simulate
