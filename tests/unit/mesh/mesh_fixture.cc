// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/mesh/mesh_fixture.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

#include <simdjson.h>

#include "mesh/channel_key.h"
#include "mesh/cipher.h"

namespace mesh::test {

Mesh::Mesh(const MeshConfig& config)
    : log_(base::Level::debug, base::LogFormat::text,
           [this](base::Level, std::string_view line) { log_lines.emplace_back(line); }) {
  auto opened = MeshPlugin::open(config, log_);
  if (opened) plugin_ = *std::move(opened);
  host_.is_wanted = false;
}

std::vector<Published> Mesh::receive(std::string_view topic, std::string_view payload, std::int64_t at_s,
                                     std::string_view client_id) {
  host_.published.clear();
  const plugin::Client client{client_id, {}};
  const base::TimePoint now{std::chrono::seconds{at_s}};
  plugin::Draft draft{topic, base::as_bytes(payload)};
  const plugin::Verdict verdict = plugin_->on_publish(client, draft, host_, now);
  if (verdict != plugin::Verdict::pass) return {{"withheld", "", mqtt::Qos::at_most_once, false}};
  return std::exchange(host_.published, {});
}

std::vector<Published> Mesh::stop() {
  plugin_->on_stop(host_);
  return std::exchange(host_.published, {});
}

void Mesh::restore(const Mesh& before, std::int64_t at_s) {
  host_.kept = before.host_.kept;
  for (const auto& [name, value] : before.host_.kept)
    plugin_->restore(name, base::as_bytes(value), base::TimePoint{std::chrono::seconds{at_s}});
}

std::uint64_t Mesh::count(Outcome outcome) const {
  return plugin_->counts()[static_cast<std::size_t>(outcome)].value;
}

std::uint64_t Mesh::count(std::string_view name) const {
  const std::vector<base::Count> counts = plugin_->counts();
  return std::ranges::find(counts, name, &base::Count::name)->value;
}

std::vector<Published> Mesh::tick(std::int64_t at_s) {
  host_.published.clear();
  plugin_->on_tick(host_, base::TimePoint{std::chrono::seconds{at_s}});
  return std::exchange(host_.published, {});
}

void Mesh::stop(Mesh& heir, std::int64_t at_s) {
  plugin_->on_stop(host_);
  for (const auto& [name, value] : host_.kept)
    heir.plugin_->restore(name, base::as_bytes(value), base::TimePoint{std::chrono::seconds{at_s}});
  heir.host_.kept = std::exchange(host_.kept, {});
}

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1])));
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex.push_back(digits[byte >> 4]);
    hex.push_back(digits[byte & 0xf]);
  }
  return hex;
}

bool is_json(std::string_view text) {
  simdjson::dom::parser parser;
  return parser.parse(simdjson::padded_string(text)).error() == simdjson::SUCCESS;
}

proto::MeshPacket make_packet() {
  proto::MeshPacket packet;
  packet.set_from(0x11223344);
  packet.set_to(0xffffffff);
  packet.set_id(7);
  packet.set_rx_time(1609459200);
  packet.set_rx_snr(6.25F);
  packet.set_rx_rssi(-85);
  packet.set_hop_limit(2);
  packet.set_hop_start(3);
  return packet;
}

std::string make_envelope(const proto::Data& data, const Sending& sending) {
  proto::ServiceEnvelope envelope;
  proto::MeshPacket& packet = *envelope.mutable_packet();
  packet = sending.packet;
  envelope.set_channel_id(sending.channel);
  envelope.set_gateway_id(sending.gateway);
  const auto psk = parse_psk(sending.psk);
  if (sending.psk.empty() || !psk) {
    *packet.mutable_decoded() = data;
  } else {
    const Key key = expand_psk(*psk);
    const std::string plain = data.SerializeAsString();
    std::vector<std::uint8_t> encrypted(plain.size());
    Cipher(key).apply(base::as_bytes(plain), counter_block(packet.id(), packet.from()), encrypted);
    packet.set_encrypted(encrypted.data(), encrypted.size());
    packet.set_channel(channel_hash(sending.channel, key));
  }
  return envelope.SerializeAsString();
}

proto::Data make_text(std::string_view text) {
  proto::Data data;
  data.set_portnum(proto::TEXT_MESSAGE_APP);
  data.set_payload(std::string(text));
  return data;
}

std::string topic_of(const Sending& sending) {
  return "msh/EU_868/2/e/" + sending.channel + "/" + sending.gateway;
}

}  // namespace mesh::test
