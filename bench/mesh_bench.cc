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
  bool wants_below(std::string_view) const override { return true; }
  bool wants_named(std::string_view) const override { return true; }
  base::WallTime wall_time() const override { return {}; }
  void publish(const plugin::Publication& publication) override { bytes_ += publication.payload.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
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
  CountingHost host;
  const plugin::Client client{"!aabbccdd", {}};
  for (auto _ : state) {
    plugin::Draft draft{on_topic, base::as_bytes(payload)};
    benchmark::DoNotOptimize((*opened)->on_publish(client, draft, host, {}));
  }
  state.counters["json_bytes"] = static_cast<double>(host.bytes()) / static_cast<double>(state.iterations());
}

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
