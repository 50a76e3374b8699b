// SPDX-License-Identifier: Apache-2.0
#include "bench/load/mesh.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "bench/load/clock.h"
#include "bench/load/crowd.h"
#include "mesh/channel_key.h"
#include "mesh/cipher.h"
#include "proto/mesh.pb.h"

namespace load {
namespace {

constexpr std::int64_t patience_ns = 10 * ns_per_s;
constexpr std::uint32_t heard_by = 4;
constexpr std::uint32_t nodes = 500;
constexpr std::uint32_t first_id = 0x1000'0000;

std::string gateway_id(std::uint32_t gateway) { return fmt::format("!{:08x}", 0x0a00'0000 + gateway); }

mesh::proto::Data position_of(std::uint32_t packet) {
  mesh::proto::Position position;
  position.set_latitude_i(525'200'000 + static_cast<std::int32_t>(packet));
  position.set_longitude_i(134'050'000);
  position.set_altitude(34);
  position.set_time(1'700'000'000 + packet);
  position.set_pdop(150);
  position.set_ground_speed(2);
  position.set_sats_in_view(9);
  position.set_precision_bits(32);
  mesh::proto::Data data;
  data.set_portnum(mesh::proto::POSITION_APP);
  data.set_payload(position.SerializeAsString());
  data.set_bitfield(1);
  return data;
}

/// Envelopes of one packet, as every gateway that heard it sends them.
class Packet {
 public:
  Packet(std::uint32_t number, mesh::Cipher& cipher, std::uint32_t channel) {
    mesh::proto::MeshPacket& packet = *envelope_.mutable_packet();
    packet.set_from(0x0b00'0000 + number % nodes);
    packet.set_to(0xffff'ffff);
    packet.set_id(first_id + number);
    packet.set_channel(channel);
    packet.set_rx_time(1'700'000'000 + number);
    packet.set_rx_snr(6.25F);
    packet.set_hop_start(3);
    const std::string plain = position_of(number).SerializeAsString();
    std::vector<std::uint8_t> encrypted(plain.size());
    cipher.apply(base::as_bytes(plain), mesh::counter_block(packet.id(), packet.from()), encrypted);
    packet.set_encrypted(encrypted.data(), encrypted.size());
    envelope_.set_channel_id("LongFast");
  }

  void put(std::uint32_t gateway, std::uint32_t copy, base::Buffer& out) {
    envelope_.set_gateway_id(gateway_id(gateway));
    envelope_.mutable_packet()->set_rx_rssi(-80 - static_cast<std::int32_t>(copy));
    envelope_.mutable_packet()->set_hop_limit(3 - copy % 3);
    const std::string bytes = envelope_.SerializeAsString();
    const std::string topic = "msh/EU_868/2/e/LongFast/" + envelope_.gateway_id();
    std::ranges::copy(bytes, put_publish({.topic = topic}, bytes.size(), out).begin());
  }

 private:
  mesh::proto::ServiceEnvelope envelope_;
};

class MeshRun {
 public:
  explicit MeshRun(const Plan& plan) : plan_(plan), ledger_(is_told() ? 2 : 1, plan.count) {
    open_clients();
    write_batches();
  }

  Report run();

 private:
  /// Who listens, by client number: to the mirror's JSON, and behind the gateways to what is below mesh/.
  enum : std::uint32_t { mirrored, told };
  struct Come {
    std::uint32_t packets = 0;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;  // of payload
  };
  /// What each gateway sends of one batch.
  using Batch = std::vector<base::Buffer>;

  void open_clients();
  void write_batches();
  bool is_told() const { return plan_.told != 0; }
  bool is_complete() const {
    return come_[mirrored].packets >= plan_.count && (!is_told() || come_[told].packets >= plan_.count);
  }
  void send_next();
  void on_message(std::uint32_t client, const Frame& frame);
  void on_packet(std::uint32_t listener, std::string_view json);
  void add_told(Report& report) const;

  const Plan& plan_;
  Crowd crowd_;    // the subscriber is client 0, who is told the last
  Ledger ledger_;  // every packet is a stream of one message
  std::vector<Batch> batches_;
  std::size_t sent_ = 0;  // batches
  std::array<Come, 2> come_{};
};

void MeshRun::open_clients() {
  Client subscriber(plan_.port);
  subscriber.greet("load-json");
  subscriber.subscribe(std::vector<std::string>{"msh/+/2/json/#"}, Qos::at_most_once);
  crowd_.add(std::move(subscriber));
  for (std::uint32_t gateway = 0; gateway < plan_.publishers; ++gateway) {
    Client client(plan_.port);
    client.greet(gateway_id(gateway));
    crowd_.add(std::move(client));
  }
  if (!is_told()) return;
  Client listener(plan_.port);
  listener.greet("load-mesh");
  listener.subscribe(std::vector<std::string>{"mesh/#"}, Qos::at_most_once);
  crowd_.add(std::move(listener));
}

/// Before measuring: making an envelope costs more than the broker needs for it.
void MeshRun::write_batches() {
  const mesh::Key key = mesh::expand_psk(mesh::Psk{1});
  const std::uint32_t channel = mesh::channel_hash("LongFast", key);
  mesh::Cipher cipher(key);
  for (std::uint32_t number = 0; number < plan_.count; ++number) {
    if (number % plan_.batch == 0) batches_.emplace_back(plan_.publishers);
    ledger_.want(mirrored, number);
    if (is_told()) ledger_.want(told, number);
    Packet packet(number, cipher, channel);
    for (std::uint32_t copy = 0; copy < heard_by; ++copy) {
      const std::uint32_t gateway = (number + copy * 7) % plan_.publishers;
      packet.put(gateway, copy, batches_.back()[gateway]);
    }
  }
}

void MeshRun::send_next() {
  Batch& batch = batches_[sent_++];
  for (std::uint32_t gateway = 0; gateway < plan_.publishers; ++gateway) {
    if (batch[gateway].size() != 0) crowd_.out_of(gateway + 1).put(batch[gateway].bytes());
  }
}

void MeshRun::on_message(std::uint32_t client, const Frame& frame) {
  if (frame.type() != PacketType::publish) return;
  const Published parts = published(frame);
  const std::uint32_t listener = client == 0 ? mirrored : told;
  Come& come = come_[listener];
  ++come.messages;
  come.bytes += parts.payload.size();
  if (listener == told && !parts.topic.starts_with("mesh/packet/")) return;
  ++come.packets;
  on_packet(listener, base::as_text(parts.payload));
}

void MeshRun::on_packet(std::uint32_t listener, std::string_view json) {
  constexpr std::string_view key = "\"id\":";
  const std::size_t at = json.find(key);
  std::uint32_t id = 0;
  if (at == json.npos) return ledger_.damaged();
  std::from_chars(json.data() + at + key.size(), json.data() + json.size(), id);
  ledger_.take(listener, id - first_id, 0);
}

void MeshRun::add_told(Report& report) const {
  report.add("told_messages", come_[told].messages);
  report.add("told_bytes", come_[told].bytes);
}

Report MeshRun::run() {
  const Target target(plan_.pid);
  const Reading from = target.read();
  std::int64_t patient_until = now_ns() + patience_ns;
  while (!is_complete() && now_ns() < patient_until) {
    const std::uint64_t before = come_[mirrored].messages + come_[told].messages;
    while (sent_ < batches_.size() && sent_ < come_[mirrored].packets / plan_.batch + plan_.depth)
      send_next();
    crowd_.flush();
    crowd_.round(ns_per_s / 100, [this](auto client, const Frame& frame) { on_message(client, frame); });
    if (come_[mirrored].messages + come_[told].messages != before) patient_until = now_ns() + patience_ns;
  }
  const Reading to = target.read();

  Report report(plan_);
  report.add_interval(from, to, std::uint64_t{come_[mirrored].packets} * heard_by);
  if (is_told()) add_told(report);
  report.add_memory(target.memory());
  report.add_faults(ledger_.close(std::vector<std::uint32_t>(plan_.count, 1)));
  return report;
}

}  // namespace

Report run_mesh(const Plan& plan) { return MeshRun(plan).run(); }

}  // namespace load
