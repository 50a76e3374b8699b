// SPDX-License-Identifier: Apache-2.0
// What one message on a mesh topic costs, from the bytes of its payload to the text of its JSON.
#include <string>

#include <benchmark/benchmark.h>

#include "broker/base/log.h"
#include "mesh/channel_key.h"
#include "mesh/cipher.h"
#include "mesh/mesh_plugin.h"

namespace {

constexpr std::string_view topic = "msh/EU_868/2/e/LongFast/!aabbccdd";

/// Takes what it is given and keeps its size.
class CountingHost final : public plugin::Host {
 public:
  void keep(std::string_view, base::Bytes) override {}
  explicit CountingHost(bool is_wanted) : is_wanted_(is_wanted) {}
  bool wants_below(std::string_view) const override { return is_wanted_; }
  bool wants_named(std::string_view) const override { return true; }
  base::WallTime wall_time() const override { return {}; }
  void publish(const plugin::Publication& publication) override { bytes_ += publication.payload.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  const bool is_wanted_;
  std::size_t bytes_ = 0;
};

mesh::proto::Data position() {
  mesh::proto::Position position;
  position.set_latitude_i(525200000);
  position.set_longitude_i(134050000);
  position.set_altitude(34);
  position.set_time(1609459200);
  position.set_pdop(150);
  position.set_ground_speed(2);
  position.set_ground_track(18000);
  position.set_sats_in_view(9);
  position.set_precision_bits(32);
  mesh::proto::Data data;
  data.set_portnum(mesh::proto::POSITION_APP);
  data.set_payload(position.SerializeAsString());
  data.set_bitfield(1);
  return data;
}

std::string envelope(bool is_encrypted) {
  mesh::proto::ServiceEnvelope envelope;
  envelope.set_channel_id("LongFast");
  envelope.set_gateway_id("!aabbccdd");
  mesh::proto::MeshPacket& packet = *envelope.mutable_packet();
  packet.set_from(0x11223344);
  packet.set_to(0xffffffff);
  packet.set_id(0x9abcdef0);
  packet.set_rx_time(1609459200);
  packet.set_rx_snr(6.25F);
  packet.set_rx_rssi(-85);
  packet.set_hop_limit(2);
  packet.set_hop_start(3);
  packet.set_relay_node(0x44);
  if (!is_encrypted) {
    *packet.mutable_decoded() = position();
    return envelope.SerializeAsString();
  }
  const mesh::Key key = mesh::expand_psk(mesh::Psk{1});
  const std::string plain = position().SerializeAsString();
  std::vector<std::uint8_t> encrypted(plain.size());
  mesh::Cipher(key).apply(base::as_bytes(plain), mesh::counter_block(packet.id(), packet.from()), encrypted);
  packet.set_encrypted(encrypted.data(), encrypted.size());
  packet.set_channel(mesh::channel_hash("LongFast", key));
  return envelope.SerializeAsString();
}

/// The plugin as the broker runs it, one message over and over.
void run(benchmark::State& state, mesh::Mirror mirror, std::string_view on_topic,
         const std::string& payload) {
  const base::Log log(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {});
  mesh::MeshConfig config;
  config.mirror = mirror;
  const auto opened = mesh::MeshPlugin::open(config, log);
  CountingHost host(false);
  const plugin::Client client{"!aabbccdd", {}};
  for (auto _ : state) {
    plugin::Draft draft{on_topic, base::as_bytes(payload)};
    benchmark::DoNotOptimize((*opened)->on_publish(client, draft, host, {}));
  }
  state.counters["json_bytes"] = static_cast<double>(host.bytes()) / static_cast<double>(state.iterations());
}

/// A stream of different packets, each heard by `gateways`, with a tick for every thousand copies: what one
/// copy costs on average, told or not.
void run_stream(benchmark::State& state, bool is_wanted, std::uint32_t gateways) {
  const base::Log log(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {});
  const auto opened = mesh::MeshPlugin::open(mesh::MeshConfig{}, log);
  CountingHost host(is_wanted);
  const plugin::Client client{"!aabbccdd", {}};
  mesh::proto::ServiceEnvelope message;
  message.ParseFromString(envelope(false));
  std::uint32_t copy = 0;
  for (auto _ : state) {
    const std::uint32_t gateway = copy % gateways;
    message.mutable_packet()->set_id(1 + copy / gateways);
    message.set_gateway_id(mesh::node_id(gateway + 1));
    const std::string on_topic = "msh/EU_868/2/e/LongFast/" + message.gateway_id();
    const std::string payload = message.SerializeAsString();
    plugin::Draft draft{on_topic, base::as_bytes(payload)};
    const base::TimePoint now{base::Duration{copy}};
    benchmark::DoNotOptimize((*opened)->on_publish(client, draft, host, now));
    if (++copy % 1000 == 0) (*opened)->on_tick(host, now);
  }
  state.counters["json_bytes"] = static_cast<double>(host.bytes()) / static_cast<double>(state.iterations());
}

void mesh_stream_unwanted(benchmark::State& state) { run_stream(state, false, 1); }
void mesh_stream_wanted(benchmark::State& state) { run_stream(state, true, 1); }
void mesh_stream_of_four_unwanted(benchmark::State& state) { run_stream(state, false, 4); }
void mesh_stream_of_four_wanted(benchmark::State& state) { run_stream(state, true, 4); }

void mesh_encrypted_position(benchmark::State& state) {
  run(state, mesh::Mirror::gateway, topic, envelope(true));
}
void mesh_decoded_position(benchmark::State& state) {
  run(state, mesh::Mirror::gateway, topic, envelope(false));
}
void mesh_duplicate(benchmark::State& state) { run(state, mesh::Mirror::packet, topic, envelope(true)); }
void mesh_other_topic(benchmark::State& state) {
  run(state, mesh::Mirror::packet, "home/livingroom/temperature/2/e/x", envelope(true));
}

}  // namespace

BENCHMARK(mesh_encrypted_position);
BENCHMARK(mesh_decoded_position);
BENCHMARK(mesh_duplicate);
BENCHMARK(mesh_other_topic);
BENCHMARK(mesh_stream_unwanted);
BENCHMARK(mesh_stream_wanted);
BENCHMARK(mesh_stream_of_four_unwanted);
BENCHMARK(mesh_stream_of_four_wanted);
