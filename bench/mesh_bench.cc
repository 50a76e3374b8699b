// SPDX-License-Identifier: Apache-2.0
// What one message on a mesh topic costs, from the bytes of its payload to the text of its JSON.
#include <chrono>
#include <string>
#include <vector>

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
  bool wants_named(std::string_view) const override { return false; }
  bool wants_any_named() const override { return false; }
  base::WallTime wall_time() const override {
    return base::WallTime(std::chrono::milliseconds(1609459201234));
  }
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

mesh::proto::Data text() {
  mesh::proto::Data data;
  data.set_portnum(mesh::proto::TEXT_MESSAGE_APP);
  data.set_payload("who can hear me at the harbour?");
  data.set_bitfield(1);
  return data;
}

mesh::proto::Data telemetry() {
  mesh::proto::Telemetry telemetry;
  telemetry.set_time(1609459200);
  auto& metrics = *telemetry.mutable_device_metrics();
  metrics.set_battery_level(87);
  metrics.set_voltage(4.056F);
  metrics.set_channel_utilization(7.1666665F);
  metrics.set_air_util_tx(0.58275F);
  metrics.set_uptime_seconds(86520);
  mesh::proto::Data data;
  data.set_portnum(mesh::proto::TELEMETRY_APP);
  data.set_payload(telemetry.SerializeAsString());
  data.set_bitfield(1);
  return data;
}

/// With `data` on the air, still to be named by an id.
mesh::proto::ServiceEnvelope heard(const mesh::proto::Data& data) {
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
  *packet.mutable_decoded() = data;
  return envelope;
}

void encrypt(mesh::proto::MeshPacket& packet) {
  const mesh::Key key = mesh::expand_psk(mesh::Psk{1});
  const std::string plain = packet.decoded().SerializeAsString();
  std::vector<std::uint8_t> encrypted(plain.size());
  mesh::Cipher(key).apply(base::as_bytes(plain), mesh::counter_block(packet.id(), packet.from()), encrypted);
  packet.set_encrypted(encrypted.data(), encrypted.size());
  packet.set_channel(mesh::channel_hash("LongFast", key));
}

std::string envelope(bool is_encrypted) {
  mesh::proto::ServiceEnvelope envelope = heard(position());
  if (is_encrypted) encrypt(*envelope.mutable_packet());
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

/// What a stream is made of.
struct Stream {
  mesh::proto::Data (*content)();
  bool is_encrypted = false;
  std::uint32_t gateways = 1;  // that hear each packet
};

/// One copy after another, on and on: as many as a window and a tick have.
class Copies {
 public:
  explicit Copies(const Stream& stream) : stream_(stream), message_(heard(stream.content())) {
    for (std::uint32_t i = 0; i < count; ++i) payloads_.push_back(make(i));
  }
  static constexpr std::uint32_t count = 4096;
  const std::string& at(std::uint32_t copy) const { return payloads_[copy % count]; }
  std::string_view topic_of(std::uint32_t copy) const { return topics_[copy % stream_.gateways]; }

 private:
  std::string make(std::uint32_t copy) {
    mesh::proto::MeshPacket& packet = *message_.mutable_packet();
    packet.set_id(1 + copy / stream_.gateways);
    *packet.mutable_decoded() = stream_.content();
    if (stream_.is_encrypted) encrypt(packet);
    message_.set_gateway_id(mesh::node_id(copy % stream_.gateways + 1));
    return message_.SerializeAsString();
  }
  const Stream stream_;
  mesh::proto::ServiceEnvelope message_;
  std::vector<std::string> payloads_;
  const std::vector<std::string> topics_ = {
      "msh/EU_868/2/e/LongFast/!00000001", "msh/EU_868/2/e/LongFast/!00000002",
      "msh/EU_868/2/e/LongFast/!00000003", "msh/EU_868/2/e/LongFast/!00000004"};
};

/// A copy each millisecond and a tick each second. Windows are short, so that packets are given out all the
/// time, and what was heard is forgotten before its id comes again. What one copy costs on average, with
/// somebody below mesh/ or not.
void run_stream(benchmark::State& state, const Stream& stream) {
  const base::Log log(base::Level::error, base::LogFormat::text, [](base::Level, std::string_view) {});
  mesh::MeshConfig config;
  config.dedup_window = std::chrono::milliseconds(Copies::count / 2);
  config.packet_window = std::chrono::milliseconds(Copies::count / 4);
  const auto opened = mesh::MeshPlugin::open(config, log);
  CountingHost host(state.range(0) != 0);
  const plugin::Client client{"!aabbccdd", {}};
  const Copies copies(stream);
  std::uint32_t copy = 0;
  for (auto _ : state) {
    plugin::Draft draft{copies.topic_of(copy), base::as_bytes(copies.at(copy))};
    const base::TimePoint now{base::Duration{copy}};
    benchmark::DoNotOptimize((*opened)->on_publish(client, draft, host, now));
    if (++copy % 1000 == 0) (*opened)->on_tick(host, now);
  }
  state.counters["json_bytes"] = static_cast<double>(host.bytes()) / static_cast<double>(state.iterations());
}

void mesh_stream_position(benchmark::State& state) { run_stream(state, {.content = position}); }
void mesh_stream_encrypted(benchmark::State& state) {
  run_stream(state, {.content = position, .is_encrypted = true});
}
void mesh_stream_text(benchmark::State& state) { run_stream(state, {.content = text}); }
void mesh_stream_telemetry(benchmark::State& state) { run_stream(state, {.content = telemetry}); }
void mesh_stream_of_two(benchmark::State& state) { run_stream(state, {.content = position, .gateways = 2}); }
void mesh_stream_of_four(benchmark::State& state) { run_stream(state, {.content = position, .gateways = 4}); }

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
// 0: nobody below mesh/, 1: somebody.
BENCHMARK(mesh_stream_position)->Arg(0)->Arg(1);
BENCHMARK(mesh_stream_encrypted)->Arg(0)->Arg(1);
BENCHMARK(mesh_stream_text)->Arg(0)->Arg(1);
BENCHMARK(mesh_stream_telemetry)->Arg(0)->Arg(1);
BENCHMARK(mesh_stream_of_two)->Arg(0)->Arg(1);
BENCHMARK(mesh_stream_of_four)->Arg(0)->Arg(1);
